"""Texts on which a careless reader takes seconds, hours or years; each is read, or refused, at once."""

from __future__ import annotations

import io
import struct
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from index.readers.article_fields import MAX_FIELD_CHARACTERS
from index.readers.formats.pdf import _paragraphs
from index.readers.zipped.zip_archive import COMPRESSED_LIKE_A_BOMB
from index.schemas import Article, Skipped
from tests.index.readers.reading import STORY, lines, read, read_article, reasons, write_and_read

SECONDS = 3.0
TYPES = (
    '<Types xmlns="urn:t"><Override PartName="/word/document.xml" ContentType="application/'
    'vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
)


def page(markup: str) -> str:
    return f"<html><body>{markup}<article>{STORY}</article></body></html>"


def document(run: str) -> bytes:
    """A Word document with this content in the cell of a table."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", TYPES)
        archive.writestr(
            "word/document.xml",
            f'<w:document xmlns:w="urn:w"><w:tbl><w:tr><w:tc><w:p><w:r>{run}</w:r></w:p></w:tc></w:tr>'
            "</w:tbl></w:document>",
        )
    return packed.getvalue()


def numbered(count: int, form: str) -> str:
    return " ".join(form.format(n) for n in range(count))


CASES: dict[str, tuple[str, Callable[[], str | bytes]]] = {
    "blanks in a heading": ("a.md", lambda: "# A" + " " * 200_000 + "B\n\nText of the article."),
    "marks in a heading": ("a.md", lambda: "# A" + " #" * 100_000 + "B\n\nText of the article."),
    "front matter of 300 kB": ("a.md", lambda: "---\n" + "k: v\n" * 60_000 + "---\nText."),
    "nested front matter": ("a.md", lambda: "---\nk: " + "[" * 15_000 + "\n---\nText."),
    "fences": ("a.md", lambda: "```\nx\n~~~\n" * 30_000),
    "blanks in a date": ("a.txt", lambda: "Title: T\nDate: 2024-01-01" + " " * 300_000 + "x\n\nText."),
    "a date line": ("a.txt", lambda: "date 2024-01-01" + "x" * 300_000 + " y\nText."),
    "blanks in a date of a line": ("a.jsonl", lambda: '{"text": "T.", "date": "1' + " " * 300_000 + 'x"}'),
    "blanks in a date of a row": ("a.csv", lambda: 'text,date\n"T.","1' + " " * 300_000 + 'x"\n'),
    "quotes": ("a.csv", lambda: "text,title\n" + '"' * 300_001),
    "blanks in a cell": ("a.docx", lambda: document("<w:t>A" + " " * 500_000 + "B</w:t>")),
    "breaks in a cell": ("a.docx", lambda: document("<w:br/>" * 30_000 + "<w:t>B</w:t>")),
    "attributes": ("a.html", lambda: page(f"<p {numbered(30_000, 'a{}=1')}>")),
    "attributes without values": ("a.html", lambda: page(f"<p {numbered(30_000, 'a{}')}>")),
    "quoted attributes": ("a.html", lambda: page("<p " + numbered(30_000, 'a{}="<"') + ">")),
    "open quotes": ("a.html", lambda: page("<p a=\"<p b='" * 30_000)),
    "blanks": ("a.html", lambda: page("<p>" + " " * 300_000 + "x</p>")),
    "open comments": ("a.html", lambda: page("") + "<!--" * 60_000),
    "open tags": ("a.html", lambda: page("") + "<" * 200_000),
    "a feed of tags": (
        "a.rss",
        lambda: f"<rss><channel><item><description>{'&lt;x' * 30_000}</description></item></channel></rss>",
    ),
    "a declaration": ("a.xml", lambda: "<?xml " + " " * 300_000 + "<rss><channel/></rss>"),
}  # fmt: skip


@pytest.mark.usefixtures("in_this_process")
@pytest.mark.parametrize("case", CASES)
def test_time(tmp_path: Path, case: str) -> None:
    name, content = CASES[case]
    made = content()
    write_and_read(tmp_path / "warm.html", page(""))
    (tmp_path / "warm.html").unlink()
    started = time.thread_time()
    [item] = write_and_read(tmp_path / name, made)
    assert time.thread_time() - started < SECONDS
    assert isinstance(item, Article | Skipped)


def test_attributes_beyond_the_limit_cost_no_text(tmp_path: Path) -> None:
    long = f'<p title="{"a=1 > < " * 3000}" {numbered(3000, "b{}")} hidden>Hidden?</p>'
    [article] = write_and_read(tmp_path / "a.html", page(long))
    [plain] = write_and_read(tmp_path / "b.html", page(""))
    assert isinstance(article, Article) and isinstance(plain, Article)
    assert plain.text in article.text


@pytest.mark.parametrize("end", ["-", ""])
def test_lines_of_a_pdf_are_joined_in_linear_time(end: str) -> None:
    shreds = [f"of the line number {n} without an end{end}" for n in range(100_000)]
    started = time.thread_time()
    text = _paragraphs([shreds])
    assert time.thread_time() - started < SECONDS
    assert text.count("\n\n") == 0 and text.startswith("of the line number 0 without an end")


def overlapping(count: int) -> bytes:
    """A zip whose entries have the same data: little in the file, much when it is unpacked."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.txt", b"Overlapping text. " * 50_000)
        archive.start_dir = packed.tell()
        entry = archive.infolist()[0]
        for n in range(count):
            copied = zipfile.ZipInfo(f"{n:05}.txt")
            for name in ("header_offset", "compress_size", "file_size", "CRC", "compress_type"):
                setattr(copied, name, getattr(entry, name))
            archive.filelist.append(copied)
            archive.NameToInfo[copied.filename] = copied
        vars(archive)["_didModify"] = True  # the directory is written again
    return packed.getvalue()


def test_overlapping_entries_are_refused(tmp_path: Path) -> None:
    items = write_and_read(tmp_path / "a.zip", overlapping(2_000))
    assert reasons(items) == ["its entries overlap, as in a zip bomb; unpack it yourself"]


def test_many_small_bombs_are_one_large_one(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for n in range(100):
            archive.writestr(f"{n}.txt", b"x" * 999_000)
    assert path.stat().st_size < 200_000
    assert reasons(read(path)) == [COMPRESSED_LIKE_A_BOMB]


def test_an_ordinary_zip_has_any_order(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for n in range(5):
            archive.writestr(f"{n}.txt", f"Text {n}. " * 50)
        archive.filelist.reverse()
    assert len(read(path)) == 5 and not reasons(read(path))
    # A program that extracts itself stands before its zip.
    path.write_bytes(b"#!/bin/sh\n" + path.read_bytes())
    assert struct.unpack("<I", path.read_bytes()[10:14]) and not reasons(read(path))


def test_fields_are_bounded(tmp_path: Path) -> None:
    long = "x" * 100_000
    cut, no_url, no_date = lines(
        tmp_path / "a.jsonl",
        {"text": "One.", "title": long, "source": long},
        {"text": "Two.", "url": f"https://example.org/{long}"},
        {"text": "Three.", "date": f"2024-01-01{' ' * 100_000}+01:00"},
    )
    assert isinstance(cut, Article) and len(cut.title) == len(cut.source) == MAX_FIELD_CHARACTERS
    assert cut.title.endswith("x…")
    assert isinstance(no_url, Skipped) and "more than 8,000 characters" in no_url.reason
    assert isinstance(no_date, Article) and no_date.date is None
    assert len(no_url.reason) < 200 and len(no_date.remarks[0].detail) < 200


@pytest.mark.parametrize(
    ("heading", "title"),
    [
        ("# The bridge", "The bridge"),
        ("#\tThe bridge  ", "The bridge"),
        ("# The bridge ##", "The bridge"),
        ("# Learn C#", "Learn C#"),
        ("#   \n# The bridge", "The bridge"),
        ("# #\n# The bridge", "The bridge"),
    ],
)
def test_headings(tmp_path: Path, heading: str, title: str) -> None:
    assert read_article(tmp_path / "a.md", f"{heading}\n\nIt was built in 2024.").title == title
