"""JSON Lines files: one article a line."""

from __future__ import annotations

import codecs
from functools import partial
from typing import BinaryIO

from index.errors import SourceUnreadable
from index.readers.article_fields import article_from_json, is_test_question
from index.readers.source_file import MAX_TEXT_BYTES, PendingArticle, PendingArticles, SourceFile, too_large
from index.schemas import Skipped


def read_jsonl(file: SourceFile) -> PendingArticles:
    """The articles of a .jsonl file, one line in memory at a time; blank lines are ignored.

    Raises SourceUnreadable if the file is empty, binary, or starts with a test question.
    """
    with file.open() as opened:
        number, empty = 0, True
        while line := opened.readline(MAX_TEXT_BYTES + 1):
            number += 1
            source = f"{file.name}:{number}"
            if number == 1:
                line = line.removeprefix(codecs.BOM_UTF8)
            if not line or line.isspace():
                continue
            if empty:
                _check_first(line)
                empty = False
            if len(line) <= MAX_TEXT_BYTES or line.endswith(b"\n"):
                yield PendingArticle(source=source, read=partial(article_from_json, line))
            else:
                size = len(line) + _skip_line(opened)
                yield Skipped(source=source, reason=too_large(size))
    if empty:
        raise SourceUnreadable("empty")


def _check_first(line: bytes) -> None:
    if b"\0" in line:
        raise SourceUnreadable("binary or UTF-16; a .jsonl file must be UTF-8")
    if is_test_question(line):
        raise SourceUnreadable("test questions, not articles")


def _skip_line(opened: BinaryIO) -> int:
    """Skips the rest of the line; its length in bytes."""
    size = 0
    while rest := opened.readline(1 << 20):
        size += len(rest)
        if rest.endswith(b"\n"):
            break
    return size
