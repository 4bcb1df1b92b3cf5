"""The SQLite file of a collection: one connection that threads share, and what its errors mean."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import ItemsView, Iterator, MutableMapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

from index.errors import ArchiveBroken, ArchiveEmpty, DiskFull
from index.storage.disk_space import disk_full
from index.storage.protocols import CLOSED
from index.storage.sqlite.schema import migrate


class Database:
    """A connection to the file, safe to use from several threads; its errors are QuothErrors."""

    def __init__(self, file: Path, *, snapshot: bool = False) -> None:
        """Opens the file, or creates it, and migrates its tables.

        A `snapshot` opens the file read-only and keeps seeing what it contains now, whatever other
        connections write.
        """
        self.file = file
        self._lock = threading.RLock()
        with self._translated_errors():
            uri = f"{file.absolute().as_uri()}?mode={'ro' if snapshot else 'rwc'}"
            self._connection = sqlite3.connect(uri, uri=True, check_same_thread=False, isolation_level=None)
            self._inode = file.stat().st_ino
            try:
                # SQLite's own lower() only handles ASCII.
                self._connection.create_function("casefold", 1, str.casefold, deterministic=True)
                if snapshot:
                    self._connection.execute("BEGIN")
                    # The first read determines what the transaction sees.
                    self._connection.execute("SELECT count(*) FROM metadata").fetchone()
                else:
                    self._connection.execute("PRAGMA journal_mode=WAL")
                    self._connection.execute("PRAGMA synchronous=FULL")
                    migrate(self._connection, file)
            except BaseException:
                self._connection.close()
                raise

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """All rows of a query."""
        with self._lock, self._translated_errors():
            return self._connection.execute(sql, values).fetchall()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """A write transaction: commits at the end, rolls back on any exception."""
        with self._lock, self._translated_errors(), self._connection:
            self._connection.execute("BEGIN IMMEDIATE")
            yield self._connection

    def version(self) -> tuple[int, int]:
        """A value that changes with every write, of this process or of another."""
        with self._lock, self._translated_errors():
            [other] = self._connection.execute("PRAGMA data_version").fetchone()
            return self._connection.total_changes, int(other)

    def check_present(self) -> None:
        """Raises ArchiveBroken if the file is no longer the one that was opened."""
        try:
            found = self.file.stat().st_ino
        except OSError:
            found = 0
        if found != self._inode:
            raise ArchiveBroken(
                f"the catalogue {self.file} was moved, replaced or deleted while it was in use; put it back "
                "and restart, or restore it from a backup"
            )

    def locked(self) -> AbstractContextManager[object]:
        """Keeps other threads from writing, so that several queries see the same state."""
        return self._lock

    def check(self) -> None:
        """Reads the whole file. Raises ArchiveBroken if a part of it is damaged."""
        [(result,)] = self.rows("PRAGMA quick_check(1)")
        if result != "ok":
            raise self._translated(sqlite3.DatabaseError(result))

    def close(self) -> None:
        with self._lock:
            self._connection.close()

    @contextmanager
    def _translated_errors(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.DatabaseError as error:
            raise self._translated(error) from error

    def _translated(self, error: sqlite3.DatabaseError) -> DiskFull | ArchiveBroken | ArchiveEmpty:
        if "closed database" in str(error):
            return ArchiveEmpty(CLOSED)
        if "full" in str(error):
            return disk_full(self.file.parent)
        return ArchiveBroken(
            f"the catalogue {self.file} cannot be used ({error}); "
            "restore it from a backup, or move the collection's folder away and add the articles again"
        )


class SQLiteMetadata(MutableMapping[str, str]):
    """Texts by key; a change is stored at once."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def __getitem__(self, key: str) -> str:
        rows = self._database.rows("SELECT value FROM metadata WHERE key = ?", (key,))
        if not rows:
            raise KeyError(key)
        return str(rows[0][0])

    def __setitem__(self, key: str, value: str) -> None:
        with self._database.transaction() as db:
            db.execute("INSERT OR REPLACE INTO metadata VALUES (?, ?)", (key, value))

    def __delitem__(self, key: str) -> None:
        with self._database.transaction() as db:
            if not db.execute("DELETE FROM metadata WHERE key = ?", (key,)).rowcount:
                raise KeyError(key)

    def __iter__(self) -> Iterator[str]:
        return iter([key for (key,) in self._database.rows("SELECT key FROM metadata")])

    def items(self) -> ItemsView[str, str]:
        """All keys with their values, of one moment."""
        rows = self._database.rows("SELECT key, value FROM metadata")
        return {str(key): str(value) for key, value in rows}.items()

    def __len__(self) -> int:
        return len(list(iter(self)))
