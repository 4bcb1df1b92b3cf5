"""The queue of a real PostgreSQL; its workers are processes of this file, run as a program."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager

import pytest
from procrastinate import App, JobContext, PsycopgConnector
from procrastinate.jobs import Job

from index.errors import ArchiveBroken, ArchiveEmpty, BatchLost, QuothError, StoreUnavailable, WorkersMissing
from index.queue.ingest_queue import BATCH_ARTICLES, IngestQueue, _Run
from index.queue.tables import make_queue
from index.queue.worker import DEATHS, UNFORESEEN_ATTEMPTS, Worker
from index.readers.isolation.reading import cancelled_by
from index.schemas import Article, Ingested, Skipped
from index.storage.postgres.connection import Postgres
from index.storage.postgres.migration import migrate
from tests.servers import Servers

LEASE_SECONDS = 2.0
JOB = Job(id=1, queue="articles", lock=None, queueing_lock=None, task_name="store_batch")
Given = list[Article | Skipped]


def articles(count: int, *, name: str = "a") -> Given:
    return [Article(id=f"{name}{number}", text=f"text {number}") for number in range(count)]


@pytest.fixture
def url(servers: Servers) -> str:
    return servers.new_database()


@pytest.fixture
def queue(url: str) -> Iterator[IngestQueue]:
    postgres = Postgres(url)
    migrate(postgres)
    make_queue(postgres)
    postgres.rows("CREATE TABLE stored (id text, worker integer, number serial)")
    yield IngestQueue(postgres)
    postgres.close()


@contextmanager
def workers(url: str, count: int = 1) -> Iterator[list[subprocess.Popen[bytes]]]:
    with ExitStack() as stack:
        started = []
        for _ in range(count):
            process = subprocess.Popen([sys.executable, __file__, url], stderr=subprocess.DEVNULL)
            stack.callback(process.wait, 20)
            stack.callback(process.kill)
            started.append(process)
        yield started


def context(attempts: int = 0, dead: int = 0) -> JobContext:
    """Of a batch that was tried so often, and of which so many workers have died."""
    job = JOB.evolve(attempts=attempts, priority=dead)
    app = App(connector=PsycopgConnector())
    return JobContext(app=app, job=job, start_timestamp=0, abort_reason=lambda: None)


def ids(outcomes: Iterable[Ingested | Skipped]) -> list[str]:
    return [one.article_id for one in outcomes if isinstance(one, Ingested)]


def test_outcomes_arrive_in_order_and_workers_stop_when_told(queue: IngestQueue, url: str) -> None:
    given = articles(3 * BATCH_ARTICLES)
    given.insert(5, Skipped(source="x", reason="cannot be read"))
    with workers(url, 2) as [first, second]:
        outcomes = list(queue.add("default", given))
        assert sorted(ids(outcomes)) == sorted(one.id for one in given if isinstance(one, Article))
        assert [one for one in outcomes if isinstance(one, Skipped)] == [given[5]]
        for process in (first, second):
            process.send_signal(signal.SIGTERM)
        assert [process.wait(20) for process in (first, second)] == [0, 0]
    assert queue._postgres.rows("SELECT id FROM ingest_batches") == []
    assert queue._postgres.rows("SELECT id FROM procrastinate_jobs") == []


def test_a_killed_worker_leaves_its_batch_to_another(queue: IngestQueue, url: str) -> None:
    with workers(url, 2) as [first, _]:
        adding = queue.add("default", articles(6 * BATCH_ARTICLES))
        outcomes = [next(adding)]
        first.kill()
        outcomes += adding
        assert len(set(ids(outcomes))) == 6 * BATCH_ARTICLES


def test_a_paused_worker_loses_its_batch_and_goes_on(queue: IngestQueue, url: str) -> None:
    with workers(url, 2) as [first, second]:
        adding = queue.add("default", articles(6 * BATCH_ARTICLES))
        outcomes = [next(adding)]
        os.kill(first.pid, signal.SIGSTOP)
        outcomes += adding
        os.kill(first.pid, signal.SIGCONT)
        assert sorted(ids(outcomes)) == sorted(f"a{number}" for number in range(6 * BATCH_ARTICLES))
        second.kill()
        # The one that was taken for dead works again.
        assert ids(queue.add("default", articles(1, name="b"))) == ["b0"]


def test_the_last_version_of_an_article_is_stored_last(queue: IngestQueue, url: str) -> None:
    versions: Given = [
        Article(id="same", text=f"edition {number}", title="slow" if number == 0 else "")
        for number in range(2 * BATCH_ARTICLES)
    ]
    with workers(url, 2):
        list(queue.add("default", versions))
    [(last,)] = queue._postgres.rows("SELECT id FROM stored ORDER BY number DESC LIMIT 1")
    assert last == f"same edition {2 * BATCH_ARTICLES - 1}"


def test_what_a_worker_meets_is_raised_where_articles_are_added(queue: IngestQueue, url: str) -> None:
    with workers(url):
        with pytest.raises(ArchiveBroken, match="it is damaged"):
            list(queue.add("damaged", articles(1)))
        assert ids(queue.add("default", articles(1))) == ["a0"]


def test_a_store_that_is_away_is_waited_for(queue: IngestQueue, url: str) -> None:
    with workers(url):
        assert ids(queue.add("away at first", articles(1))) == ["a0"]


@pytest.mark.parametrize(("attempts", "dead"), [(UNFORESEEN_ATTEMPTS, 0), (0, DEATHS)])
def test_a_batch_that_nobody_can_store_is_given_up(
    queue: IngestQueue, url: str, attempts: int, dead: int
) -> None:
    def store(_: str, given: Iterable[Article]) -> Iterator[Ingested]:
        raise ZeroDivisionError

    run = _Run(queue._postgres, "default", 1)
    assert list(run.take(Article(id="a", text="x"))) == []
    run._enqueue()
    [batch] = map(str, run._unfinished)
    worker = Worker(url, queue._postgres, store)
    with pytest.raises(ZeroDivisionError):  # tried again
        worker._store_batch(context(), batch)
    worker._store_batch(context(attempts, dead), batch)
    with pytest.raises(QuothError, match="the workers' logs say why"):
        list(run.finish())


@pytest.mark.parametrize("fails", [ArchiveEmpty, BatchLost])
def test_what_may_be_over_soon_is_tried_again(queue: IngestQueue, url: str, fails: type[QuothError]) -> None:
    def store(_: str, given: Iterable[Article]) -> Iterator[Ingested]:
        raise fails("not now")

    run = _Run(queue._postgres, "default", 1)
    list(run.take(Article(id="a", text="x")))
    run._enqueue()
    with pytest.raises(fails):
        Worker(url, queue._postgres, store)._store_batch(context(), *map(str, run._unfinished))
    assert run._arrived() == ()


def test_without_a_worker_adding_ends_and_nothing_stays_behind(queue: IngestQueue) -> None:
    with pytest.raises(WorkersMissing, match="quoth work"):
        list(queue.add("default", articles(1), patience=0.2))
    assert queue._postgres.rows("SELECT id FROM ingest_batches") == []


def test_a_cancelled_run_ends_at_once(queue: IngestQueue) -> None:
    cancelled = threading.Event()
    threading.Timer(0.3, cancelled.set).start()
    with cancelled_by(cancelled):
        assert list(queue.add("default", articles(1), patience=20)) == []
    assert queue._postgres.rows("SELECT id FROM ingest_batches") == []


def test_the_end_of_iteration_takes_back_what_nobody_began(queue: IngestQueue, url: str) -> None:
    adding = queue.add("default", articles(40 * BATCH_ARTICLES))
    with workers(url):
        next(adding)
        adding.close()
        time.sleep(0.5)
        [(stored,)] = queue._postgres.rows("SELECT count(*) FROM stored")
    assert stored < 40 * BATCH_ARTICLES


def test_a_restart_of_the_database_does_not_end_a_long_run(
    queue: IngestQueue, url: str, servers: Servers
) -> None:
    with workers(url):
        adding = queue.add("default", articles(10 * BATCH_ARTICLES))
        outcomes = [next(adding)]
        servers.postgres.kill()
        servers.postgres.start()
        outcomes += adding
        assert len(set(ids(outcomes))) == 10 * BATCH_ARTICLES


def test_workers_outlive_the_database(queue: IngestQueue, url: str, servers: Servers) -> None:
    with workers(url) as [worker]:
        assert ids(queue.add("default", articles(1))) == ["a0"]
        with servers.postgres.away():
            time.sleep(1)
            with pytest.raises(StoreUnavailable):
                list(queue.add("default", articles(1), patience=1))
        assert ids(queue.add("default", articles(1, name="b"))) == ["b0"]
        assert worker.poll() is None


class Stores:
    """What a worker of the tests does with articles: it notes their ids."""

    def __init__(self, postgres: Postgres) -> None:
        self._postgres = postgres
        self._away = True

    def __call__(self, collection: str, given: Iterable[Article]) -> Iterator[Ingested]:
        if collection == "damaged":
            raise ArchiveBroken("it is damaged")
        if collection.startswith("away") and self._away:
            self._away = False
            raise StoreUnavailable("Chroma", "it sleeps")
        for one in given:
            time.sleep(0.3 if one.title == "slow" else 0.002)
            self._postgres.rows("INSERT INTO stored VALUES (%s, %s)", (f"{one.id} {one.text}", os.getpid()))
            yield Ingested(article_id=one.id, how="added")


if __name__ == "__main__":
    from index.queue.worker import run_worker

    database = Postgres(sys.argv[1])
    try:
        run_worker(sys.argv[1], database, Stores(database), lease=LEASE_SECONDS)
    finally:
        database.close()
