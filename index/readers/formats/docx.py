"""What a Word document says as an article.

The XML is read as it is, rather than through a library for editing it: those leave out what stands in
tracked insertions, content controls, text boxes and notes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from zipfile import ZipFile

from index.errors import SourceUnreadable
from index.readers.fields import article_of, headline
from index.readers.file import MAX_TEXT_BYTES, SourceFile
from index.readers.safe_xml import first_text, local_name, parsed
from index.readers.zip import entry_bytes, opened_zip
from index.schemas import Article

_MAIN = "wordprocessingml.document.main+xml"
_NOTES = ("footnotes", "endnotes")
# Deleted or moved away, codes of fields, the same again for old programs, marks of notes, properties.
_UNSEEN = {"del", "moveFrom", "instrText", "Fallback", "rPr", "pPr", "sectPr", "tblPr", "sdtPr"}
_BREAK = "\n\n"


def article_of_docx(file: SourceFile) -> Article:
    """A .docx: its paragraphs with a blank line between them, the cells of a row with a tab; what is
    struck out or hidden is left out, notes stand at the end. Title, day of creation and company
    (as `source`) come from its properties; without a title it is the paragraph that is styled as one,
    or else `headline`.
    """
    with opened_zip(file) as archive:
        main = _main_part(archive)
        body = parsed(entry_bytes(archive, main))
        folder = main.rpartition("/")[0]
        names = set(archive.namelist())
        notes = [f"{folder}/{name}.xml".lstrip("/") for name in _NOTES]
        parts = [body, *(parsed(entry_bytes(archive, name)) for name in notes if name in names)]
        about = [
            parsed(entry_bytes(archive, name)) if name in names else parsed(b"<none/>")
            for name in ("docProps/core.xml", "docProps/app.xml")
        ]
    text = "\n\n".join(filter(None, map(_text, parts)))
    if not text:
        raise SourceUnreadable(
            "no text in it; if it holds pictures of pages, run OCR on it and add the result"
        )
    if len(text) > MAX_TEXT_BYTES:
        raise SourceUnreadable("more text than one article may have; split it and add the parts")
    core, app = about
    title = first_text(core, "title") or _styled_title(body) or headline(text)
    created = re.match(r"\d{4}-\d\d-\d\d", first_text(core, "created"))
    return article_of(
        {
            "title": title,
            "date": created[0] if created else None,
            "source": first_text(app, "Company"),
            "text": text,
        },
        file,
    )


def _main_part(archive: ZipFile) -> str:
    if "[Content_Types].xml" in archive.namelist():
        for element in parsed(entry_bytes(archive, "[Content_Types].xml")).iter("{*}Override"):
            if element.get("ContentType", "").endswith(_MAIN):
                return str(element.get("PartName", "")).lstrip("/")
    raise SourceUnreadable("a zip, but not a Word document; give it the ending that says what it is")


def _styled_title(body: Any) -> str:
    for paragraph in body.iter("{*}p"):
        for style in paragraph.iterfind("{*}pPr/{*}pStyle"):
            if _attribute(style, "val").lower() == "title":
                return " ".join(_text(paragraph).split())
    return ""


def _text(part: Any) -> str:
    blocks = "".join(_flow(part)).split(_BREAK)
    return "\n\n".join(filter(None, (block.strip() for block in blocks)))


def _flow(element: Any) -> Iterator[str]:
    name = local_name(element)
    if name == "t":
        # Typed line ends are blanks to Word.
        yield "".join(element.itertext()).replace("\n", " ")
    elif name == "tab":
        yield "\t"
    elif name in {"br", "cr"}:
        yield "\n"
    elif name == "noBreakHyphen":
        yield "-"
    elif name and name not in _UNSEEN and not _left_out(element, name):
        if name == "tc":
            # A cell's own paragraphs are one stretch of its row.
            yield re.sub(r"\s*\n\s*", " ", "".join(_children(element)).strip()) + "\t"
            return
        edge = _BREAK if name in {"p", "tr", "txbxContent"} else ""
        yield edge
        yield from _children(element)
        yield edge


def _children(element: Any) -> Iterator[str]:
    for child in element:
        yield from _flow(child)


def _left_out(element: Any, name: str) -> bool:
    if name in {"footnote", "endnote"}:
        return bool(_attribute(element, "type"))  # the lines between text and notes
    hidden = element.find("{*}rPr/{*}vanish") if name == "r" else None
    return hidden is not None and _attribute(hidden, "val") not in {"0", "false"}


def _attribute(element: Any, name: str) -> str:
    for key, value in element.attrib.items():
        if key.rpartition("}")[2] == name:
            return str(value)
    return ""
