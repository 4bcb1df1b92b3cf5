"""The requests of each caller, counted over several servers."""

from __future__ import annotations

from index.storage.postgres.connection import Postgres
from qa.web.middleware.rate_limit import WINDOW_SECONDS

_NOW = "floor(extract(epoch FROM clock_timestamp()))::bigint"


class PostgresRequestCounts:
    """Counts in a table, by second, so that a caller has at most `WINDOW_SECONDS` rows of use. The clock is
    the database's, which the servers share. Methods raise StoreUnavailable.
    """

    def __init__(self, postgres: Postgres) -> None:
        self._postgres = postgres

    def take(self, caller: str, limit: int) -> int:
        with self._postgres.transaction() as transaction:
            # Requests of one caller that arrive together are counted one after another.
            transaction.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", (f"count {caller}",))
            [(requests, oldest, now)] = transaction.rows(
                f"SELECT coalesce(sum(requests), 0)::bigint, min(second), {_NOW} FROM request_counts "
                f"WHERE caller = %s AND second > {_NOW} - %s",
                (caller, WINDOW_SECONDS),
            )
            if requests >= limit:
                return max(1, int(oldest) + WINDOW_SECONDS - int(now))
            transaction.execute(
                "INSERT INTO request_counts VALUES (%s, %s, 1) "
                "ON CONFLICT (caller, second) DO UPDATE SET requests = request_counts.requests + 1",
                (caller, now),
            )
            # Those of callers who never come back go whenever somebody comes for the first time.
            if not requests:
                transaction.execute(
                    "DELETE FROM request_counts WHERE ctid IN (SELECT ctid FROM request_counts "
                    "WHERE second < %s LIMIT 1000 FOR UPDATE SKIP LOCKED)",
                    (now - WINDOW_SECONDS,),
                )
        return 0
