"""Background jobs that add articles, with their progress and outcomes."""

from __future__ import annotations

import logging
import threading
from collections.abc import Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from typing import Literal, Protocol
from uuid import uuid4

from starlette.exceptions import HTTPException

from index.errors import QuothError
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


BEAT_SECONDS = 1.0
"""How often running jobs are written into a journal."""

Outcomes = Generator[Ingested | Skipped, None, None]


class JobJournal(Protocol):
    """The jobs of several servers, each written by the one that runs it."""

    def write(self, jobs: Sequence[Job]) -> set[str]:
        """Writes the jobs as they are now; returns the ids of those that somebody cancelled."""

    def get(self, id_: str) -> Job | None:
        """The job as its server last wrote it; failed if that server has given no sign of life for long."""

    def cancel(self, id_: str) -> None:
        """Has the server that runs the job stop it."""

    def all(self) -> tuple[Job, ...]:
        """All jobs that are kept, newest first."""


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
    """The jobs of this process, run one after another, since only one thread writes to the archive anyway;
    with a journal, those of other servers are seen too.
    """

    def __init__(self, journal: JobJournal | None = None) -> None:
        self._jobs: dict[str, _RunningJob] = {}
        self._worker = ThreadPoolExecutor(1, "jobs")
        self._journal = journal
        self._unwritten: set[str] = set()
        self._closed = threading.Event()
        self._beating = threading.Lock()
        if journal:
            threading.Thread(target=self._keep_journal, name="job-journal", daemon=True).start()

    def _keep_journal(self) -> None:
        while not self._closed.wait(BEAT_SECONDS):
            try:
                self._write_journal()
            except QuothError as error:
                logger.warning("the progress of jobs is not written: %s", error)

    def _write_journal(self) -> None:
        if not self._journal:
            return
        with self._beating:
            known = {id_: job for id_ in list(self._unwritten) if (job := self._jobs.get(id_))}
            written = {id_: job.snapshot() for id_, job in known.items()}
            for id_ in self._journal.write(list(written.values())) if written else ():
                self._jobs[id_].cancelled.set()
            # What has ended is written once more, with all its outcomes.
            self._unwritten -= {id_ for id_, job in written.items() if job.ended}

    def _run(self, job: _RunningJob) -> None:
        job.run()
        try:
            self._write_journal()
        except QuothError as error:
            logger.warning("the end of job %s is not written yet: %s", job.id, error)

    def submit(self, outcomes: Outcomes, *, collection: str, given: int) -> Job:
        """Queues a job that exhausts `outcomes`. Raises a 503 if too many are unfinished, and
        ServerUnavailable after `close`.
        """
        self._expire()
        if sum(not job.ended for job in list(self._jobs.values())) >= MAX_UNFINISHED:
            raise HTTPException(
                503, f"{MAX_UNFINISHED} jobs are already waiting; retry later", {"retry-after": "10"}
            )
        job = _RunningJob(outcomes, collection=collection, given=given)
        self._jobs[job.id] = job
        if self._journal:
            self._unwritten.add(job.id)
            try:
                # Before it is told to anyone, who may ask another server for it.
                self._write_journal()
            except QuothError:
                self._unwritten.discard(self._jobs.pop(job.id).id)
                raise
        try:
            self._worker.submit(self._run, job)
        except RuntimeError:
            del self._jobs[job.id]
            self._unwritten.discard(job.id)
            outcomes.close()
            raise ServerUnavailable("the server is stopping; send the articles again when it runs") from None
        return job.snapshot()

    def get(self, id_: str) -> Job:
        """The job's progress. Raises JobUnknown if there is none of this id, or it has expired."""
        job = self._find(id_)
        return job if isinstance(job, Job) else job.snapshot()

    def cancel(self, id_: str) -> Job:
        """Stops a job within the article it is reading, or after the batch it is storing. Reported
        outcomes stay stored.
        """
        job = self._find(id_)
        if not isinstance(job, Job):
            if not job.ended:
                job.cancelled.set()
            return job.snapshot()
        if self._journal and not job.ended:
            self._journal.cancel(id_)
        return self.get(id_)

    def all(self) -> tuple[Job, ...]:
        """The jobs that the caller may see, newest first."""
        self._expire()
        own = {id_: job.snapshot() for id_, job in list(self._jobs.items())}
        others = {job.id: job for job in self._journal.all()} if self._journal else {}
        jobs = sorted((others | own).values(), key=lambda job: job.created, reverse=True)
        return tuple(job for job in jobs if caller().sees(job.collection))

    def _find(self, id_: str) -> _RunningJob | Job:
        """The job of this process, or another's as its server wrote it."""
        self._expire()
        job = self._jobs.get(id_) or (self._journal.get(id_) if self._journal else None)
        if job is None:
            raise JobUnknown(
                f"there is no job '{id_[:80]}': it ended more than an hour ago, or the server has restarted; "
                "send the articles again, and those already stored stay unchanged"
            )
        permit("reader", job.collection)
        return job

    def _expire(self) -> None:
        oldest = datetime.now(UTC) - RETENTION
        finished = [job for job in list(self._jobs.values()) if job.ended]
        for nth, job in enumerate(finished):
            is_old = job.ended and (job.ended < oldest or nth < len(finished) - MAX_FINISHED)
            if is_old and job.id not in self._unwritten:
                self._jobs.pop(job.id, None)

    def close(self) -> None:
        """Cancels all jobs and waits for the running one. Reported outcomes stay stored."""
        for job in list(self._jobs.values()):
            job.cancelled.set()
        self._worker.shutdown(cancel_futures=True)
        self._closed.set()
        with suppress(QuothError):
            self._write_journal()
