"""Hands articles to the workers, and tells what became of them."""

from __future__ import annotations

import json
import time
from collections.abc import Generator, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from index.errors import StoreUnavailable, WorkersMissing
from index.queue.messages import Outcomes, pack_articles, unpack_error, unpack_outcomes
from index.readers.isolation.reading import is_cancelled
from index.schemas import Article, Ingested, Skipped

if TYPE_CHECKING:
    from index.storage.postgres.connection import Postgres

QUEUE, TASK = "articles", "store_batch"
# About the passages that are embedded and stored together (`index.ingest.BATCH_PASSAGES`), so that a worker
# fills the encoder's batches, and a killed one costs seconds.
BATCH_CHARACTERS, BATCH_ARTICLES = 150_000, 100
# A slow source, such as web pages, keeps its first articles waiting for no longer.
BATCH_SECONDS = 1.0
# Of one call: enough for a dozen workers, few enough that other calls get their turn.
MAX_UNFINISHED = 24
# Without a worker for so long, the call gives up.
PATIENCE_SECONDS = 30.0
_POLL_SECONDS = (0.02, 0.5)
# procrastinate's own function, so that a batch and its task are there together or not at all.
_DEFER = (
    "SELECT procrastinate_defer_jobs_v1(ARRAY[ROW(%s, %s, 0, NULL, NULL, %s::jsonb, NULL)"
    "::procrastinate_job_to_defer_v1])"
)


@dataclass
class _Batch:
    """Articles that are being read together."""

    articles: list[Article] = field(default_factory=list)
    characters: int = 0
    begun: float = field(default_factory=time.monotonic)

    def add(self, article: Article) -> None:
        self.articles.append(article)
        self.characters += len(article.text)

    @property
    def full(self) -> bool:
        return (
            self.characters >= BATCH_CHARACTERS
            or len(self.articles) >= BATCH_ARTICLES
            or time.monotonic() - self.begun > BATCH_SECONDS
        )

    @property
    def places(self) -> set[str]:
        """What a later article of the run would replace one of these by."""
        return {f"id:{one.id}" for one in self.articles} | {
            f"origin:{one.origin}" for one in self.articles if one.origin
        }


class IngestQueue:
    """The queue of one database. Several threads may add at once."""

    def __init__(self, postgres: Postgres) -> None:
        self._postgres = postgres

    def add(
        self, collection: str, items: Iterable[Article | Skipped], *, patience: float = PATIENCE_SECONDS
    ) -> Generator[Ingested | Skipped, None, None]:
        """Enqueues the articles while the outcomes are iterated, and yields the outcome of each once a worker
        has stored it. If iteration ends early, or is cancelled, what no worker has begun is taken back.

        Raises WorkersMissing if no worker takes anything for `patience` seconds, and what a worker met.
        """
        run = _Run(self._postgres, collection, patience)
        try:
            for item in items:
                if isinstance(item, Skipped):
                    yield item
                else:
                    yield from run.take(item)
            yield from run.finish()
        finally:
            run.withdraw()


class _Run:
    """One call's batches, in their order."""

    def __init__(self, postgres: Postgres, collection: str, patience: float) -> None:
        self._postgres = postgres
        self._collection = collection
        self._patience = patience
        self._reading = _Batch()
        self._unfinished: dict[UUID, set[str]] = {}
        self._looked = 0.0

    def take(self, article: Article) -> Iterator[Ingested | Skipped]:
        """Adds an article to the batch that is read, and yields the outcomes that have arrived."""
        places = _Batch([article]).places
        # Workers finish in any order, and the last version of an article has to win.
        if any(places & others for others in self._unfinished.values()):
            yield from self.finish()
        self._reading.add(article)
        if self._reading.full:
            self._enqueue()
        while len(self._unfinished) >= MAX_UNFINISHED and not is_cancelled():
            yield from self._wait()
        if self._unfinished and time.monotonic() - self._looked > _POLL_SECONDS[1]:
            with suppress(StoreUnavailable):  # asked for again
                yield from self._arrived()

    def finish(self) -> Iterator[Ingested | Skipped]:
        """Enqueues what was read, and yields outcomes until there are no more."""
        self._enqueue()
        while self._unfinished and not is_cancelled():
            yield from self._wait()

    def withdraw(self) -> None:
        """Takes back the batches that no worker has begun."""
        if self._unfinished:
            with suppress(StoreUnavailable):  # what remains is stored, and nobody is told
                self._postgres.rows(
                    "DELETE FROM ingest_batches WHERE id = ANY(%s) AND begun IS NULL",
                    (list(self._unfinished),),
                )

    def _enqueue(self) -> None:
        batch, self._reading = self._reading, _Batch()
        if not batch.articles:
            return
        id_, packed = uuid4(), pack_articles(batch.articles)
        give_up = time.monotonic() + self._patience
        while True:
            try:
                self._insert(id_, packed)
                break
            except StoreUnavailable:
                if time.monotonic() > give_up:
                    raise
                time.sleep(_POLL_SECONDS[1])
        self._unfinished[id_] = batch.places

    def _insert(self, id_: UUID, packed: bytes) -> None:
        """Does nothing if it was done before, and only its confirmation was lost."""
        with self._postgres.transaction() as transaction:
            inserted = transaction.execute(
                "INSERT INTO ingest_batches (id, collection, articles) VALUES (%s, %s, %s) "
                "ON CONFLICT DO NOTHING",
                (id_, self._collection, packed),
            )
            if inserted:
                transaction.execute(_DEFER, (QUEUE, TASK, json.dumps({"batch": str(id_)})))

    def _wait(self) -> Outcomes:
        """The outcomes of the next batches that are finished. A database that restarts meanwhile is waited
        for, as long as workers are.
        """
        pause, longest = _POLL_SECONDS
        give_up = time.monotonic() + self._patience
        while not is_cancelled():
            try:
                if arrived := self._arrived():
                    return arrived
                if time.monotonic() > give_up:
                    self._require_workers()
                    give_up = time.monotonic() + self._patience
            except StoreUnavailable:
                if time.monotonic() > give_up:
                    raise
            time.sleep(pause)
            pause = min(pause * 1.5, longest)
        return ()

    def _arrived(self) -> Outcomes:
        self._looked = time.monotonic()
        found = self._postgres.rows(
            "SELECT id, ended IS NOT NULL, outcomes, error FROM ingest_batches WHERE id = ANY(%s)",
            (list(self._unfinished),),
        )
        if len(found) < len(self._unfinished):
            raise StoreUnavailable("PostgreSQL", "batches have vanished from the queue")
        outcomes: dict[UUID, Outcomes] = {}
        for id_, ended, packed, error in found:
            if error:
                raise unpack_error(error)
            if ended:
                outcomes[id_] = unpack_outcomes(packed)
        arrived = tuple(one for id_ in self._unfinished for one in outcomes.get(id_, ()))
        for id_ in outcomes:
            del self._unfinished[id_]
        # Once they are here: an answer that is lost on the way is asked for again.
        with suppress(StoreUnavailable):
            self._postgres.rows("DELETE FROM ingest_batches WHERE id = ANY(%s)", (list(outcomes),))
        return arrived

    def _require_workers(self) -> None:
        [(alive,)] = self._postgres.rows(
            "SELECT EXISTS (SELECT FROM procrastinate_workers "
            "WHERE last_heartbeat > now() - interval '1 min')"
        )
        if not alive:
            raise WorkersMissing
