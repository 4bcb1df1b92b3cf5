"""PDF documents."""

from __future__ import annotations

import io
import time
from pathlib import Path

import pytest
from pypdf import PdfReader, PdfWriter
from pypdf.generic import NameObject, StreamObject

from index.readers.source_file import MAX_DOCUMENT_BYTES
from index.schemas import Article, content_id
from tests.index.readers.placed_words import placed_words
from tests.index.readers.reading import (
    read_article,
    skip_reason,
)
from tests.paths import FILES


def test_a_pdf_has_the_text_that_was_printed() -> None:
    found = read_article(FILES / "pdf" / "quell.pdf")
    written = read_article(FILES / "docx" / "quell.docx")
    assert found.text.split() == written.text.split()
    assert "served as a barn floor until 1951.\n\nOn 13 February" in found.text
    assert found == Article(
        id=content_id(text=found.text),
        text=found.text,
        title="When the Quell froze",
        origin=str(FILES / "pdf" / "quell.pdf"),
    )


def test_what_every_page_of_a_pdf_repeats_is_not_text() -> None:
    raw = "".join(page.extract_text() for page in PdfReader(FILES / "pdf" / "quell.pdf").pages)
    assert raw.count("Quell Valley Almanac") >= 2 and "Page 2" in raw
    text = read_article(FILES / "pdf" / "quell.pdf").text
    assert "Almanac" not in text and "Page" not in text
    assert "quell.txt" not in read_article(FILES / "pdf" / "enscript.pdf").text


def test_lines_of_a_pdf_become_paragraphs() -> None:
    found = read_article(FILES / "pdf" / "enscript.pdf")
    assert set(read_article(FILES / "docx" / "quell.docx").text.split()) == set(found.text.split())
    assert "the ferryman sold hot chestnuts from his stranded boat." in found.text


def test_locked_pdfs() -> None:
    locked = FILES / "pdf" / "password.pdf"
    assert skip_reason(locked) == "encrypted; save a copy without a password and add that"
    # Anybody can open and read this one.
    allowed = FILES / "pdf" / "permissions.pdf"
    assert read_article(allowed).text == read_article(FILES / "pdf" / "quell.pdf").text


def test_a_scan_has_no_text() -> None:
    assert (
        skip_reason(FILES / "pdf" / "scan.pdf")
        == "contains no text; if its pages are images, run OCR on it and add the result"
    )


@pytest.mark.parametrize(
    "title",
    ["", "untitled", "Microsoft Word - froze.doc", "/tmp/quell.odt", "fake-memo", "Memo final v2", "Quell"],
)
def test_a_title_that_is_not_printed_is_none(tmp_path: Path, title: str) -> None:
    writer = PdfWriter(clone_from=FILES / "pdf" / "quell.pdf")
    writer.add_metadata({"/Title": title})
    writer.write(tmp_path / "a.pdf")
    assert read_article(tmp_path / "a.pdf").title == "When the Quell froze"


def test_a_title_that_is_printed_is_the_articles(tmp_path: Path) -> None:
    writer = PdfWriter(clone_from=FILES / "pdf" / "quell.pdf")
    writer.add_metadata({"/Title": "Quell froze on 12 FEBRUARY 1929"})
    writer.write(tmp_path / "a.pdf")
    assert read_article(tmp_path / "a.pdf").title == "Quell froze on 12 FEBRUARY 1929"


def test_the_day_a_pdf_was_made_is_not_the_articles(tmp_path: Path) -> None:
    writer = PdfWriter(clone_from=FILES / "pdf" / "quell.pdf")
    writer.add_metadata({"/CreationDate": "D:20221027233000-05'00'"})
    writer.write(tmp_path / "a.pdf")
    assert read_article(tmp_path / "a.pdf").date is None


def test_pdfs_that_are_none(tmp_path: Path) -> None:
    whole = (FILES / "pdf" / "quell.pdf").read_bytes()
    path = tmp_path / "a.pdf"
    assert skip_reason(path, whole[:12_000]).startswith("the PDF cannot be parsed (")
    assert skip_reason(path, b"%PDF-1.7\n" + bytes(500)).startswith("the PDF cannot be parsed (")
    assert skip_reason(path, b"") == "empty"
    assert skip_reason(path, b"plain words") == "not a PDF; rename it with the right suffix"
    assert (
        skip_reason(path, b"<!DOCTYPE html><p>x")
        == "its content is HTML or XML; rename it with the right suffix"
    )
    assert skip_reason(path, (FILES / "docx" / "quell.docx").read_bytes()).startswith(
        "its content is a zip archive or a document"
    )
    with path.open("wb") as file:
        file.truncate(MAX_DOCUMENT_BYTES + 1)
    assert skip_reason(path).startswith("100.0 MB, over the limit of 100 MB")


def test_a_pdf_by_another_name(tmp_path: Path) -> None:
    for name in ("a.txt", "a.md", "a.html", "a.csv"):
        assert skip_reason(tmp_path / name, b"%PDF-1.4\n%..").startswith("its content is a PDF; rename it")


def test_a_pdf_that_unpacks_to_much_is_not_read(tmp_path: Path) -> None:
    writer = PdfWriter()
    page = writer.add_blank_page(100, 100)
    stream = StreamObject()
    stream.set_data(b"BT (x) Tj ET " * 8_000_000)
    page[NameObject("/Contents")] = writer._add_object(stream.flate_encode())
    raw = io.BytesIO()
    writer.write(raw)
    assert len(raw.getvalue()) < 2_000_000
    assert skip_reason(tmp_path / "a.pdf", raw.getvalue()).startswith("contains no text")


MODULE = [
    ["The keepers of Orm Head"],
    [
        "This module introduces the keepers to the lamps of the tower, and",
        "asks each learner to write down what the light did in the night.",
        "Nobody who has seen the sea wonders why the log is kept.",
    ],
    ["The first lamp burned colza oil. In 1874 the trustees bought a new", "burner for 212 pounds."],
]


@pytest.mark.parametrize("spaces", [False, True])
def test_words_that_are_placed_alone_are_joined(tmp_path: Path, spaces: bool) -> None:
    raw = placed_words([MODULE], spaces=spaces)
    assert len(PdfReader(io.BytesIO(raw)).pages[0].extract_text().split("\n")) > 40  # a word a line
    found = read_article(tmp_path / "a.pdf", raw)
    assert found.text == "\n\n".join(" ".join(lines) for lines in MODULE)
    assert found.title == "The keepers of Orm Head"


def test_paragraphs_go_on_over_pages_and_divided_words_are_joined(tmp_path: Path) -> None:
    pages = [
        [
            [
                "The sea rose over the lower door of the light and the keep-",
                "er wrote it down as the water came up",
            ]
        ],
        [["the stair, which is a thing that he had never seen."], ["It fell at dawn."]],
    ]
    found = read_article(tmp_path / "a.pdf", placed_words(pages))
    assert found.text == (
        "The sea rose over the lower door of the light and the keeper wrote it down as the water came up "
        "the stair, which is a thing that he had never seen.\n\nIt fell at dawn."
    )


def test_a_pdf_of_one_long_paragraph_is_read_in_linear_time(tmp_path: Path) -> None:
    words = ["lamp", "wick", "tower", "log", "gale", "reef", "bell"]
    pages = [
        [[f"{words[n % 7]} {words[page % 7]} {words[(n + page) % 5]} and on and on" for n in range(45)]]
        for page in range(150)
    ]
    raw = placed_words(pages)
    start = time.perf_counter()
    assert len(read_article(tmp_path / "a.pdf", raw).text) > 150_000
    assert time.perf_counter() - start < 10
