"""Tables of text (.csv, .tsv): one article a row."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, TextIO

from index.errors import SourceUnreadable
from index.readers.charset import opened_text
from index.readers.source_file import MAX_TEXT_BYTES, PendingArticles, SourceFile, too_large
from index.readers.tables.columns import choose_columns
from index.readers.tables.records import Record, read_records
from index.schemas import Skipped
from index.text.messages.phrase import Phrase

_DELIMITERS = ",;\t|"
# What shows the delimiter.
_SAMPLE_CHARACTERS, _SAMPLE_LINES = 64_000, 100


def read_csv(file: SourceFile) -> PendingArticles:
    """The articles of a table, with a bounded number of rows in memory.

    The first line names the columns; `read_records` says which are read. The delimiter is a comma, a
    semicolon, a tab or a bar; a first line such as `sep=;` may name it. Values are kept unchanged. Raises
    SourceUnreadable.
    """
    csv.field_size_limit(MAX_TEXT_BYTES)  # a setting of the whole process; nothing else reads CSV
    with opened_text(file, newline="") as text:
        beginning = _beginning(text)
        named, before = _named_delimiter(beginning)
        delimiter = named or max(_DELIMITERS, key=lambda one: _fitness(beginning, one, file))
        rows = csv.reader(_checked(chain(beginning[before:], _lines(text))), delimiter=delimiter)
        names = [name.strip() for name in next(rows, [])]
        if not any(names):
            raise SourceUnreadable(Phrase("empty"))
        table = _Table(file=file.name, names=names, delimiter=delimiter, line=2 + before)
        records = table.records(rows)
        first = next(records, None)
        if first is None:
            raise SourceUnreadable(Phrase("empty"))
        yield from read_records(chain([first], records), file, names=list(filter(None, names)))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Table:
    """The names of a table's columns; `line` is the number of its first line below them."""

    file: str
    names: Sequence[str]
    delimiter: str
    line: int

    def records(self, rows: Any) -> Iterator[Record | Skipped]:
        """The rows that `csv.reader` yields."""
        line = self.line
        try:
            for row in rows:
                place, line = f"{self.file}:{line}", rows.line_num + self.line - 1
                if any(value.strip() for value in row):
                    yield self._record(row, place)
        except csv.Error as error:
            yield Skipped(
                source=f"{self.file}:{line}", reason=Phrase("broken from here on ({error})", error=error)
            )
        except SourceUnreadable as error:
            yield Skipped(source=f"{self.file}:{line}", reason=error.message)

    def _record(self, row: list[str], place: str) -> Record | Skipped:
        known, beyond = row[: len(self.names)], row[len(self.names) :]
        if any(value.strip() for value in beyond):
            if len(self.names) > 1:
                reason = f"{len(row)} values for {len(self.names)} columns; quote what contains a delimiter"
                return Skipped(source=place, reason=reason)
            known = [self.delimiter.join(row)]
        values = {name: value for name, value in zip(self.names, known, strict=False) if name}
        return Record(place=place, values=values)


def _beginning(text: TextIO) -> list[str]:
    """The lines that show the delimiter."""
    lines: list[str] = []
    for line in _lines(text):
        lines.append(line)
        if sum(map(len, lines)) > _SAMPLE_CHARACTERS or len(lines) == _SAMPLE_LINES:
            break
    return lines


def _named_delimiter(lines: Sequence[str]) -> tuple[str, int]:
    """The delimiter of a first line such as `sep=;`, and the number of lines before the names of columns."""
    first = lines[0].rstrip() if lines else ""
    return (first[4:] or "\t", 1) if first.lower().startswith("sep=") and len(first) <= 5 else ("", 0)


def _fitness(lines: Sequence[str], delimiter: str, file: SourceFile) -> tuple[bool, float, int]:
    """How well a delimiter splits the sample: whether that gives a column of text, the share of rows with as
    many values as there are names, and the number of names.
    """
    try:
        rows = list(csv.reader(lines, delimiter=delimiter))
    except csv.Error:
        rows = []
    names, *others = [row for row in rows if any(row)] or [[]]
    try:
        choose_columns([name.strip() for name in names if name.strip()], file.columns)
        has_text = True
    except SourceUnreadable:
        has_text = False
    whole = others[:-1] or others  # the sample may end inside the last one
    fitting = sum(len(row) == len(names) for row in whole) / max(len(whole), 1)
    return has_text, fitting if len(names) > 1 else 0, len(names)


def _lines(text: TextIO) -> Iterator[str]:
    return iter(lambda: text.readline(MAX_TEXT_BYTES + 1), "")


def _checked(lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        if len(line) > MAX_TEXT_BYTES:
            raise SourceUnreadable(too_large(len(line)))
        yield line
