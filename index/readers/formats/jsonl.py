"""JSON Lines files: one article a line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, TextIO

from index.errors import SourceUnreadable
from index.readers.charset import opened_text
from index.readers.source_file import MAX_TEXT_BYTES, PendingArticles, SourceFile, too_large
from index.readers.tables.records import Record, read_records
from index.schemas import Skipped
from index.text.messages.phrase import Phrase


def read_jsonl(file: SourceFile) -> PendingArticles:
    """The articles of a .jsonl file, with a bounded number of lines in memory; blank lines are ignored.

    A line is `{"id"?, "url"?, "title"?, "date"?, "source"?, "text"}`; other keys are read as `read_records`
    says, and values are kept unchanged. Raises SourceUnreadable if the file is empty, binary, or starts with
    a test question.
    """
    with opened_text(file, newline="\n") as text:
        empty = True
        for item in read_records(_records(text, file.name), file):
            empty = False
            yield item
    if empty:
        raise SourceUnreadable(Phrase("empty"))


def is_test_question(values: Any) -> bool:
    """Whether an object is a test question of `quoth eval` rather than an article."""
    return isinstance(values, dict) and "question" in values and "text" not in values


def parse_object(line: str) -> dict[str, Any]:
    """The JSON object of a line. Raises SourceUnreadable."""
    try:
        values = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise SourceUnreadable(Phrase("not JSON ({error})", error=error)) from error
    if not isinstance(values, dict):
        raise SourceUnreadable(Phrase("not a JSON object"))
    return values


def _records(text: TextIO, file_name: str) -> Iterator[Record | Skipped]:
    number, first = 0, True
    while line := text.readline(MAX_TEXT_BYTES + 1):
        number += 1
        place = f"{file_name}:{number}"
        if line.isspace():
            continue
        if len(line) > MAX_TEXT_BYTES and not line.endswith("\n"):
            yield Skipped(source=place, reason=too_large(len(line) + _skip_line(text)))
            continue
        try:
            values = parse_object(line)
        except SourceUnreadable as error:
            yield Skipped(source=place, reason=error.message)
            continue
        if first and is_test_question(values):
            raise SourceUnreadable(Phrase("test questions, not articles"))
        first = False
        yield Record(place=place, values=values)


def _skip_line(text: TextIO) -> int:
    """Skips the rest of the line; its length in characters."""
    size = 0
    while rest := text.readline(1 << 20):
        size += len(rest)
        if rest.endswith("\n"):
            break
    return size
