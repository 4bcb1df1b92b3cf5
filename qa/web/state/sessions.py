"""Sessions that several servers share."""

from __future__ import annotations

from index.storage.postgres.connection import Postgres
from qa.web.auth.session_store import MAX_SESSIONS, SESSION_SECONDS

# A session that is in use is marked so often: each time would write to the disk with each request.
_MARK_SECONDS = 60


class PostgresSessions:
    """Sessions in a table; removing a key removes its own. Methods raise StoreUnavailable."""

    def __init__(self, postgres: Postgres) -> None:
        self._postgres = postgres

    def start(self, token: str, key: str) -> None:
        with self._postgres.transaction() as transaction:
            transaction.execute("DELETE FROM sessions WHERE expires < now()")
            transaction.execute(
                "INSERT INTO sessions (token, key, used, expires) SELECT %s, digest, clock_timestamp(), "
                # Locked: a key that is being removed takes its sessions with it, or has none.
                "now() + make_interval(secs => %s) FROM api_keys WHERE digest = %s FOR KEY SHARE",
                (token, SESSION_SECONDS, key),
            )
            transaction.execute(
                "DELETE FROM sessions WHERE token IN (SELECT token FROM sessions WHERE key = %s "
                "ORDER BY used DESC OFFSET %s)",
                (key, MAX_SESSIONS),
            )

    def key_of(self, token: str) -> str | None:
        found = self._postgres.rows(
            "SELECT key, used < now() - make_interval(secs => %s) FROM sessions "
            "WHERE token = %s AND expires > now()",
            (_MARK_SECONDS, token),
        )
        if not found:
            return None
        [(key, is_unmarked)] = found
        if is_unmarked:
            self._postgres.rows("UPDATE sessions SET used = now() WHERE token = %s", (token,))
        return str(key)

    def end(self, token: str) -> None:
        self._postgres.rows("DELETE FROM sessions WHERE token = %s", (token,))
