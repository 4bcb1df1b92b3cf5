"""Feedback that several servers collect."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import ValidationError

from index.storage.postgres.connection import Postgres
from qa.errors import FeedbackFull
from qa.telemetry.feedback import MAX_FILE_BYTES, Feedback


class PostgresFeedback:
    """Feedback in a table, an entry a row. Methods raise StoreUnavailable."""

    def __init__(self, postgres: Postgres) -> None:
        self._postgres = postgres

    def add(self, feedback: Feedback) -> None:
        # JSON escapes U+0000, which PostgreSQL's text cannot hold.
        entry = feedback.model_dump_json(exclude_defaults=True)
        added = self._postgres.rows(
            "INSERT INTO feedback (entry) SELECT %s WHERE "
            "(SELECT coalesce(sum(octet_length(entry)), 0) FROM feedback) + %s <= %s RETURNING id",
            (entry, len(entry.encode()), MAX_FILE_BYTES),
        )
        if not added:
            raise FeedbackFull(
                f"there are {MAX_FILE_BYTES / 1e6:.0f} MB of feedback, and no more is stored; export it with "
                "`quoth questions --from-feedback`, then empty the table `feedback`"
            )

    def read(self) -> Iterator[Feedback]:
        for (entry,) in self._postgres.rows("SELECT entry FROM feedback ORDER BY id"):
            try:
                yield Feedback.model_validate_json(entry)
            except ValidationError:
                continue  # written by another version
