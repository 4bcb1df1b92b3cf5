"""The tables of the database, brought up to date when a process first uses it.

Each file in `migrations/` runs once, in the order of its number, in a transaction of its own that also notes
the number: a database is at one version or the next, whenever a process dies.
"""

from __future__ import annotations

from pathlib import Path

from index.errors import ArchiveBroken
from index.storage.postgres.connection import Postgres, Transaction

_FILES = Path(__file__).parent / "migrations"
# Whoever migrates holds this lock, so that servers that start together do not do it twice.
_LOCK = 0x51756F74  # "Quot"
_SECONDS = 600


def migrate(postgres: Postgres) -> None:
    """Runs the migrations that the database lacks.

    Raises ArchiveBroken if a newer version of Quoth made it.
    """
    files = {int(file.name.partition("_")[0]): file for file in _FILES.glob("*.sql")}
    for number, file in sorted(files.items()):
        with postgres.transaction(seconds=_SECONDS) as transaction:
            transaction.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
            done = _version(transaction)
            if done > max(files):
                raise ArchiveBroken(
                    f"the database {postgres.place} was made by a newer version of Quoth (its schema is "
                    f"{done}, this version reads up to {max(files)}); update Quoth, or name another in "
                    "QUOTH_DATABASE_URL"
                )
            if number > done:
                transaction.execute(file.read_text("utf-8"))
                transaction.execute("INSERT INTO quoth_migrations (number) VALUES (%s)", (number,))


def _version(transaction: Transaction) -> int:
    transaction.execute(
        "CREATE TABLE IF NOT EXISTS quoth_migrations (number integer PRIMARY KEY, "
        "done timestamptz NOT NULL DEFAULT now())"
    )
    [(number,)] = transaction.rows("SELECT coalesce(max(number), 0) FROM quoth_migrations")
    return int(number)


def open_database(url: str) -> Postgres:
    """The database at `url` with its tables up to date; close it.

    Raises StoreUnavailable, and ArchiveBroken if a newer version of Quoth made it.
    """
    postgres = Postgres(url)
    try:
        migrate(postgres)
    except BaseException:
        postgres.close()
        raise
    return postgres
