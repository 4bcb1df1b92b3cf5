"""CSV files: one article a row."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from io import StringIO, TextIOWrapper
from typing import BinaryIO, TextIO

from index.errors import SourceUnreadable
from index.readers.article_fields import FIELDS, article_from_fields
from index.readers.charset import decoded_text
from index.readers.source_file import (
    MAX_TEXT_BYTES,
    PendingArticle,
    PendingArticles,
    SourceFile,
    check_signature,
    too_large,
)
from index.schemas import Skipped

_DELIMITERS = ",;\t|"


def read_csv(file: SourceFile) -> PendingArticles:
    """The articles of a .csv file, one row in memory at a time.

    The first line names the columns like the FIELDS of an article, in any order and case, with `text` among
    them, and shows the delimiter (comma, semicolon, tab or bar). Other columns are ignored, values are
    kept unchanged. Raises SourceUnreadable.
    """
    csv.field_size_limit(MAX_TEXT_BYTES)  # a setting of the whole process; nothing else reads CSV
    with _opened_text(file) as text:
        delimiter, columns = _header(text.readline(MAX_TEXT_BYTES))
        reader = csv.reader(_lines(text), delimiter=delimiter)
        line, empty = 2, True
        try:
            for row in reader:
                source, line = f"{file.name}:{line}", reader.line_num + 2
                if not any(value.strip() for value in row):
                    continue
                empty = False
                fields = {
                    name: value
                    for name, value in zip(columns, row, strict=False)
                    if name in FIELDS and value.strip()
                }
                yield PendingArticle(source=source, read=partial(article_from_fields, fields))
        except csv.Error as error:
            yield Skipped(source=f"{file.name}:{line}", reason=f"broken from here on ({error})")
            return
    if empty:
        raise SourceUnreadable("empty")


def _header(first_line: str) -> tuple[str, list[str]]:
    """The delimiter and the names of the columns."""
    for delimiter in _DELIMITERS:
        [row] = csv.reader([first_line], delimiter=delimiter)
        columns = [name.strip().lower() for name in row]
        if "text" in columns:
            return delimiter, columns
    raise SourceUnreadable(f'no column named "text"; the first line names the columns: {" ".join(FIELDS)}')


def _lines(text: TextIO) -> Iterator[str]:
    while line := text.readline(MAX_TEXT_BYTES + 1):
        if len(line) > MAX_TEXT_BYTES:
            raise SourceUnreadable(too_large(len(line)))
        yield line


@contextmanager
def _opened_text(file: SourceFile) -> Iterator[TextIO]:
    """The text of the file: streamed if it is UTF-8, else decoded as a whole to detect the encoding."""
    with file.open() as opened:
        utf8 = _is_utf8(opened)
    if not utf8:
        yield StringIO(decoded_text(file), newline="")
        return
    with file.open() as opened, TextIOWrapper(opened, "utf-8-sig", newline="") as text:
        yield text


def _is_utf8(opened: BinaryIO) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    chunk = opened.read(1 << 20)
    check_signature(chunk)
    try:
        while chunk:
            if b"\0" in chunk:
                return False
            decoder.decode(chunk)
            chunk = opened.read(1 << 20)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True
