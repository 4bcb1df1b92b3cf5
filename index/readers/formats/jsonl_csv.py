"""Files with an article a line or a row: .jsonl and .csv."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from io import StringIO, TextIOWrapper
from typing import BinaryIO, TextIO

from index.errors import SourceUnreadable
from index.readers.charset import decode
from index.readers.fields import FIELDS, article_of, article_of_line, asks_question
from index.readers.file import MAX_TEXT_BYTES, PendingArticle, Pieces, SourceFile, refuse_misnamed, too_large
from index.schemas import Skipped

_DELIMITERS = ",;\t|"


def lines_of(file: SourceFile) -> Pieces:
    """The lines of a .jsonl, one in memory at a time. Blank lines are nothing; a file that begins with
    a test question is `Skipped` as a whole. Raises SourceUnreadable.
    """
    with file.open() as opened:
        number, empty = 0, True
        while raw := opened.readline(MAX_TEXT_BYTES + 1):
            number += 1
            source = f"{file.name}:{number}"
            if number == 1:
                raw = raw.removeprefix(codecs.BOM_UTF8)
            if not raw or raw.isspace():
                continue
            if empty:
                if b"\0" in raw:
                    raise SourceUnreadable("binary or UTF-16; a .jsonl is UTF-8")
                if asks_question(raw):
                    raise SourceUnreadable("test questions, not articles")
                empty = False
            if len(raw) <= MAX_TEXT_BYTES or raw.endswith(b"\n"):
                yield PendingArticle(source=source, read=partial(article_of_line, raw))
                continue
            size = len(raw)
            while raw and not raw.endswith(b"\n"):
                raw = opened.readline(1 << 20)
                size += len(raw)
            yield Skipped(source=source, reason=too_large(size))
    if empty:
        raise SourceUnreadable("empty")


def rows_of(file: SourceFile) -> Pieces:
    """The rows of a .csv whose first line names columns as the FIELDS of an article, in any order and
    case, `text` among them; other columns are ignored. What stands between the fields (comma,
    semicolon, tab, bar) is told by that line. Texts are kept as they are. Raises SourceUnreadable.
    """
    csv.field_size_limit(MAX_TEXT_BYTES)  # of the whole process, but nothing else reads tables
    with _decoded(file) as text:
        first = text.readline(MAX_TEXT_BYTES)
        delimiter, names = _columns(first)
        reader = csv.reader(_bounded(text), delimiter=delimiter)
        line = 2
        empty = True
        try:
            for row in reader:
                source, line = f"{file.name}:{line}", reader.line_num + 2
                fields = {name: value for name, value in zip(names, row, strict=False) if value.strip()}
                if not any(value.strip() for value in row):
                    continue
                empty = False
                known = {name: fields[name] for name in FIELDS if name in fields}
                yield PendingArticle(source=source, read=partial(article_of, known))
        except csv.Error as error:
            yield Skipped(source=f"{file.name}:{line}", reason=f"broken from here on ({error})")
            return
    if empty:
        raise SourceUnreadable("empty")


def _columns(first: str) -> tuple[str, list[str]]:
    """What stands between the fields, and the names of the columns."""
    for delimiter in _DELIMITERS:
        [row] = csv.reader([first], delimiter=delimiter)
        names = [name.strip().lower() for name in row]
        if "text" in names:
            return delimiter, names
    raise SourceUnreadable(f'no column named "text"; the first line names the columns: {" ".join(FIELDS)}')


def _bounded(text: TextIO) -> Iterator[str]:
    while line := text.readline(MAX_TEXT_BYTES + 1):
        if len(line) > MAX_TEXT_BYTES:
            raise SourceUnreadable(too_large(len(line)))
        yield line


@contextmanager
def _decoded(file: SourceFile) -> Iterator[TextIO]:
    """The text of the file: a stream where it is UTF-8, else decoded as a whole."""
    with file.open() as opened:
        utf8 = _is_utf8(opened)
    if not utf8:
        # Only as a whole can an old encoding be told.
        yield StringIO(decode(file.read(), charset=file.charset), newline="")
        return
    with file.open() as opened, TextIOWrapper(opened, "utf-8-sig", newline="") as text:
        yield text


def _is_utf8(opened: BinaryIO) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    begun = False
    try:
        while chunk := opened.read(1 << 20):
            if not begun:
                refuse_misnamed(chunk)
                begun = True
            if b"\0" in chunk:
                return False
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    if not begun:
        raise SourceUnreadable("empty")
    return True
