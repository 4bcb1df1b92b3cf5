"""Settings and facts of a collection in PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, ItemsView, Iterator, Mapping, MutableMapping
from contextlib import AbstractContextManager

from index.storage.postgres.connection import Postgres, Transaction
from index.storage.postgres.text import restored, stored


class PostgresMetadata(Mapping[str, str]):
    """Texts by key, to be read."""

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

    def __iter__(self) -> Iterator[str]:
        rows = self._database.rows("SELECT key FROM metadata WHERE generation = %s", (self._generation,))
        return iter([str(key) for (key,) in rows])

    def items(self) -> ItemsView[str, str]:
        """All keys with their values, of one moment."""
        rows = self._database.rows(
            "SELECT key, value FROM metadata WHERE generation = %s", (self._generation,)
        )
        return {str(key): restored(value) for key, value in rows}.items()

    def __len__(self) -> int:
        return len(list(iter(self)))


class ChangeableMetadata(PostgresMetadata, MutableMapping[str, str]):
    """Texts by key; a change is stored at once, in a transaction of `writing`, which sees to it that the
    generation is still in use: what is written to one that was replaced would be lost without a word.
    """

    def __init__(
        self,
        database: Postgres,
        generation: int,
        writing: Callable[[], AbstractContextManager[Transaction]],
    ) -> None:
        super().__init__(database, generation)
        self._writing = writing

    def __setitem__(self, key: str, value: str) -> None:
        with self._writing() as db:
            db.execute(
                "INSERT INTO metadata (generation, key, value) VALUES (%s, %s, %s) "
                "ON CONFLICT (generation, key) DO UPDATE SET value = excluded.value",
                (self._generation, key, stored(value)),
            )

    def setdefault(self, key: str, default: str = "") -> str:
        """The value of the key, which is set if there is none; of several processes one sets it."""
        # Whoever opens a collection asks so, and there is a value but for the first time.
        if key not in self:
            with self._writing() as db:
                db.execute(
                    "INSERT INTO metadata (generation, key, value) VALUES (%s, %s, %s) "
                    "ON CONFLICT DO NOTHING",
                    (self._generation, key, stored(default)),
                )
        return self[key]

    def __delitem__(self, key: str) -> None:
        with self._writing() as db:
            gone = "DELETE FROM metadata WHERE generation = %s AND key = %s"
            if not db.execute(gone, (self._generation, key)):
                raise KeyError(key)
