"""Documents of other programs become articles; those that cannot say why."""

from __future__ import annotations

import io
import zipfile
from datetime import date
from pathlib import Path

import pytest
from pypdf import PdfReader, PdfWriter
from pypdf.generic import NameObject, StreamObject

from index.readers.file import MAX_DOCUMENT_BYTES
from index.readers.registry import count_sources, read_sources
from index.schemas import Article, Skipped, content_id
from tests.paths import FILES


def read(*sources: str | Path) -> list[Article | Skipped]:
    items = list(read_sources(sources))
    assert count_sources(sources) == len(items)
    return items


def article(path: Path) -> Article:
    [item] = read(path)
    assert isinstance(item, Article), item
    return item


def reason(path: Path, content: bytes | None = None) -> str:
    if content is not None:
        path.write_bytes(content)
    [item] = read(path)
    assert isinstance(item, Skipped), item
    assert item.source == str(path)
    return item.reason


def changed(path: Path, source: Path, **parts: bytes | None) -> Path:
    """A copy of a zip with some of its entries replaced (by `a__b_c` is meant `a/b.c`) or left out."""
    given = {name.replace("__", "/").replace("_", "."): content for name, content in parts.items()}
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name in dict.fromkeys([*old.namelist(), *given]):
            content = given.get(name, old.read(name) if name in old.namelist() else None)
            if content is not None:
                new.writestr(name, content)
    return path


# --- .pdf


def test_a_pdf_has_the_text_that_was_printed() -> None:
    found = article(FILES / "quell.pdf")
    written = article(FILES / "quell.docx")
    assert found.text.split() == written.text.split()
    assert "served as a barn floor until 1951.\n\nOn 13 February" in found.text
    assert found == Article(
        id=content_id(text=found.text),
        text=found.text,
        title="When the Quell froze",
        date=date(2026, 11, 22),
        origin=str(FILES / "quell.pdf"),
    )


def test_what_every_page_of_a_pdf_repeats_is_not_text() -> None:
    raw = "".join(page.extract_text() for page in PdfReader(FILES / "quell.pdf").pages)
    assert raw.count("Quell Valley Almanac") >= 2 and "Page 2" in raw
    text = article(FILES / "quell.pdf").text
    assert "Almanac" not in text and "Page" not in text
    assert "quell.txt" not in article(FILES / "enscript.pdf").text


def test_lines_of_a_pdf_become_paragraphs() -> None:
    found = article(FILES / "enscript.pdf")
    assert set(article(FILES / "quell.docx").text.split()) == set(found.text.split())
    assert "the ferryman sold hot chestnuts from his stranded boat." in found.text


def test_locked_pdfs() -> None:
    assert reason(FILES / "password.pdf") == "encrypted; save a copy without a password and add that"
    # Anybody can open and read this one.
    assert article(FILES / "permissions.pdf").text == article(FILES / "quell.pdf").text


def test_a_scan_has_no_text() -> None:
    assert reason(FILES / "scan.pdf") == "no text in it, as in a scan; run OCR on it and add the result"


@pytest.mark.parametrize("title", ["", "untitled", "Microsoft Word - froze.doc", "/tmp/quell.odt"])
def test_a_title_that_names_no_article_is_none(tmp_path: Path, title: str) -> None:
    writer = PdfWriter(clone_from=FILES / "quell.pdf")
    writer.add_metadata({"/Title": title, "/CreationDate": "D:20221399"})
    writer.write(tmp_path / "a.pdf")
    found = article(tmp_path / "a.pdf")
    assert (found.title, found.date) == ("When the Quell froze", None)


def test_the_day_of_a_pdf_is_taken_as_written(tmp_path: Path) -> None:
    writer = PdfWriter(clone_from=FILES / "quell.pdf")
    writer.add_metadata({"/CreationDate": "D:20221027233000-05'00'"})
    writer.write(tmp_path / "a.pdf")
    assert article(tmp_path / "a.pdf").date == date(2022, 10, 27)


def test_pdfs_that_are_none(tmp_path: Path) -> None:
    whole = (FILES / "quell.pdf").read_bytes()
    path = tmp_path / "a.pdf"
    assert reason(path, whole[:12_000]).startswith("the PDF cannot be parsed (")
    assert reason(path, b"%PDF-1.7\n" + bytes(500)).startswith("the PDF cannot be parsed (")
    assert reason(path, b"") == "empty"
    assert reason(path, b"plain words") == "not a PDF; give it the ending that says what it is"
    assert reason(path, b"<!DOCTYPE html><p>x") == "its content is a page; give it the ending .html"
    assert reason(path, (FILES / "quell.docx").read_bytes()).startswith("its content is a zip, or a document")
    with path.open("wb") as file:
        file.truncate(MAX_DOCUMENT_BYTES + 1)
    assert reason(path).startswith("100.0 MB, more than the 100 MB")


def test_a_pdf_by_another_name(tmp_path: Path) -> None:
    for name in ("a.txt", "a.md", "a.html", "a.csv"):
        assert reason(tmp_path / name, b"%PDF-1.4\n%..").startswith(
            "its content is a PDF; give it the ending"
        )


# --- .docx


def test_word_by_pandoc() -> None:
    found = article(FILES / "orm.docx")
    assert found.title == "The Lighthouse of Orm Head"
    assert found.date == date(2026, 11, 22)
    assert "once went out.\n\nOne lamp of brass\n\nTwo lenses" in found.text
    assert "for three nights alone" in found.text  # "two" is struck out in favour of it
    assert "\n\n1923\tElectric lamp\n\n1974\tKeeper withdrawn\n\n" in found.text
    assert found.text.endswith("The diary lies in the town hall of Marren.")


def test_word_by_libreoffice() -> None:
    found = article(FILES / "quell.docx")
    assert (found.title, found.date, found.source) == ("When the Quell froze", None, "")
    assert "\n\nThe mayor, Helene Odry, forbade bonfires on the ice" in found.text


def test_what_word_hides_or_boxes(tmp_path: Path) -> None:
    body = (
        '<w:document xmlns:w="urn:w" xmlns:mc="urn:mc"><w:body>'
        '<w:p><w:pPr><w:pStyle w:val="Title"/></w:pPr><w:r><w:t>Box</w:t></w:r></w:p>'
        "<w:p><w:r><w:t>Seen</w:t><w:tab/><w:t>text</w:t></w:r>"
        "<w:r><w:rPr><w:vanish/></w:rPr><w:t>UNSEEN</w:t></w:r>"
        '<w:r><w:rPr><w:vanish w:val="0"/></w:rPr><w:t> too</w:t></w:r>'
        "<w:r><w:instrText>UNSEEN</w:instrText></w:r>"
        "<w:r><mc:AlternateContent><mc:Choice><w:txbxContent><w:p><w:r><w:t>Boxed.</w:t></w:r></w:p>"
        "</w:txbxContent></mc:Choice><mc:Fallback><w:p><w:r><w:t>Boxed.</w:t></w:r></w:p></mc:Fallback>"
        "</mc:AlternateContent></w:r></w:p>"
        "<w:sdt><w:sdtContent><w:p><w:r><w:t>In a control.</w:t></w:r></w:p>"
        "</w:sdtContent></w:sdt></w:body></w:document>"
    )
    core = b'<c xmlns:dc="urn:dc"><dc:title> </dc:title><dc:created>2021-02-03T04:05:06Z</dc:created></c>'
    app = b"<p><Company>The Post</Company></p>"
    path = changed(
        tmp_path / "a.docx",
        FILES / "quell.docx",
        word__document_xml=body.encode(),
        docProps__core_xml=core,
        docProps__app_xml=app,
    )
    found = article(path)
    assert found.text == "Box\n\nSeen\ttext too\n\nBoxed.\n\nIn a control."
    assert (found.title, found.date, found.source) == ("Box", date(2021, 2, 3), "The Post")


BOMB = (
    '<!DOCTYPE x [<!ENTITY a "UNSEEN words "><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
    '<!ENTITY c "&b;&b;&b;&b;&b;&b;">'
    '<!ENTITY f SYSTEM "file:///etc/hostname">]>'
)


def test_entities_are_not_expanded(tmp_path: Path) -> None:
    body = f'{BOMB}<w:document xmlns:w="urn:w"><w:p><w:r><w:t>One &c;&f;two.</w:t></w:r></w:p></w:document>'
    path = changed(tmp_path / "a.docx", FILES / "quell.docx", word__document_xml=body.encode())
    assert article(path).text == "One two."
    page = f'{BOMB}<html xmlns="http://www.w3.org/1999/xhtml">'
    page += "<body><p>One &c;&f;two&nbsp;&eacute;.</p></body></html>"
    path = changed(tmp_path / "a.epub", FILES / "orm.epub", EPUB__text__ch001_xhtml=page.encode())
    first = read(path)[0]
    assert isinstance(first, Article) and first.text == "One two é."


def test_word_documents_that_are_none(tmp_path: Path) -> None:
    whole = (FILES / "quell.docx").read_bytes()
    path = tmp_path / "a.docx"
    assert reason(FILES / "misnamed.docx").startswith("its content is an old or encrypted Office document")
    assert reason(path, b"") == "empty"
    assert reason(path, whole[:3000]) == "not a zip, or a damaged one"
    assert reason(path, b"words") == "not a zip, or a damaged one"
    assert reason(path, (FILES / "orm.epub").read_bytes()).startswith("a zip, but not a Word document")
    at = whole.index(b"word/document.xml")
    broken = whole[: at + 60] + b"\xff" * 40 + whole[at + 100 :]
    assert reason(path, broken).startswith("damaged; unpack it")
    changed(path, FILES / "quell.docx", word__document_xml=b"<w:document")
    assert reason(path) == "damaged; the XML in it cannot be parsed"
    changed(path, FILES / "quell.docx", word__document_xml=None)
    assert reason(path) == "damaged; 'word/document.xml' is missing in it"
    changed(path, FILES / "quell.docx", word__document_xml=b"<document/>")
    assert reason(path).startswith("no text in it")
    changed(path, FILES / "quell.docx", word__document_xml=b"<d><t>" + b"x" * 50_000_000 + b"</t></d>")
    assert reason(path).startswith("packed to less than 1/200 of itself")


# --- .epub


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
    assert reason(path).startswith("encrypted by its shop (DRM)")
    assert reason(path, (FILES / "quell.docx").read_bytes()).startswith("a zip, but not an EPUB")
    assert reason(path, b"") == "empty"
    pages = {f"EPUB__text__ch00{n}_xhtml": b"<html><body><img/></body></html>" for n in (1, 2, 3)}
    changed(path, FILES / "orm.epub", **pages)
    assert reason(path).startswith("no text in it")


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


def test_one_bad_file_leaves_the_others_alone(tmp_path: Path) -> None:
    for name in ("quell.pdf", "orm.docx", "orm.epub", "password.pdf", "misnamed.docx"):
        (tmp_path / name).write_bytes((FILES / name).read_bytes())
    (tmp_path / "zero.pdf").touch()
    items = read(tmp_path)
    assert sum(isinstance(item, Article) for item in items) == 5
    skipped = [Path(item.source).name for item in items if isinstance(item, Skipped)]
    assert skipped == ["misnamed.docx", "password.pdf", "zero.pdf"]


def test_a_pdf_that_unpacks_to_much_is_not_read(tmp_path: Path) -> None:
    writer = PdfWriter()
    page = writer.add_blank_page(100, 100)
    stream = StreamObject()
    stream.set_data(b"BT (x) Tj ET " * 8_000_000)
    page[NameObject("/Contents")] = writer._add_object(stream.flate_encode())
    raw = io.BytesIO()
    writer.write(raw)
    assert len(raw.getvalue()) < 2_000_000
    assert reason(tmp_path / "a.pdf", raw.getvalue()).startswith("no text in it")
