"""The jobs of several servers: each writes its own, and all read and cancel those of the others."""

from __future__ import annotations

from collections.abc import Sequence

from index.storage.postgres.connection import Postgres, Row
from qa.schemas import Job
from qa.web.jobs import MAX_FINISHED, RETENTION

SILENT_SECONDS = 30
"""A running job whose server has given no sign of life for so long has failed."""
SILENT = (
    "the server that ran the job has stopped; send the articles again, and those already stored stay "
    "unchanged"
)
_COLUMNS = "state, cancelled, beat < now() - make_interval(secs => %s)"


class PostgresJobs:
    """Jobs in a table. Every method raises StoreUnavailable if the database is away."""

    def __init__(self, postgres: Postgres) -> None:
        self._postgres = postgres

    def write(self, jobs: Sequence[Job]) -> set[str]:
        with self._postgres.transaction() as transaction:
            transaction.execute_many(
                "INSERT INTO jobs (id, state, created, ended) VALUES (%s, %s, %s, %s) ON CONFLICT (id) "
                "DO UPDATE SET state = excluded.state, ended = excluded.ended, beat = now()",
                [(job.id, job.model_dump_json(), job.created, job.ended) for job in jobs],
            )
            transaction.execute(
                "DELETE FROM jobs WHERE beat < now() - %s OR id IN "
                "(SELECT id FROM jobs WHERE ended IS NOT NULL ORDER BY ended DESC OFFSET %s)",
                (RETENTION, MAX_FINISHED),
            )
            ids = [job.id for job in jobs]
            cancelled = transaction.rows("SELECT id FROM jobs WHERE cancelled AND id = ANY(%s)", (ids,))
        return {str(id_) for (id_,) in cancelled}

    def get(self, id_: str) -> Job | None:
        if "\0" in id_:  # PostgreSQL refuses it
            return None
        found = self._postgres.rows(f"SELECT {_COLUMNS} FROM jobs WHERE id = %s", (SILENT_SECONDS, id_))
        return _job(found[0]) if found else None

    def cancel(self, id_: str) -> None:
        self._postgres.rows("UPDATE jobs SET cancelled = true WHERE id = %s AND ended IS NULL", (id_,))

    def all(self) -> tuple[Job, ...]:
        query = f"SELECT {_COLUMNS} FROM jobs ORDER BY created DESC"
        return tuple(map(_job, self._postgres.rows(query, (SILENT_SECONDS,))))


def _job(row: Row) -> Job:
    state, is_cancelled, is_silent = row
    job = Job.model_validate_json(state)
    if job.status not in ("waiting", "running"):
        return job
    if is_cancelled:
        return job.model_copy(update={"status": "cancelled"})
    return job.model_copy(update={"status": "failed", "error": SILENT}) if is_silent else job
