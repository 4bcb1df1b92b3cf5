"""Settings and facts of a collection in PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping

from index.storage.postgres.connection import Postgres, Transaction
from index.storage.postgres.text import restored, stored


class PostgresMetadata(MutableMapping[str, str]):
    """Texts by key; a change is stored at once."""

    def __init__(self, database: Postgres | Transaction, generation: int) -> None:
        self._database = database
        self._generation = generation

    def __getitem__(self, key: str) -> str:
        rows = self._database.rows(
            "SELECT value FROM metadata WHERE generation = %s AND key = %s", (self._generation, key)
        )
        if not rows:
            raise KeyError(key)
        return restored(rows[0][0])

    def __setitem__(self, key: str, value: str) -> None:
        self._database.rows(
            "INSERT INTO metadata (generation, key, value) VALUES (%s, %s, %s) "
            "ON CONFLICT (generation, key) DO UPDATE SET value = excluded.value RETURNING key",
            (self._generation, key, stored(value)),
        )

    def setdefault(self, key: str, default: str = "") -> str:
        """The value of the key, which is set if there is none; of several processes one sets it."""
        self._database.rows(
            "INSERT INTO metadata (generation, key, value) VALUES (%s, %s, %s) "
            "ON CONFLICT DO NOTHING RETURNING key",
            (self._generation, key, stored(default)),
        )
        return self[key]

    def __delitem__(self, key: str) -> None:
        if not self._database.rows(
            "DELETE FROM metadata WHERE generation = %s AND key = %s RETURNING key", (self._generation, key)
        ):
            raise KeyError(key)

    def __iter__(self) -> Iterator[str]:
        rows = self._database.rows("SELECT key FROM metadata WHERE generation = %s", (self._generation,))
        return iter([str(key) for (key,) in rows])

    def __len__(self) -> int:
        return len(list(iter(self)))
