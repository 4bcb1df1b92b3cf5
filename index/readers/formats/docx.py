"""Word documents.

The XML is read directly. Libraries for editing Word documents leave out the text of tracked insertions,
content controls, text boxes and notes.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from index.errors import SourceUnreadable
from index.readers.article_fields import article_from_fields
from index.readers.dates import document_date
from index.readers.paragraphs import PARAGRAPH_BREAK, headline, join_paragraphs
from index.readers.safe_xml import first_text, local_name
from index.readers.source_file import MAX_TEXT_BYTES, NO_TEXT, SourceFile
from index.readers.zipped.office_package import Package
from index.readers.zipped.zip_archive import open_zip
from index.schemas import Article
from index.text.messages.phrase import Phrase

_NOTES = ("footnotes", "endnotes")
# Deleted or moved text, field codes, fallbacks for old programs, and properties.
_INVISIBLE = {"del", "moveFrom", "instrText", "Fallback", "rPr", "pPr", "sectPr", "tblPr", "sdtPr"}
_CHARACTERS = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}


def read_docx(file: SourceFile) -> Article:
    """The article of a .docx file: its paragraphs, then its notes, separated by blank lines.

    Its parts are found by the relationships of the package, as programs other than Word name them otherwise.
    HTML that a program has put in (`altChunk`) follows the paragraphs. The cells of a table row are separated
    by tabs; deleted and hidden text is left out. Title, creation date and company (as `source`) come from the
    document properties. The default title is the paragraph with the style "Title", else `headline`. Raises
    SourceUnreadable.
    """
    with open_zip(file) as archive:
        package = Package(archive)
        main = package.related("", "officeDocument")
        body = package.part(main)
        if local_name(body) != "document":
            raise SourceUnreadable(Phrase("a zip, but not a Word document; rename it with the right suffix"))
        notes = [package.part(package.related(main, kind)) for kind in _NOTES]
        chunks = list(package.chunks(main, body))
        core = package.part(package.related("", "core-properties"))
        app = package.part(package.related("", "extended-properties"))
    text = join_paragraphs([_text(body), *chunks, *map(_text, notes)])
    if not text:
        raise SourceUnreadable(NO_TEXT)
    if len(text) > MAX_TEXT_BYTES:
        raise SourceUnreadable(Phrase("more text than one article may have; split it and add the parts"))
    return article_from_fields(
        {
            "title": first_text(core, "title") or _styled_title(body) or headline(text),
            "date": document_date(first_text(core, "created")),
            "source": first_text(app, "Company"),
            "text": text,
        },
        file,
    )


def _styled_title(body: Any) -> str:
    for paragraph in body.iter("{*}p"):
        for style in paragraph.iterfind("{*}pPr/{*}pStyle"):
            if _attribute(style, "val").lower() == "title":
                return " ".join(_text(paragraph).split())
    return ""


def _text(part: Any) -> str:
    return join_paragraphs("".join(_flow(part)).split(PARAGRAPH_BREAK))


def _flow(element: Any) -> Iterator[str]:
    """The text in document order, with PARAGRAPH_BREAK around paragraphs, table rows and text boxes."""
    name = local_name(element)
    if name == "t":
        # Word shows line ends inside a text run as spaces.
        yield "".join(element.itertext()).replace("\n", " ")
    elif name in _CHARACTERS:
        yield _CHARACTERS[name]
    elif name and name not in _INVISIBLE and not _is_hidden(element, name):
        if name == "tc":
            # The paragraphs of a cell stay on the line of their row.
            lines = "".join(_children(element)).split("\n")
            yield " ".join(filter(None, (line.strip() for line in lines))) + "\t"
            return
        edge = PARAGRAPH_BREAK if name in {"p", "tr", "txbxContent"} else ""
        yield edge
        yield from _children(element)
        yield edge


def _children(element: Any) -> Iterator[str]:
    for child in element:
        yield from _flow(child)


def _is_hidden(element: Any, name: str) -> bool:
    if name in {"footnote", "endnote"}:
        return bool(_attribute(element, "type"))  # the separator lines between text and notes
    hidden = element.find("{*}rPr/{*}vanish") if name == "r" else None
    return hidden is not None and _attribute(hidden, "val") not in {"0", "false"}


def _attribute(element: Any, name: str) -> str:
    for key, value in element.attrib.items():
        if key.rpartition("}")[2] == name:
            return str(value)
    return ""
