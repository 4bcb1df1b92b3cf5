"""Feedback on answers, stored in a file of the home that people may read, move and delete."""

from __future__ import annotations

import errno
import os
import threading
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import date, datetime
from pathlib import Path
from typing import Literal, Protocol

from pydantic import Field, ValidationError

from index.errors import DiskFull
from qa.errors import FeedbackFull
from qa.schemas import MAX_QUESTION_CHARACTERS, Schema, Turn

FILE = "feedback.jsonl"
MAX_ANSWER_CHARACTERS = 20_000
MAX_REASON_CHARACTERS = 2_000
# Enough for ten thousand entries; more would be abuse.
MAX_FILE_BYTES = 20_000_000

Verdict = Literal["up", "down"]


class Feedback(Schema):
    """A person's verdict on an answer, with the conversation and the `as_of` of its question.

    `cited` are the ids of the articles that the answer quoted.
    """

    at: datetime
    verdict: Verdict
    question: str = Field(min_length=1, max_length=MAX_QUESTION_CHARACTERS)
    answer: str = Field(max_length=MAX_ANSWER_CHARACTERS)
    reason: str = Field("", max_length=MAX_REASON_CHARACTERS)
    history: tuple[Turn, ...] = ()
    as_of: date | None = None
    collection: str = "default"
    cited: tuple[str, ...] = ()
    model: str = ""


class FeedbackStore(Protocol):
    """Feedback in order of arrival. Thread-safe."""

    def add(self, feedback: Feedback) -> None:
        """Appends an entry. Raises FeedbackFull, DiskFull."""

    def read(self) -> Iterator[Feedback]:
        """All entries, oldest first, without those that cannot be read."""

    def merge(self, entries: Sequence[Feedback]) -> None:
        """Appends those of the entries that are not there yet. Raises FeedbackFull if not all of them fit,
        and DiskFull.
        """

    def check_room(self, entries: Sequence[Feedback]) -> None:
        """Raises FeedbackFull if `merge` would now."""


def missing(entries: Iterable[Feedback], present: Iterable[Feedback]) -> list[Feedback]:
    """The entries that are not present, or not as often."""
    known = Counter(map(to_line, present))
    lacking = []
    for entry in entries:
        known[to_line(entry)] -= 1
        if known[to_line(entry)] < 0:
            lacking.append(entry)
    return lacking


def to_line(entry: Feedback) -> str:
    """An entry as it is stored."""
    return entry.model_dump_json(exclude_defaults=True)


def read_lines(lines: Iterable[str | bytes]) -> Iterator[Feedback]:
    """The entries that can be read: not those of another version, or that are incomplete."""
    for line in lines:
        with suppress(ValidationError):
            yield Feedback.model_validate_json(line)


class FeedbackFile:
    """Feedback in a file, one entry a line."""

    def __init__(self, home: Path) -> None:
        self.file = home / FILE
        self._writing = threading.Lock()

    def add(self, feedback: Feedback) -> None:
        with self._writing:
            self._append([feedback])

    def merge(self, entries: Sequence[Feedback]) -> None:
        with self._writing:
            self._append(missing(entries, self.read()))

    def check_room(self, entries: Sequence[Feedback]) -> None:
        self._fitting(missing(entries, self.read()))

    def _fitting(self, entries: Sequence[Feedback]) -> bytes:
        """What is to be appended. Raises FeedbackFull."""
        lines = b"".join(to_line(entry).encode() + b"\n" for entry in entries)
        size = self.file.stat().st_size if self.file.exists() else 0
        if size and not self._last_line_is_complete():
            lines = b"\n" + lines
        if size + len(lines) > MAX_FILE_BYTES:
            raise FeedbackFull(
                f"{self.file} has {size / 1e6:.0f} MB, and no more is stored; "
                "export it with `quoth questions --from-feedback`, then move it away"
            )
        return lines

    def _append(self, entries: Sequence[Feedback]) -> None:
        lines = self._fitting(entries)
        try:
            with self.file.open("ab") as out:
                out.write(lines)
        except OSError as error:
            if error.errno != errno.ENOSPC:
                raise
            raise DiskFull(f"the disk of {self.file} is full; free some space and send it again") from None

    def _last_line_is_complete(self) -> bool:
        """False if a process died while it wrote."""
        with self.file.open("rb") as file:
            file.seek(-1, os.SEEK_END)
            return file.read() == b"\n"

    def read(self) -> Iterator[Feedback]:
        if self.file.exists():
            yield from read_lines(filter(None, self.file.read_bytes().split(b"\n")))
