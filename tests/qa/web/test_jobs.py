"""The queue of background jobs."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Generator

import pytest

from index.schemas import Ingested, Skipped
from qa.errors import ServerUnavailable
from qa.web import jobs
from qa.web.jobs import JobQueue


class SlowOutcomes:
    """Outcomes that are held back until they are released."""

    def __init__(self) -> None:
        self.released = threading.Semaphore(0)
        self.closed = threading.Event()

    def __call__(self) -> Generator[Ingested | Skipped, None, None]:
        try:
            for n in range(100):
                self.released.acquire(timeout=30)
                yield Ingested(article_id=str(n), how="added")
        finally:
            self.closed.set()


def outcomes_of(*outcomes: Ingested | Skipped) -> Generator[Ingested | Skipped, None, None]:
    yield from outcomes


def eventually(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_cancelled_job_keeps_its_outcomes() -> None:
    slow, queue = SlowOutcomes(), JobQueue()
    running = queue.submit(slow(), collection="default", given=100).id
    waiting = queue.submit(
        outcomes_of(Ingested(article_id="x", how="added")), collection="default", given=1
    ).id
    slow.released.release(3)
    eventually(lambda: queue.get(running).told == 3)
    assert (queue.get(running).status, queue.get(waiting).status) == ("running", "waiting")
    assert queue.cancel(waiting).status == "cancelled"
    assert queue.cancel(running).status == "cancelled"
    slow.released.release()
    eventually(lambda: bool(queue.get(waiting).ended))
    assert slow.closed.is_set()
    assert 3 <= queue.get(running).told <= 4
    assert (queue.get(waiting).told, queue.get(waiting).status) == (0, "cancelled")
    queue.close()


def test_jobs_are_limited_and_expire(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "MAX_UNFINISHED", 2)
    monkeypatch.setattr(jobs, "MAX_FINISHED", 3)
    slow, queue = SlowOutcomes(), JobQueue()
    for _ in range(2):
        queue.submit(slow(), collection="default", given=100)
    with pytest.raises(Exception, match="already waiting"):
        queue.submit(outcomes_of(), collection="default", given=0)
    for job in queue.all():
        queue.cancel(job.id)
    slow.released.release(2)
    eventually(lambda: all(job.ended for job in queue.all()))
    for n in range(4):
        last = queue.submit(outcomes_of(Skipped(source=str(n), reason="empty")), collection="x", given=1)
        eventually(lambda id_=last.id: bool(queue.get(id_).ended))  # type: ignore[misc]
    assert len(queue.all()) == 3
    monkeypatch.setattr(jobs, "RETENTION", -jobs.RETENTION)
    assert queue.all() == ()
    queue.close()


def test_a_job_that_comes_after_the_end_is_refused() -> None:
    slow, queue = SlowOutcomes(), JobQueue()
    queue.close()
    with pytest.raises(ServerUnavailable, match="is stopping"):
        queue.submit(slow(), collection="default", given=1)
    assert queue.all() == ()


def test_failed_job_has_the_reason() -> None:
    def broken() -> Generator[Ingested | Skipped, None, None]:
        yield Ingested(article_id="a", how="added")
        raise OSError("the cable is out")

    queue = JobQueue()
    job = queue.submit(broken(), collection="default", given=2)
    eventually(lambda: bool(queue.get(job.id).ended))
    failed = queue.get(job.id)
    assert (failed.status, failed.report.added) == ("failed", ("a",))
    assert failed.error and "cable" not in failed.error
    queue.close()
