"""Feedback that several servers collect."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from index.storage.postgres.connection import Postgres, Transaction
from qa.errors import FeedbackFull
from qa.telemetry.feedback import MAX_FILE_BYTES, Feedback, missing, read_lines, to_line

_READ = "SELECT entry FROM feedback ORDER BY id"


class PostgresFeedback:
    """Feedback in a table, an entry a row. Methods raise StoreUnavailable."""

    def __init__(self, postgres: Postgres) -> None:
        self._postgres = postgres

    def add(self, feedback: Feedback) -> None:
        with self._postgres.transaction() as db:
            _append(db, [feedback])

    def merge(self, entries: Sequence[Feedback]) -> None:
        with self._postgres.transaction() as db:
            # One import after another, so that none doubles what another one has added.
            db.execute("LOCK TABLE feedback IN SHARE ROW EXCLUSIVE MODE")
            _append(db, _missing(db, entries))

    def check_room(self, entries: Sequence[Feedback]) -> None:
        with self._postgres.transaction() as db:
            _fitting(db, _missing(db, entries))

    def read(self) -> Iterator[Feedback]:
        yield from read_lines(entry for (entry,) in self._postgres.rows(_READ))


def _missing(db: Transaction, entries: Sequence[Feedback]) -> list[Feedback]:
    return missing(entries, read_lines(entry for (entry,) in db.rows(_READ)))


def _fitting(db: Transaction, entries: Sequence[Feedback]) -> list[str]:
    """The rows to be inserted. Raises FeedbackFull."""
    # JSON escapes U+0000, which PostgreSQL's text cannot hold.
    lines = list(map(to_line, entries))
    [(size,)] = db.rows("SELECT coalesce(sum(octet_length(entry)), 0)::bigint FROM feedback")
    if size + sum(len(line.encode()) for line in lines) > MAX_FILE_BYTES:
        raise FeedbackFull(
            f"there are {size / 1e6:.0f} MB of feedback, and no more is stored; export it with "
            "`quoth questions --from-feedback`, then empty the table `feedback`"
        )
    return lines


def _append(db: Transaction, entries: Sequence[Feedback]) -> None:
    lines = _fitting(db, entries)
    db.execute_many("INSERT INTO feedback (entry) VALUES (%s)", [(line,) for line in lines])
