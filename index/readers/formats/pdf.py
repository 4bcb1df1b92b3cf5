"""PDF documents.

The text is read by PDFium, as in Chrome. It joins words by where they stand on the page: the PDFs of
Google Docs place each word alone, and a reader that goes by the operators gives one word a line
(docs/experiments.md).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import chain, pairwise
from statistics import median_low
from threading import Lock
from typing import TYPE_CHECKING, Any

from index.errors import SourceUnreadable
from index.readers.article_fields import article_from_fields
from index.readers.paragraphs import PARAGRAPH_BREAK, headline
from index.readers.source_file import MAX_DOCUMENT_BYTES, MAX_TEXT_BYTES, NO_TEXT, SourceFile, check_signature
from index.schemas import Article
from index.text.messages.phrase import Phrase
from index.text.shingles import Shingles

if TYPE_CHECKING:
    from pypdfium2 import PdfDocument

MAX_PAGES = 3_000
_SIGNATURE = b"%PDF-"
# PDFium's mark for a hyphen at the end of a line, which also stands for the line's end.
_LINE_END_HYPHEN = "\x02"
# A title of the metadata must be printed within this many characters.
_TITLE_WITHIN = 2_000
# Lines further apart than this, compared with the usual distance on their page, are two paragraphs.
_PARAGRAPH_GAP = 1.3
_MANY_LINES = 8
_PAGE_NUMBER = re.compile(r"[-–—]?\s*\d{1,4}\s*[-–—]?")
_SENTENCE_END = re.compile(r"""[.!?…:]["'”’»)\]]*$""")
_HYPHENATED = re.compile(r"\w[-\u00ad]$")
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\ufffe\uffff]|[\ud800-\udfff]")
_LIST_ITEM = re.compile(r"(?:[•◦▪‣●○–—*-]|\(?\d{1,3}[.)]|\(?[a-z][.)])\s")
# PDFium must not be called by two threads at once.
_pdfium = Lock()


def read_pdf(file: SourceFile) -> Article:
    """The article of a .pdf file: its text as paragraphs separated by blank lines.

    Lines of a paragraph are joined, hyphenated words put together, and page numbers, running headers and
    footers removed. The title is that of the metadata if the text begins with it, as the name of a file does
    not; else `headline`. There is no date: the metadata only say when the file was made. Files encrypted
    without a password are read. Raises SourceUnreadable.
    """
    from pypdfium2 import PdfDocument, PdfiumError

    raw = file.read(MAX_DOCUMENT_BYTES)
    if _SIGNATURE not in raw[:1024]:
        check_signature(raw, _SIGNATURE)
        raise SourceUnreadable(Phrase("not a PDF; rename it with the right suffix"))
    with _pdfium:
        try:
            document = PdfDocument(raw)
        except PdfiumError as error:
            raise SourceUnreadable(_why_closed(error)) from error
        try:
            pages = _pages(document)
            title = " ".join(_CONTROLS.sub("", document.get_metadata_value("Title")).split())
        except PdfiumError as error:
            raise SourceUnreadable(Phrase("the PDF cannot be parsed ({error})", error=error)) from error
        finally:
            document.close()
    text = _paragraphs(_without_headers(pages))
    if not text:
        raise SourceUnreadable(NO_TEXT)
    return article_from_fields(
        {"title": title if _is_printed(title, text) else headline(text), "text": text}, file
    )


def _why_closed(error: Any) -> str:
    import pypdfium2.raw as pdfium

    if error.err_code == pdfium.FPDF_ERR_PASSWORD:
        return "encrypted; save a copy without a password and add that"
    return f"the PDF cannot be parsed ({error})"


def _is_printed(title: str, text: str) -> bool:
    words = Shingles.of(title)
    return len(words.words) > 1 and Shingles.of(text[:_TITLE_WITHIN]).has(words)


def _pages(document: PdfDocument) -> list[list[str]]:
    """The lines of each page, with an empty one where paragraphs are set apart."""
    if len(document) > MAX_PAGES:
        raise SourceUnreadable(
            Phrase(
                "{number} pages, over the limit of {limit}; split it and add the parts",
                number=len(document),
                limit=MAX_PAGES,
            )
        )
    pages: list[list[tuple[str, float]]] = []
    size = 0
    for page in document:
        lines = [line for line in _lines(page) if line[0]]
        size += sum(len(line) for line, _ in lines)
        if size > MAX_TEXT_BYTES:
            raise SourceUnreadable(Phrase("more text than one article may have; split it and add the parts"))
        pages.append(lines)
        page.close()
    usual = _usual_step(chain.from_iterable(map(_steps, pages)))
    return [_spaced(lines, usual) for lines in pages]


def _lines(page: Any) -> Iterator[tuple[str, float]]:
    """The lines of a page as PDFium finds them, each with the height of its baseline in points."""
    import pypdfium2.raw as pdfium

    text_page = page.get_textpage()
    letters: list[str] = []
    height = 0.0
    for at in range(text_page.count_chars()):
        letter = chr(pdfium.FPDFText_GetUnicode(text_page, at))
        if not letters and not letter.isspace():
            height = _baseline(text_page, at)
        if letter in f"\n{_LINE_END_HYPHEN}":
            yield _clean([*letters, "-"] if letter == _LINE_END_HYPHEN else letters), height
            letters = []
        elif letters or not letter.isspace():
            letters.append(letter)
    yield _clean(letters), height
    text_page.close()


def _baseline(text_page: Any, at: int) -> float:
    from ctypes import byref, c_double

    import pypdfium2.raw as pdfium

    x, y = c_double(), c_double()
    pdfium.FPDFText_GetCharOrigin(text_page, at, byref(x), byref(y))
    return y.value


def _clean(letters: list[str]) -> str:
    # PDFium gives letters beyond the first plane as two surrogates.
    text = "".join(letters).encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return " ".join(_CONTROLS.sub("", text).split())


def _spaced(lines: list[tuple[str, float]], usual: float) -> list[str]:
    """The lines, with an empty one between those further apart than usual: on their page, or in the document
    (`usual`) where the page has few.
    """
    steps = _steps(lines)
    if len(steps) >= _MANY_LINES:
        usual = _usual_step(steps)
    spaced = [line for line, _ in lines[:1]]
    for step, (line, _) in zip(steps, lines[1:], strict=True):
        spaced += ["", line] if step > _PARAGRAPH_GAP * usual > 0 else [line]
    return spaced


def _steps(lines: list[tuple[str, float]]) -> list[float]:
    return [before - height for (_, before), (_, height) in pairwise(lines)]


def _usual_step(steps: Iterable[float]) -> float:
    # Small steps are footnote marks; steps up begin another column.
    return median_low([step for step in steps if step > 4] or [0.0])


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
    paragraphs: list[list[str]] = []
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
            if unfinished and not _LIST_ITEM.match(line):
                paragraphs[-1].append(line)
            else:
                paragraphs.append([line])
            ends_sentence = _SENTENCE_END.search(line) and len(line) < 0.8 * full_length
            unfinished = not ends_sentence and len(line) > 0.4 * full_length
    return PARAGRAPH_BREAK.join(map(_joined, paragraphs)).strip()


def _joined(lines: list[str]) -> str:
    """The lines of a paragraph, with the words joined that are divided at the end of one."""
    parts = lines[:1]
    for before, line in pairwise(lines):
        if _HYPHENATED.search(before) and line[0].islower():
            parts[-1] = parts[-1][:-1]
            parts.append(line)
        else:
            parts += [" ", line]
    return "".join(parts)
