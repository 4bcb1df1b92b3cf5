"""Adding that goes on after it was answered: jobs, with their progress and outcomes."""

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

from index.schemas import Ingested, IngestReport, Skipped
from qa.auth import caller, permit
from qa.errors import JobUnknown
from qa.schemas import Job
from qa.web.errors.problem_details import ProblemDetails

logger = logging.getLogger(__name__)

MOST_WAITING = 16
"""So many jobs may wait or run at a time; each holds its body in memory."""
MOST_ENDED = 100
REMEMBERED = timedelta(hours=1)
"""For so long, and no more of them, a job that has ended is told of."""


Outcomes = Generator[Ingested | Skipped, None, None]


class _RunningJob:
    """A job while it is worked at, by one thread."""

    def __init__(self, outcomes: Outcomes, *, collection: str, given: int) -> None:
        self.id = uuid4().hex
        self.cancelled = threading.Event()
        self.created = datetime.now(UTC)
        self.ended: datetime | None = None
        self._running = False
        self._problem: ProblemDetails | None = None
        self._outcomes = outcomes
        self._told: list[Ingested | Skipped] = []
        self.collection = collection
        self._given = given

    def run(self) -> None:
        self._running = not self.cancelled.is_set()
        try:
            with closing(self._outcomes):
                while not self.cancelled.is_set() and (outcome := next(self._outcomes, None)):
                    self._told.append(outcome)
        except Exception as error:
            self._problem = ProblemDetails.of(error, f"/api/jobs/{self.id}")
            logger.error("a job failed: %s", error, exc_info=self._problem.status == 500)
        self.ended = datetime.now(UTC)

    def job(self) -> Job:
        told = tuple(self._told)
        return Job(
            id=self.id,
            status=self._status,
            collection=self.collection,
            given=self._given,
            told=len(told),
            report=IngestReport.of(told),
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
        return "done" if self.ended else "running" if self._running else "waiting"


class Jobs:
    """The jobs of this process, worked at one after another: one at a time writes anyway."""

    def __init__(self) -> None:
        self._works: dict[str, _RunningJob] = {}
        self._worker = ThreadPoolExecutor(1, "jobs")

    def start(self, outcomes: Outcomes, *, collection: str, given: int) -> Job:
        """A new job that walks through the outcomes. Refused with 503 where too many wait."""
        self._forget()
        if sum(not work.ended for work in self._works.values()) >= MOST_WAITING:
            raise HTTPException(
                503, f"{MOST_WAITING} jobs wait already; send it again later", {"retry-after": "10"}
            )
        work = _RunningJob(outcomes, collection=collection, given=given)
        self._works[work.id] = work
        self._worker.submit(work.run)
        return work.job()

    def job(self, id_: str) -> Job:
        """How far it is; JobUnknown where there is none, or no more."""
        return self._work(id_).job()

    def cancel(self, id_: str) -> Job:
        """Ends it after what is being kept just now, some seconds at most; what was told is kept."""
        work = self._work(id_)
        if not work.ended:
            work.cancelled.set()
        return work.job()

    def all(self) -> tuple[Job, ...]:
        """Those that are remembered, newest first."""
        self._forget()
        return tuple(work.job() for work in reversed(self._works.values()) if caller().sees(work.collection))

    def _work(self, id_: str) -> _RunningJob:
        self._forget()
        if id_ not in self._works:
            raise JobUnknown(
                f"there is no job '{id_[:80]}'; it ended more than an hour ago, or the server was started "
                "anew: send the articles again, those that are there already are left alone"
            )
        work = self._works[id_]
        permit("reader", work.collection)
        return work

    def _forget(self) -> None:
        since = datetime.now(UTC) - REMEMBERED
        ended = [work for work in list(self._works.values()) if work.ended]
        for nth, work in enumerate(ended):
            if work.ended and (work.ended < since or nth < len(ended) - MOST_ENDED):
                self._works.pop(work.id, None)

    def close(self) -> None:
        """Ends all of them; what was told is kept."""
        for work in self._works.values():
            work.cancelled.set()
        self._worker.shutdown(cancel_futures=True)
