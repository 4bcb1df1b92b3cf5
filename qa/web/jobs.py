"""Background jobs that add articles, with their progress and outcomes."""

from __future__ import annotations

import logging
import threading
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Literal
from uuid import uuid4

from starlette.exceptions import HTTPException

from index.readers.isolation.reading import cancelled_by
from index.schemas import Ingested, IngestReport, Skipped
from qa.auth import caller, permit
from qa.errors import JobUnknown, ServerUnavailable
from qa.schemas import Job
from qa.web.errors.problem_details import ProblemDetails

logger = logging.getLogger(__name__)

MAX_UNFINISHED = 16
"""Jobs that may wait or run at the same time. Each holds its request body in memory."""
MAX_FINISHED = 100
RETENTION = timedelta(hours=1)
"""The newest `MAX_FINISHED` finished jobs are kept for this long."""


Outcomes = Generator[Ingested | Skipped, None, None]


class _RunningJob:
    """A waiting, running or finished job. One worker thread runs it."""

    def __init__(self, outcomes: Outcomes, *, collection: str, given: int) -> None:
        self.id = uuid4().hex
        self.collection = collection
        self.cancelled = threading.Event()
        self.created = datetime.now(UTC)
        self.ended: datetime | None = None
        self._pending = outcomes
        self._outcomes: list[Ingested | Skipped] = []
        self._given = given
        self._started = False
        self._problem: ProblemDetails | None = None

    def run(self) -> None:
        self._started = not self.cancelled.is_set()
        try:
            with closing(self._pending), cancelled_by(self.cancelled):
                while not self.cancelled.is_set() and (outcome := next(self._pending, None)):
                    self._outcomes.append(outcome)
        except Exception as error:
            self._problem = ProblemDetails.of(error, f"/api/jobs/{self.id}")
            logger.error("job %s failed: %s", self.id, error, exc_info=self._problem.status == 500)
        self.ended = datetime.now(UTC)

    def snapshot(self) -> Job:
        outcomes = tuple(self._outcomes)
        return Job(
            id=self.id,
            status=self._status,
            collection=self.collection,
            given=self._given,
            told=len(outcomes),
            report=IngestReport.of(outcomes),
            created=self.created,
            ended=self.ended,
            error=self._problem.detail if self._problem else None,
        )

    @property
    def _status(self) -> Literal["waiting", "running", "done", "cancelled", "failed"]:
        if self._problem:
            return "failed"
        if self.cancelled.is_set():
            return "cancelled"
        return "done" if self.ended else "running" if self._started else "waiting"


class JobQueue:
    """The jobs of this process, run one after another, since only one thread writes to the archive anyway."""

    def __init__(self) -> None:
        self._jobs: dict[str, _RunningJob] = {}
        self._worker = ThreadPoolExecutor(1, "jobs")

    def submit(self, outcomes: Outcomes, *, collection: str, given: int) -> Job:
        """Queues a job that exhausts `outcomes`. Raises a 503 if too many are unfinished, and
        ServerUnavailable after `close`.
        """
        self._expire()
        if sum(not job.ended for job in self._jobs.values()) >= MAX_UNFINISHED:
            raise HTTPException(
                503, f"{MAX_UNFINISHED} jobs are already waiting; retry later", {"retry-after": "10"}
            )
        job = _RunningJob(outcomes, collection=collection, given=given)
        self._jobs[job.id] = job
        try:
            self._worker.submit(job.run)
        except RuntimeError:
            del self._jobs[job.id]
            outcomes.close()
            raise ServerUnavailable("the server is stopping; send the articles again when it runs") from None
        return job.snapshot()

    def get(self, id_: str) -> Job:
        """The job's progress. Raises JobUnknown if there is none of this id, or it has expired."""
        return self._find(id_).snapshot()

    def cancel(self, id_: str) -> Job:
        """Stops a job within the article it is reading, or after the batch it is storing. Reported
        outcomes stay stored.
        """
        job = self._find(id_)
        if not job.ended:
            job.cancelled.set()
        return job.snapshot()

    def all(self) -> tuple[Job, ...]:
        """The jobs that the caller may see, newest first."""
        self._expire()
        return tuple(job.snapshot() for job in reversed(self._jobs.values()) if caller().sees(job.collection))

    def _find(self, id_: str) -> _RunningJob:
        self._expire()
        if id_ not in self._jobs:
            raise JobUnknown(
                f"there is no job '{id_[:80]}': it ended more than an hour ago, or the server has restarted; "
                "send the articles again, and those already stored stay unchanged"
            )
        job = self._jobs[id_]
        permit("reader", job.collection)
        return job

    def _expire(self) -> None:
        oldest = datetime.now(UTC) - RETENTION
        finished = [job for job in list(self._jobs.values()) if job.ended]
        for nth, job in enumerate(finished):
            if job.ended and (job.ended < oldest or nth < len(finished) - MAX_FINISHED):
                self._jobs.pop(job.id, None)

    def close(self) -> None:
        """Cancels all jobs and waits for the running one. Reported outcomes stay stored."""
        for job in list(self._jobs.values()):
            job.cancelled.set()
        self._worker.shutdown(cancel_futures=True)
