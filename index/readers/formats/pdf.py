"""PDF documents."""

from __future__ import annotations

import logging
import re
from collections import Counter
from io import BytesIO
from itertools import chain
from typing import TYPE_CHECKING

from index.errors import SourceUnreadable
from index.readers.article_fields import article_from_fields
from index.readers.dates import pdf_date
from index.readers.paragraphs import PARAGRAPH_BREAK, headline
from index.readers.source_file import MAX_DOCUMENT_BYTES, MAX_TEXT_BYTES, NO_TEXT, SourceFile, check_signature
from index.schemas import Article

if TYPE_CHECKING:
    from pypdf import PdfReader

MAX_PAGES = 3_000
_SIGNATURE = b"%PDF-"
# Titles that printing programs make up, most of them from the name of a file.
_GENERATED_TITLE = re.compile(
    r"untitled|\(?anonymous\)?|no title|document\d*|microsoft \w+ - .*"
    r"|.*\.(?:docx?|odt|pdf|html?|indd|tex|dvi|txt)",
    re.IGNORECASE,
)
_PAGE_NUMBER = re.compile(r"[-–—]?\s*\d{1,4}\s*[-–—]?")
_SENTENCE_END = re.compile(r"""[.!?…:]["'”’»)\]]*$""")
_HYPHENATED = re.compile(r"\w[-\u00ad]$")
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\ufffe\uffff]|[\ud800-\udfff]")
_LIST_ITEM = re.compile(r"(?:[•◦▪‣●○–—*-]|\(?\d{1,3}[.)]|\(?[a-z][.)])\s")


def read_pdf(file: SourceFile) -> Article:
    """The article of a .pdf file: its text as paragraphs separated by blank lines.

    Lines of a paragraph are joined, hyphenated words put together, and page numbers, running headers and
    footers removed. Title and creation date come from the metadata. The default title, also for generated
    titles, is `headline`. Files encrypted without a password are read. Raises SourceUnreadable.
    """
    import pypdf  # takes 0.2 s

    # pypdf logs every defect that it tolerates; users cannot do anything about them.
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    raw = file.read(MAX_DOCUMENT_BYTES)
    if _SIGNATURE not in raw[:1024]:
        check_signature(raw, _SIGNATURE)
        raise SourceUnreadable("not a PDF; rename it with the right suffix")
    try:
        reader = pypdf.PdfReader(BytesIO(raw))
        if reader.is_encrypted and not reader.decrypt(""):
            raise SourceUnreadable("encrypted; save a copy without a password and add that")
        pages = _pages(reader)
        title, created = _metadata(reader)
    except SourceUnreadable:
        raise
    except Exception as error:
        # pypdf may raise any error for a broken PDF; one file must not stop the other sources.
        raise SourceUnreadable(
            f"the PDF cannot be parsed ({type(error).__name__}); it may be damaged"
        ) from error
    text = _paragraphs(_without_headers(pages))
    if not text:
        raise SourceUnreadable(NO_TEXT)
    return article_from_fields({"title": title or headline(text), "date": created, "text": text}, file)


def _pages(reader: PdfReader) -> list[list[str]]:
    """The lines of each page."""
    if len(reader.pages) > MAX_PAGES:
        raise SourceUnreadable(
            f"{len(reader.pages):,} pages, over the limit of {MAX_PAGES:,}; split it and add the parts"
        )
    pages = []
    size = 0
    for page in reader.pages:
        text = _CONTROLS.sub("", page.extract_text() or "")
        size += len(text)
        if size > MAX_TEXT_BYTES:
            raise SourceUnreadable("more text than one article may have; split it and add the parts")
        pages.append([" ".join(line.split()) for line in text.splitlines()])
    return pages


def _metadata(reader: PdfReader) -> tuple[str, str | None]:
    """The title, empty if there is none or a program made it up, and the date of creation."""
    try:
        metadata = reader.metadata
        title = " ".join(_CONTROLS.sub("", (metadata and metadata.title) or "").split())
        created = str((metadata and metadata.get("/CreationDate")) or "")
    except Exception:  # broken metadata does not affect the text
        return "", None
    return "" if _GENERATED_TITLE.fullmatch(title) else title, pdf_date(created)


def _without_headers(pages: list[list[str]]) -> list[list[str]]:
    """The pages without page numbers, running headers and footers.

    A line is a header or footer if it is among the two first or last lines of at least two, and of at least
    half, of the pages; numbers in it may differ.
    """
    filled = [[line for line in page if line] for page in pages]
    edges = Counter(chain.from_iterable(set(map(_shape, page[:2] + page[-2:])) for page in filled))
    often = max(2, len(pages) / 2)

    def is_header(line: str) -> bool:
        return edges[_shape(line)] >= often or bool(_PAGE_NUMBER.fullmatch(line)) or not line

    trimmed = []
    for page in pages:
        start, end = 0, len(page)
        while start < end and is_header(page[start]):
            start += 1
        while end > start and is_header(page[end - 1]):
            end -= 1
        trimmed.append(page[start:end])
    return trimmed


def _shape(line: str) -> str:
    return re.sub(r"\d+", "#", line)


def _paragraphs(pages: list[list[str]]) -> str:
    """The lines joined into paragraphs.

    A paragraph ends at an empty line, and at a line that ends a sentence and is clearly shorter than the
    other lines of its page. It continues on the next page if the page ends inside a sentence.
    """
    paragraphs: list[list[str]] = []  # the lines of each, and the spaces between them
    unfinished = False
    for lines in pages:
        lengths = sorted(len(line) for line in lines if line)
        full_length = lengths[int(len(lengths) * 0.8)] if lengths else 0
        if unfinished and _SENTENCE_END.search(paragraphs[-1][-1]):
            unfinished = False
        for line in lines:
            if not line:
                unfinished = False
                continue
            if not unfinished or _LIST_ITEM.match(line):
                paragraphs.append([line])
            elif _HYPHENATED.search(paragraphs[-1][-1]) and line[0].islower():
                paragraphs[-1][-1:] = [paragraphs[-1][-1][:-1], line]
            else:
                paragraphs[-1] += [" ", line]
            ends_sentence = _SENTENCE_END.search(line) and len(line) < 0.8 * full_length
            unfinished = not ends_sentence and len(line) > 0.4 * full_length
    return PARAGRAPH_BREAK.join(map("".join, paragraphs)).strip()
