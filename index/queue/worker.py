"""A worker: takes batches of articles from the queue, embeds and stores them."""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any
from uuid import UUID

from procrastinate import App, JobContext, PsycopgConnector, RetryStrategy
from procrastinate.exceptions import ConnectorException

from index.errors import ArchiveEmpty, BatchLost, EmbedderUnavailable, QuothError, StoreUnavailable
from index.queue.ingest_queue import QUEUE, TASK
from index.queue.messages import pack_error, pack_outcomes, unpack_articles
from index.schemas import Article, Ingested, Skipped
from index.storage.postgres.connection import Postgres

logger = logging.getLogger(__name__)

LEASE_SECONDS = 30.0
"""A worker without a sign of life for so long has lost its batch to another."""
# How often a worker looks for batches of dead workers, and gives a sign of life.
_BEATS_PER_LEASE = 5
_RESTART_SECONDS = 2.0
# What is tried again, about a minute long. Collections are made where there are none, so one that is missing
# is being replaced.
_PASSING = (ArchiveEmpty, BatchLost, EmbedderUnavailable, StoreUnavailable)
_RETRY_SECONDS, _ATTEMPTS = 2, 30
# How often an error is tried again that nobody has foreseen, and how many workers may die of a batch.
UNFORESEEN_ATTEMPTS, DEATHS = 3, 5
_GIVEN_UP = "a batch could not be stored; the workers' logs say why"
# Outcomes that nobody fetched, since whoever added the articles is gone.
_FORGET = "DELETE FROM ingest_batches WHERE ended < now() - interval '1 day'"

Store = Callable[[str, Iterable[Article]], Iterable[Ingested | Skipped]]


class Worker:
    """Stores batches, one after another, until it is told to stop."""

    def __init__(
        self,
        url: str,
        postgres: Postgres,
        store: Store,
        *,
        sweep: Callable[[], object] = lambda: None,
        alive: Callable[[], object] = lambda: None,
        lease: float = LEASE_SECONDS,
    ) -> None:
        """`store` adds articles to a collection of a name, `sweep` deletes what dead writers left behind, and
        `alive` is called with every sign of life.
        """
        self._url = url
        self._postgres = postgres
        self._store = store
        self._sweep = sweep
        self._alive = alive
        self._lease = lease
        self._stopping = asyncio.Event()

    async def run(self) -> None:
        """Runs until SIGTERM or SIGINT, which let it finish its batch. While the database is away it tries
        again and again.
        """
        living = asyncio.create_task(self._live())
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stopping.set)
        while not self._stopping.is_set():
            try:
                await self._work()
            except Exception as error:  # whatever it was: a worker that ends helps nobody
                logger.warning("the queue cannot be reached, trying again: %s", error.__cause__ or error)
            if not self._stopping.is_set():
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._stopping.wait(), _RESTART_SECONDS)
        living.cancel()

    async def _live(self) -> None:
        """Gives signs of life, also while a sweep or the database takes long: a new start would not help."""
        while True:
            try:
                await asyncio.to_thread(self._alive)
            except OSError as error:
                logger.warning("no sign of life can be given: %s", error)
            await asyncio.sleep(self._lease / _BEATS_PER_LEASE)

    async def _work(self) -> None:
        """Works until it is told to stop, or the connection is lost."""
        connector = PsycopgConnector(conninfo=self._url, min_size=1, max_size=3, timeout=self._lease)
        app = App(connector=connector)
        retry = RetryStrategy(wait=_RETRY_SECONDS)
        app.task(name=TASK, queue=QUEUE, retry=retry, pass_context=True)(self._store_batch)
        async with app.open_async():
            working = asyncio.create_task(
                app.run_worker_async(
                    queues=[QUEUE],
                    wait=True,
                    concurrency=1,
                    install_signal_handlers=False,
                    delete_jobs="always",
                    update_heartbeat_interval=self._lease / _BEATS_PER_LEASE,
                    stalled_worker_timeout=self._lease,
                    fetch_job_polling_interval=min(2.0, self._lease / _BEATS_PER_LEASE),
                )
            )
            others = (
                asyncio.create_task(self._take_up(app)),
                asyncio.create_task(self._sweep_often()),
                asyncio.create_task(self._stopping.wait()),
            )
            try:
                await asyncio.wait((working, *others), return_when=asyncio.FIRST_COMPLETED)
            finally:
                for task in (*others, working):
                    task.cancel()  # work finishes the batch in hand
                results = await asyncio.gather(working, *others, return_exceptions=True)
        for result in results:
            if isinstance(result, Exception):
                raise result

    async def _take_up(self, app: App) -> None:
        """Puts batches of dead workers back into the queue."""
        while True:
            for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=self._lease):
                # In front, since its articles have waited longest; the priority counts the dead.
                with suppress(ConnectorException):  # another worker was faster, or it is stored by now
                    await app.job_manager.retry_job(job, priority=job.priority + 1)
                    logger.warning("a worker died, or was paused; its batch is taken up again")
            await asyncio.sleep(self._lease / _BEATS_PER_LEASE)

    async def _sweep_often(self) -> None:
        """Apart from the above: a large collection that was removed takes minutes to delete."""
        while True:
            try:
                await asyncio.to_thread(self._sweep)
                await asyncio.to_thread(self._postgres.rows, _FORGET)
            except QuothError as error:
                logger.warning("what dead writers left behind is deleted the next time: %s", error)
            await asyncio.sleep(self._lease / _BEATS_PER_LEASE)

    def _store_batch(self, context: JobContext, batch: str) -> None:
        """Stores a batch that is not stored yet, and notes the outcomes, or an error. Raises what may be over
        soon, after which it is tried again, as is what nobody has foreseen, a few times.
        """
        found = self._postgres.rows(
            "UPDATE ingest_batches SET begun = now() WHERE id = %s AND ended IS NULL "
            "RETURNING collection, articles",
            (UUID(batch),),
        )
        if not found:
            return  # withdrawn, or stored by a worker that was taken for dead
        [(collection, articles)] = found
        outcomes, error = b"", None
        try:
            if context.job.priority >= DEATHS:
                logger.error("%d workers have died of a batch", DEATHS)
                raise QuothError(_GIVEN_UP)
            outcomes = pack_outcomes(list(self._store(collection, unpack_articles(articles))))
        except Exception as failed:
            if context.job.attempts < _attempts(failed):
                raise
            told = failed if isinstance(failed, QuothError) else QuothError(_GIVEN_UP)
            logger.error("a batch for '%s' failed: %s", collection, failed, exc_info=told is not failed)
            error = pack_error(told)
        self._postgres.rows(
            "UPDATE ingest_batches SET ended = now(), outcomes = %s, error = %s "
            "WHERE id = %s AND ended IS NULL",
            (outcomes, error, UUID(batch)),
        )


def _attempts(failed: Exception) -> int:
    """How often it is tried again."""
    if isinstance(failed, _PASSING):
        return _ATTEMPTS
    return 0 if isinstance(failed, QuothError) else UNFORESEEN_ATTEMPTS


def run_worker(url: str, postgres: Postgres, store: Store, **options: Any) -> None:
    """Works until SIGTERM or SIGINT; see `Worker`."""

    async def run() -> None:
        await Worker(url, postgres, store, **options).run()

    asyncio.run(run())
