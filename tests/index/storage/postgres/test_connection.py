"""The database goes away, falls silent and comes back."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing

import psycopg
import pytest

from index.errors import ArchiveBroken, StoreUnavailable
from index.storage.postgres import connection
from index.storage.postgres.connection import Postgres
from index.storage.postgres.migration import migrate
from tests.servers import Servers


@pytest.fixture
def postgres(servers: Servers) -> Iterator[Postgres]:
    database = Postgres(servers.new_database(), seconds=2)
    yield database
    database.close()


def test_a_database_that_was_away_is_used_again(servers: Servers, postgres: Postgres) -> None:
    assert postgres.rows("SELECT 1") == [(1,)]
    with servers.postgres.away(), pytest.raises(StoreUnavailable, match=r"PostgreSQL .*127\.0\.0\.1"):
        postgres.rows("SELECT 1")
    assert postgres.rows("SELECT 1") == [(1,)]
    postgres.check()


def test_a_silent_database_is_not_waited_for(servers: Servers, postgres: Postgres) -> None:
    assert postgres.rows("SELECT 1") == [(1,)]
    with servers.postgres.silent():
        begun = time.monotonic()
        with pytest.raises(StoreUnavailable):
            postgres.rows("SELECT 2")
        with pytest.raises(StoreUnavailable):
            postgres.rows("SELECT 2")
        assert time.monotonic() - begun < 15
    assert postgres.rows("SELECT 3") == [(3,)]


def test_a_slow_statement_is_ended(postgres: Postgres) -> None:
    with pytest.raises(StoreUnavailable, match="timeout"):
        postgres.rows("SELECT pg_sleep(10)")
    with postgres.transaction(seconds=5) as transaction:
        assert transaction.rows("SELECT pg_sleep(2.5)") == [("",)]


def test_why_there_is_no_connection_is_said(servers: Servers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "CONNECT_SECONDS", 1)
    missing = Postgres(servers.database_url("missing"))
    with closing(missing), pytest.raises(StoreUnavailable, match='database "missing" does not exist'):
        missing.rows("SELECT 1")
    busy = Postgres(servers.new_database(), connections=2)
    with closing(busy), busy.transaction(), busy.transaction(), pytest.raises(StoreUnavailable) as failure:
        busy.rows("SELECT 1")
    assert "all 2 connections of this process are in use" in str(failure.value)


def test_a_database_that_has_become_a_standby_is_away(servers: Servers) -> None:
    url = servers.new_database()
    with closing(Postgres(url)) as database:
        database.rows("CREATE TABLE numbers (number integer)")
        name = url.rpartition("/")[2]
        database.rows(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    with closing(Postgres(url)) as standby:
        with pytest.raises(StoreUnavailable, match="read-only"):
            standby.rows("INSERT INTO numbers VALUES (1)")
        with pytest.raises(StoreUnavailable, match="read-only"), standby.transaction() as transaction:
            transaction.execute("INSERT INTO numbers VALUES (1)")


def test_a_user_without_rights_is_told_so(servers: Servers) -> None:
    url = servers.new_database()
    with closing(Postgres(url)) as database:
        database.rows("CREATE ROLE stranger LOGIN")
    with closing(Postgres(url.replace("quoth@", "stranger@"))) as database:
        with pytest.raises(ArchiveBroken, match=r"permission denied for schema public.*right to create"):
            migrate(database)
        with pytest.raises(ArchiveBroken, match='"collections" does not exist'):
            database.rows("SELECT name FROM collections")


def test_transactions_are_whole_and_snapshots_see_one_moment(postgres: Postgres) -> None:
    postgres.rows("CREATE TABLE numbers (number integer)")
    with pytest.raises(ZeroDivisionError), postgres.transaction() as transaction:
        transaction.execute("INSERT INTO numbers VALUES (1)")
        raise ZeroDivisionError
    with postgres.snapshot() as snapshot:
        assert snapshot.rows("SELECT * FROM numbers") == []
        postgres.rows("INSERT INTO numbers VALUES (2)")
        assert snapshot.rows("SELECT * FROM numbers") == []
    assert postgres.rows("SELECT * FROM numbers") == [(2,)]


def test_the_tables_are_made_once(postgres: Postgres) -> None:
    migrate(postgres)
    postgres.rows("INSERT INTO generations (collection, purpose, vectors) VALUES ('default', '', 'v')")
    migrate(postgres)
    assert postgres.rows("SELECT collection FROM generations") == [("default",)]


def test_an_address_without_a_server_fails_soon_and_hides_the_password() -> None:
    database = Postgres("postgresql://quoth:secret@127.0.0.1:9/none")
    begun = time.monotonic()
    with pytest.raises(StoreUnavailable) as failure:
        database.rows("SELECT 1")
    database.close()
    assert time.monotonic() - begun < 10
    assert "secret" not in str(failure.value)


@pytest.mark.parametrize(
    ("reported", "raised"),
    [
        ("ReadOnlySqlTransaction", StoreUnavailable),
        ("IdleInTransactionSessionTimeout", StoreUnavailable),
        ("AdminShutdown", StoreUnavailable),
        ("DataCorrupted", ArchiveBroken),
        ("IndexCorrupted", ArchiveBroken),
        ("UndefinedTable", ArchiveBroken),
        ("InternalError_", psycopg.InternalError),
        ("InFailedSqlTransaction", psycopg.InternalError),
    ],
)
def test_only_what_passes_by_itself_is_tried_again(reported: str, raised: type[Exception]) -> None:
    database = Postgres("postgresql://quoth@127.0.0.1:9/none")
    with closing(database), pytest.raises(raised, match="page 7"), database._translated_errors():
        raise getattr(psycopg.errors, reported)("invalid page 7")


def test_what_is_no_address_is_said_without_the_password() -> None:
    with pytest.raises(StoreUnavailable, match="QUOTH_DATABASE_URL") as failure:
        Postgres("postgresql://quoth:se cret@127.0.0.1:port/none?nonsense=1")
    assert "cret" not in str(failure.value) and failure.value.__context__ is not None
    assert failure.value.__suppress_context__


def test_an_archive_in_the_home_imports_no_psycopg() -> None:
    program = "import sys, qa.assistant, index.library; print('psycopg' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
