"""Reports of evaluations that several servers show."""

from __future__ import annotations

from index.storage.folders.layout import checked_name
from index.storage.postgres.connection import Postgres


class PostgresReports:
    """The last evaluation of each collection, in a table. Methods raise StoreUnavailable."""

    def __init__(self, postgres: Postgres) -> None:
        self._postgres = postgres

    def save(self, page: str, run: str, *, collection: str) -> None:
        # An article may hold a lone surrogate, which UTF-8 cannot encode.
        texts = page.encode("utf-8", "replace"), run.encode("utf-8", "surrogatepass")
        self._postgres.rows(
            "INSERT INTO reports (collection, page, run) VALUES (%s, %s, %s) ON CONFLICT (collection) "
            "DO UPDATE SET page = excluded.page, run = excluded.run, made = now()",
            (checked_name(collection), *texts),
        )

    def page(self, collection: str) -> str:
        query = "SELECT page FROM reports WHERE collection = %s"
        found = self._postgres.rows(query, (checked_name(collection),))
        return bytes(found[0][0]).decode() if found else ""
