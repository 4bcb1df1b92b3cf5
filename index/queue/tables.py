"""The tables of the queue: procrastinate's, which its package defines."""

from __future__ import annotations

from index.storage.postgres.connection import Postgres

# Whoever makes them holds this lock, so that processes that start together do not do it twice.
_LOCK = 0x51757565  # "Quue"


def make_queue(postgres: Postgres) -> None:
    """Makes the tables of the queue if there are none."""
    from procrastinate.schema import SchemaManager

    with postgres.transaction(seconds=60) as transaction:
        transaction.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
        [(exists,)] = transaction.rows("SELECT to_regclass('procrastinate_jobs') IS NOT NULL")
        if not exists:
            transaction.execute(SchemaManager.get_schema())
