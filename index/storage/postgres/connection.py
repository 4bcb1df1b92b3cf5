"""PostgreSQL: connections that threads share, limits of time, and what its errors mean. No other module
imports psycopg.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Self, TypeVar

try:
    import psycopg
    from psycopg import conninfo, errors
    from psycopg.abc import PQGen
    from psycopg_pool import ConnectionPool, PoolClosed, PoolTimeout
except ImportError as error:
    from index.errors import StorePackagesMissing

    raise StorePackagesMissing(
        f"QUOTH_DATABASE_URL is set, and a package for it is missing ({error.name}); install "
        "`quoth[server]`, or unset it"
    ) from None

from index.errors import ArchiveBroken, ArchiveEmpty, DiskFull, StoreUnavailable

PART = "PostgreSQL"
CONNECTIONS = 10
"""The most connections of one process."""
CONNECT_SECONDS = 5
"""How long to wait for a connection, new or of the pool."""
STATEMENT_SECONDS = 15
"""How long a statement may take, waiting for locks included, where nothing else is said."""
GRACE_SECONDS = 2
"""How much longer than the server's own limit a statement is waited for."""
# Connections that lay still for longer are tried before they are used.
_TRUSTED_SECONDS = 1.0

# It has become a standby, or has ended what lay still. Its other internal errors are damage or bugs.
_INTERRUPTED = (errors.ReadOnlySqlTransaction, errors.IdleInTransactionSessionTimeout)
_DAMAGED = (errors.DataCorrupted, errors.IndexCorrupted, errors.UndefinedFile)
# Rights, a schema or tables are missing.
_NOT_SET_UP = (errors.InsufficientPrivilege, errors.InvalidSchemaName, errors.UndefinedTable)

Values = Sequence[Any] | Mapping[str, Any]
Row = tuple[Any, ...]
_Result = TypeVar("_Result")


class _TimedConnection(psycopg.Connection[Row]):
    """A connection that gives up when a server, or the network to it, falls silent."""

    used = 0.0
    seconds: float = STATEMENT_SECONDS

    @classmethod
    def connect(cls, conninfo: str = "", *, failed: Callable[[Exception], None], **options: Any) -> Self:  # type: ignore[override]
        """A new connection; `failed` is told why there is none, which a pool keeps to itself."""
        try:
            return super().connect(conninfo, **options)
        except psycopg.Error as error:
            failed(error)
            raise

    def wait(self, gen: PQGen[_Result], interval: float = 0.1, timeout: float | None = None) -> _Result:
        try:
            return super().wait(gen, interval, timeout or self.seconds + GRACE_SECONDS)
        except errors._WaitTimeout as error:
            self.pgconn.finish()  # the state of the connection is not known
            raise psycopg.OperationalError("it does not answer") from error
        finally:
            self.used = time.monotonic()


def _try_if_idle(connection: _TimedConnection) -> None:
    if time.monotonic() - connection.used > _TRUSTED_SECONDS:
        before, connection.seconds = connection.seconds, CONNECT_SECONDS
        try:
            ConnectionPool.check_connection(connection)
        finally:
            connection.seconds = before


class Transaction:
    """A transaction of one connection: a snapshot where it was begun as one. Errors are `Postgres`'s."""

    def __init__(self, connection: _TimedConnection) -> None:
        self._connection = connection

    def execute(self, sql: str, values: Values = ()) -> int:
        """Runs a statement; returns the number of rows that it changed."""
        return self._connection.execute(sql, values or None).rowcount

    def execute_many(self, sql: str, values: Sequence[Values]) -> None:
        """Runs a statement once for each of the values, without waiting in between."""
        with self._connection.cursor() as cursor:
            cursor.executemany(sql, values)

    def rows(self, sql: str, values: Values = ()) -> list[Row]:
        """All rows of a query."""
        return self._connection.execute(sql, values or None).fetchall()

    def copy(self, sql: str, rows: Sequence[Row], types: Sequence[str]) -> None:
        """Writes the rows by a `COPY … FROM STDIN (FORMAT BINARY)`; `types` are those of the columns."""
        with self._connection.cursor() as cursor, cursor.copy(sql) as written:
            written.set_types(types)
            for row in rows:
                written.write_row(row)


class Postgres:
    """A database, safe to use from several threads. Connections are made when they are needed."""

    def __init__(
        self, url: str, *, connections: int = CONNECTIONS, seconds: float = STATEMENT_SECONDS
    ) -> None:
        """`seconds` is how long a statement may take. Raises StoreUnavailable if the URL is none."""
        try:
            parts = conninfo.conninfo_to_dict(url)
        except psycopg.ProgrammingError:  # its message has the address, password included
            reason = "QUOTH_DATABASE_URL is no address of a database, postgresql://USER:PASSWORD@HOST/NAME"
            raise StoreUnavailable(PART, reason) from None
        self.place = f"{parts.get('host', 'localhost')}:{parts.get('port', 5432)}/{parts.get('dbname', '')}"
        """Where the database is, without the password."""
        self._url = url
        self._seconds = seconds
        self._failure: tuple[float, Exception] | None = None
        self._options: dict[str, Any] = {
            "failed": self._note_failure,
            "autocommit": True,
            "connect_timeout": CONNECT_SECONDS,
            "application_name": "quoth",
            "options": f"-c statement_timeout={int(seconds * 1000)} -c timezone=UTC "
            "-c idle_in_transaction_session_timeout=120000",
        }
        self._pool = ConnectionPool(
            url,
            connection_class=_TimedConnection,
            kwargs=self._options,
            configure=self._configure,
            check=_try_if_idle,
            min_size=0,
            max_size=connections,
            timeout=CONNECT_SECONDS,
            reconnect_timeout=CONNECT_SECONDS,
            open=False,
            name="quoth",
        )
        self._pool.open()

    def _note_failure(self, error: Exception) -> None:
        self._failure = time.monotonic(), error

    def _configure(self, connection: _TimedConnection) -> None:
        connection.seconds = self._seconds
        connection.used = time.monotonic()

    def rows(self, sql: str, values: Values = ()) -> list[Row]:
        """All rows of a query, or none of another statement."""
        with self._connection() as connection:
            cursor = connection.execute(sql, values or None)
            return cursor.fetchall() if cursor.description else []

    @contextmanager
    def transaction(self, *, seconds: float | None = None) -> Iterator[Transaction]:
        """A transaction: commits at the end, rolls back on any exception. A statement in it may take
        `seconds`, waiting for locks included.
        """
        with self._connection() as connection, connection.transaction(), _limit(connection, seconds):
            yield Transaction(connection)

    @contextmanager
    def snapshot(self) -> Iterator[Transaction]:
        """A read-only transaction whose queries all see the database as it is at the first, however long
        it lasts. It has a connection of its own, so that several leave the pool alone.
        """
        with (
            self._translated_errors(),
            _TimedConnection.connect(self._url, **self._options) as connection,
            connection.transaction(),
        ):
            self._configure(connection)
            connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            connection.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
            connection.execute("SELECT 1")  # the first query determines what the others see
            yield Transaction(connection)

    def check(self) -> None:
        """Raises StoreUnavailable if the database does not answer or cannot be written."""
        [(read_only,)] = self.rows("SELECT pg_is_in_recovery()")
        if read_only:
            raise self._unavailable("it is a standby, which cannot be written")

    def close(self) -> None:
        self._pool.close()

    @contextmanager
    def _connection(self) -> Iterator[_TimedConnection]:
        with self._translated_errors(), self._pool.connection() as connection:
            yield connection

    @contextmanager
    def _translated_errors(self) -> Iterator[None]:
        try:
            yield
        except PoolTimeout as error:
            raise self._unavailable(self._why_none()) from error
        except errors.DiskFull as error:
            raise DiskFull(f"the disk of {self.place} is full; nothing was lost: free some space") from error
        except (*_DAMAGED, *_NOT_SET_UP) as error:
            raise ArchiveBroken(
                f"the database {self.place} cannot be used ({_first_line(error)}); its user needs the right "
                "to create tables in it, and those that Quoth has made: give them, or restore a backup"
            ) from error
        except (psycopg.OperationalError, *_INTERRUPTED) as error:  # also where it shuts down or takes long
            raise self._unavailable(_first_line(error)) from error
        except PoolClosed as error:
            raise ArchiveEmpty("the library was closed; open it again") from error

    def _why_none(self) -> str:
        """Why the pool has no connection."""
        if self._failure and time.monotonic() - self._failure[0] < 2 * CONNECT_SECONDS:
            return _first_line(self._failure[1])
        return f"all {self._pool.max_size} connections of this process are in use"

    def _unavailable(self, reason: str) -> StoreUnavailable:
        return StoreUnavailable(PART, f"{self.place}: {reason}")


@contextmanager
def _limit(connection: _TimedConnection, seconds: float | None) -> Iterator[None]:
    if seconds is None:
        yield
        return
    before = connection.seconds
    connection.execute(f"SET LOCAL statement_timeout = {int(seconds * 1000)}")
    connection.seconds = seconds
    try:
        yield
    finally:
        connection.seconds = before


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0]
