"""What a PDF says as an article."""

from __future__ import annotations

import logging
import re
from collections import Counter
from datetime import datetime
from io import BytesIO
from itertools import chain
from typing import TYPE_CHECKING

from index.errors import SourceUnreadable
from index.readers.fields import article_of, headline
from index.readers.file import MAX_DOCUMENT_BYTES, MAX_TEXT_BYTES, SourceFile, refuse_misnamed
from index.schemas import Article

if TYPE_CHECKING:
    from pypdf import PdfReader

MAX_PAGES = 3_000
_SIGNATURE = b"%PDF-"
# What printing programs write as a title when nobody gave one.
_NO_TITLE = re.compile(
    r"untitled|\(?anonymous\)?|no title|document\d*|microsoft \w+ - .*"
    r"|.*\.(?:docx?|odt|pdf|html?|indd|tex|dvi|txt)",
    re.IGNORECASE,
)
_PAGE_NUMBER = re.compile(r"[-–—]?\s*\d{1,4}\s*[-–—]?")
_ENDED = re.compile(r"""[.!?…:]["'”’»)\]]*$""")
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\ufffe\uffff]|[\ud800-\udfff]")
_ITEM = re.compile(r"(?:[•◦▪‣●○–—*-]|\(?\d{1,3}[.)]|\(?[a-z][.)])\s")


def article_of_pdf(file: SourceFile) -> Article:
    """A .pdf: its text with a blank line between paragraphs, lines of a paragraph joined and words that
    were divided at a line's end put together, page numbers and what is repeated at the top or
    bottom of pages left out. Title and day of creation come from its metadata; a title that only names a file
    is none. Its own encryption without a password is no hindrance.
    """
    import pypdf  # takes 0.2 s

    # It tells of every fault that it gets over; who adds articles can do nothing about them.
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    raw = file.read(MAX_DOCUMENT_BYTES)
    if _SIGNATURE not in raw[:1024]:
        refuse_misnamed(raw, _SIGNATURE)
        raise SourceUnreadable("not a PDF; give it the ending that says what it is")
    try:
        reader = pypdf.PdfReader(BytesIO(raw))
        if reader.is_encrypted and not reader.decrypt(""):
            raise SourceUnreadable("encrypted; save a copy without a password and add that")
        pages = _pages(reader)
        title, created = _about(reader)
    except SourceUnreadable:
        raise
    except Exception as error:
        # Whatever a PDF does wrong comes out of its parser as some error; it may not end the whole walk.
        raise SourceUnreadable(
            f"the PDF cannot be parsed ({type(error).__name__}); it may be damaged"
        ) from error
    text = _joined(_without_repeats(pages))
    if not text:
        raise SourceUnreadable("no text in it, as in a scan; run OCR on it and add the result")
    if _NO_TITLE.fullmatch(title):
        title = ""
    return article_of({"title": title or headline(text), "date": created, "text": text}, file)


def _pages(reader: PdfReader) -> list[list[str]]:
    if len(reader.pages) > MAX_PAGES:
        raise SourceUnreadable(
            f"{len(reader.pages):,} pages, more than {MAX_PAGES:,}; split it and add the parts"
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


def _about(reader: PdfReader) -> tuple[str, str | None]:
    try:
        about = reader.metadata
        title = " ".join(_CONTROLS.sub("", (about and about.title) or "").split())
        written = str((about and about.get("/CreationDate")) or "")
    except Exception:  # broken metadata says nothing; the text stands
        return "", None
    # The day as written, whatever the zone: D:20221027233000-05'00'
    found = re.match(r"(?:D:)?(\d{8})", written)
    try:
        return title, datetime.strptime(found[1], "%Y%m%d").date().isoformat() if found else None
    except ValueError:
        return title, None


def _without_repeats(pages: list[list[str]]) -> list[list[str]]:
    """The pages without page numbers, and without what stands in the two lines at the top or bottom of
    at least two, and half, of them.
    """
    filled = [[line for line in page if line] for page in pages]
    edges = Counter(chain.from_iterable(set(map(_shape, page[:2] + page[-2:])) for page in filled))
    often = max(2, len(pages) / 2)

    def runs(line: str) -> bool:
        return edges[_shape(line)] >= often or bool(_PAGE_NUMBER.fullmatch(line)) or not line

    trimmed = []
    for page in pages:
        start, end = 0, len(page)
        while start < end and runs(page[start]):
            start += 1
        while end > start and runs(page[end - 1]):
            end -= 1
        trimmed.append(page[start:end])
    return trimmed


def _shape(line: str) -> str:
    return re.sub(r"\d+", "#", line)


def _joined(pages: list[list[str]]) -> str:
    """The lines as paragraphs. One ends at an empty line, and where a sentence ends in a line that is
    clearly shorter than the lines of its page; it goes on over the end of a page in the middle of a sentence.
    """
    paragraphs: list[str] = []
    open_ = False
    for lines in pages:
        lengths = sorted(len(line) for line in lines if line)
        full = lengths[int(len(lengths) * 0.8)] if lengths else 0
        if open_ and _ENDED.search(paragraphs[-1]):
            open_ = False
        for line in lines:
            if not line:
                open_ = False
                continue
            if not open_ or _ITEM.match(line):
                paragraphs.append(line)
            elif re.search(r"\w[-\u00ad]$", paragraphs[-1]) and line[0].islower():
                paragraphs[-1] = paragraphs[-1][:-1] + line
            else:
                paragraphs[-1] += " " + line
            open_ = not (_ENDED.search(line) and len(line) < 0.8 * full) and len(line) > 0.4 * full
    return "\n\n".join(paragraphs).strip()
