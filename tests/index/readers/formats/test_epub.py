"""EPUB books."""

from __future__ import annotations

import zipfile
from datetime import date
from pathlib import Path

import pytest

from index.schemas import Article, content_id
from tests.index.readers.reading import (
    changed,
    read,
    skip_reason,
)
from tests.paths import FILES


@pytest.mark.parametrize("name", ["orm.epub", "orm-2.epub"])
def test_a_book_is_an_article_a_chapter(name: str) -> None:
    chapters = [item for item in read(FILES / name) if isinstance(item, Article)]
    if name == "orm-2.epub":  # pandoc does not mark the title page of an EPUB 2
        assert chapters.pop(0).text.startswith("The Lighthouse of Orm Head\n\nIlse Varnow")
    assert [chapter.title for chapter in chapters] == ["The Keeper", "The Storm", "The Machine"]
    assert {(chapter.source, chapter.date) for chapter in chapters} == {
        ("The Lighthouse of Orm Head", date(2021, 5, 14))
    }
    keeper, storm, machine = chapters
    assert storm.text == (
        "The Storm\n\nOn 9 January 1881 the sea rose over the lower door. Renn’s daughter Agnes kept "
        "the light for three nights alone.\n\n“I counted nineteen ships,” she said, "
        "“and nineteen came home.”\n\n"
        "The café on the quay served soup for 5 €."
    )
    assert storm.id == content_id(text=storm.text)
    assert storm.origin.startswith(str(FILES / name)) and storm.origin.endswith("/ch002.xhtml")
    assert "once went out.\n\n" in keeper.text and keeper.text.endswith("town hall of Marren.")
    assert "Year\tWork\n\n1923\tElectric lamp" in machine.text


def test_pages_without_a_title_of_their_own_go_on_with_the_chapter(tmp_path: Path) -> None:
    with zipfile.ZipFile(FILES / "orm.epub") as book:
        nav = book.read("EPUB/nav.xhtml").replace(
            b'href="text/ch002.xhtml#the-storm"', b'href="text/ch001.xhtml#x"'
        )
    path = changed(tmp_path / "a.epub", FILES / "orm.epub", EPUB__nav_xhtml=nav, EPUB__toc_ncx=b"<ncx/>")
    chapters = [item for item in read(path) if isinstance(item, Article)]
    assert [chapter.title for chapter in chapters] == ["The Keeper", "The Machine"]
    assert "\n\nThe Storm\n\nOn 9 January 1881" in chapters[0].text


def test_books_that_cannot_be_read(tmp_path: Path) -> None:
    locked = (
        b"<encryption><EncryptedData><EncryptionMethod Algorithm='http://www.w3.org/2001/04/xmlenc#aes128-cbc'/>"
        b"</EncryptedData></encryption>"
    )
    path = changed(tmp_path / "a.epub", FILES / "orm.epub", **{"META-INF__encryption_xml": locked})
    assert skip_reason(path).startswith("encrypted with DRM")
    assert skip_reason(path, (FILES / "docx" / "quell.docx").read_bytes()).startswith(
        "a zip, but not an EPUB"
    )
    assert skip_reason(path, b"") == "empty"
    pages = {f"EPUB__text__ch00{n}_xhtml": b"<html><body><img/></body></html>" for n in (1, 2, 3)}
    changed(path, FILES / "orm.epub", **pages)
    assert skip_reason(path).startswith("contains no text")


def test_fonts_alone_may_be_obfuscated(tmp_path: Path) -> None:
    fonts = b"<e><EncryptionMethod Algorithm='http://www.idpf.org/2008/embedding'/></e>"
    path = changed(tmp_path / "a.epub", FILES / "orm.epub", **{"META-INF__encryption_xml": fonts})
    assert len(read(path)) == 3


def test_a_chapter_that_changed_replaces_the_old_one(tmp_path: Path) -> None:
    page = b"<html><body><h1>The Keeper</h1><p>Nobody knows.</p></body></html>"
    old = [
        item for item in read(changed(tmp_path / "a.epub", FILES / "orm.epub")) if isinstance(item, Article)
    ]
    changed(tmp_path / "a.epub", FILES / "orm.epub", EPUB__text__ch001_xhtml=page)
    new = [item for item in read(tmp_path / "a.epub") if isinstance(item, Article)]
    assert [chapter.origin for chapter in old] == [chapter.origin for chapter in new]
    assert old[0].id != new[0].id and old[1:] == new[1:]
