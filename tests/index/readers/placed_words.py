"""PDFs in which every word is placed alone, as Google Docs writes them."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO

from pypdf import PdfWriter
from pypdf.generic import DictionaryObject, NameObject, StreamObject

# The width of each letter of Courier, as a share of its size.
ADVANCE = 0.6
SIZE, LINE = 11.0, 15.0
# A flipped page, scaled from pixels to points.
_PAGE = b"1 0 0 -1 0 792 cm .75 0 0 .75 0 0 cm\n"


def placed_words(
    pages: Sequence[Sequence[Sequence[str]]], *, gap: float = LINE, spaces: bool = False
) -> bytes:
    """A PDF of pages of paragraphs of lines, in Courier. `gap` is the distance between paragraphs in points,
    besides that of lines; with `spaces`, a space is drawn after each word.
    """
    writer = PdfWriter()
    for paragraphs in pages:
        page = writer.add_blank_page(612, 792)
        font = DictionaryObject(
            {
                NameObject("/Type"): NameObject("/Font"),
                NameObject("/Subtype"): NameObject("/Type1"),
                NameObject("/BaseFont"): NameObject("/Courier"),
                NameObject("/Encoding"): NameObject("/WinAnsiEncoding"),
            }
        )
        fonts = DictionaryObject({NameObject("/F4"): writer._add_object(font)})
        page[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): fonts})
        content = StreamObject()
        content.set_data(_PAGE + b"".join(_lines(paragraphs, spaces)))
        page[NameObject("/Contents")] = writer._add_object(content)
    raw = BytesIO()
    writer.write(raw)
    return raw.getvalue()


def _lines(paragraphs: Sequence[Sequence[str]], spaces: bool) -> list[bytes]:
    operators = []
    height = 72.0
    for lines in paragraphs:
        for line in lines:
            operators.append(f"q 1 0 0 1 {72 / 0.75} {height / 0.75} cm BT\n".encode())
            at = 0.0
            for word in line.split(" "):
                shown = (word + " " * spaces).encode("cp1252").replace(b"(", rb"\(").replace(b")", rb"\)")
                # The text matrix stands above the line, and the offset leads down to its baseline.
                operators.append(
                    f"/F4 {SIZE / 0.75} Tf 1 0 0 -1 {at / 0.75} .48 Tm 0 -13.28 Td (".encode()
                    + shown
                    + b") Tj\n"
                )
                at += (len(word) + 1) * ADVANCE * SIZE
            operators.append(b"ET Q\n")
            height += LINE
        height += LINE
    return operators
