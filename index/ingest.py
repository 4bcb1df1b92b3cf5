"""Ingestion: articles are compared with the stored ones, chunked, embedded and stored in batches."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterable, Iterator, MutableMapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from index.chunking import Span, chunk_article, embedded_text, passages_at
from index.embedding.embedder import Embedder, Vectors
from index.embedding.memory import release_free_memory
from index.errors import BatchLost
from index.schemas import Article, Ingested, Passage, Replaced, Skipped, UnsupportedLanguage
from index.storage.protocols import DocumentStore, VectorMetadata, VectorStore
from index.text.languages import language_of
from index.text.messages.phrase import Phrase

# Passages that are embedded and stored together: enough to fill the encoder's batches with texts of
# similar length, few enough that an interruption costs seconds.
BATCH_PASSAGES = 256
# The same for passages whose vectors are known; larger, since an index takes many at once faster.
BATCH_KNOWN = 2_048
# How often a batch is written whose vectors another process took for those of a dead one.
ATTEMPTS = 6
PAUSE_SECONDS = 0.1

Chunked = tuple[Article, list[Passage]]
Place = tuple[str, int, int]
"""A passage's article id, start and end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ingest:
    """Adds articles to one collection."""

    documents: DocumentStore
    vectors: VectorStore
    embedder: Embedder
    #: held by whoever writes to the collection, for one batch
    writing: threading.Lock
    #: raises ArchiveBroken if the vectors of the stored articles are gone; called before each batch is stored
    require_vectors: Callable[[], None] = lambda: None
    #: vectors that need not be computed, by article id, start and end of their passage; removed once used
    known: MutableMapping[Place, Vectors] = field(default_factory=dict)
    #: where the passages of articles lie that need not be divided, by article id; removed once used
    spans: MutableMapping[str, Sequence[Span]] = field(default_factory=dict)

    def __call__(
        self, items: Iterable[Article | Skipped], *, again: bool = False
    ) -> Iterator[Ingested | Skipped]:
        """Stores the articles among `items`, and yields the outcome of each once it is durable.
        With `again`, unchanged articles are chunked and embedded anew.

        Raises DiskFull. If iteration ends early for any reason, everything yielded is stored; adding the
        same items again continues from there.
        """
        batch: dict[str, Chunked] = {}
        outdated: list[Replaced] = []
        waiting = embedding = 0
        for item in items:
            if isinstance(item, Skipped):
                yield item
            elif not again and self.documents.digest(item.id) == item.digest:
                # An earlier version of it in this batch is outdated.
                earlier = _take_outdated(batch, item)
                if item.origin:
                    self.documents.set_origins({item.id: item.origin})
                yield Ingested(
                    article_id=item.id,
                    how="unchanged",
                    replaced=tuple(earlier),
                    remarks=item.remarks,
                )
            elif passages := self._divide(item):
                # Within a batch too, the last version of an article replaces earlier ones.
                outdated += _take_outdated(batch, item)
                batch[item.id] = (item, passages)
                waiting += len(passages)
                embedding += sum((one.article_id, one.start, one.end) not in self.known for one in passages)
            else:
                yield Skipped(source=item.origin or item.id, reason=Phrase("has no words to quote"))
            if embedding >= BATCH_PASSAGES or waiting >= BATCH_KNOWN:
                yield from self._store(list(batch.values()), outdated)
                batch, outdated, waiting, embedding = {}, [], 0, 0
        if batch:
            yield from self._store(list(batch.values()), outdated)

    def _divide(self, article: Article) -> list[Passage]:
        spans = self.spans.pop(article.id, None)
        return passages_at(article, spans) if spans else chunk_article(article, self.embedder.tokens)

    def _store(self, batch: list[Chunked], outdated: Sequence[Replaced]) -> list[Ingested]:
        self.documents.ensure_space()
        self.vectors.ensure_space()
        self.require_vectors()
        passages = [(article, passage) for article, parts in batch for passage in parts]
        ids = [passage.id for _, passage in passages]
        vectors = self._embed(passages)
        metadata = [VectorMetadata(article_id=a.id, source=a.source, date=a.first_day) for a, _ in passages]
        outcomes: list[Ingested] = []
        with self.writing:
            for attempt in range(1, ATTEMPTS + 1):
                try:
                    outcomes = [self._outcome(article, outdated, retry=attempt > 1) for article, _ in batch]
                    written = self.documents.mark_orphans(ids)
                    self.vectors.put(ids, vectors, metadata)
                    self.documents.put(batch, written)
                    break
                except BatchLost:
                    if attempt == ATTEMPTS:
                        raise
                    # Two writers of the same articles would take them from each other again and again.
                    time.sleep(random.uniform(0, PAUSE_SECONDS * 2**attempt))
            delete_orphan_vectors(self.documents, self.vectors)
        release_free_memory()
        return outcomes

    def _embed(self, passages: Sequence[tuple[Article, Passage]]) -> Vectors:
        known = [self.known.pop((p.article_id, p.start, p.end), None) for _, p in passages]
        texts = [
            embedded_text(article, passage, self.embedder.tokens)
            for (article, passage), vector in zip(passages, known, strict=True)
            if vector is None
        ]
        computed = iter(self.embedder.encode(texts) if texts else ())
        return np.asarray([next(computed) if vector is None else vector for vector in known])

    def _outcome(self, article: Article, outdated: Sequence[Replaced], *, retry: bool) -> Ingested:
        if retry and self.documents.digest(article.id) == article.digest:  # another has stored it meanwhile
            return Ingested(article_id=article.id, how="unchanged", remarks=article.remarks)
        old = dict.fromkeys(self.documents.ids_by_origin(article.origin))
        if self.documents.digest(article.id):
            old[article.id] = None
        stored = [
            Replaced(article_id=id_, title=self.documents.article(id_).title, by=article.id) for id_ in old
        ]
        return Ingested(
            article_id=article.id,
            how="updated" if stored else "added",
            uncovered=self._unsupported_language(article),
            replaced=(*stored, *(one for one in outdated if one.by == article.id)),
            remarks=article.remarks,
        )

    def _unsupported_language(self, article: Article) -> UnsupportedLanguage | None:
        if not self.embedder.languages:
            return None
        language = language_of(article.text)
        if not language or language in self.embedder.languages:
            return None
        return UnsupportedLanguage(language=language, embedder=self.embedder.name)


def _take_outdated(batch: MutableMapping[str, Chunked], item: Article) -> list[Replaced]:
    """Takes articles of the item's id or place out of the batch; those that differ from it."""
    old = [
        article
        for article, _ in batch.values()
        if article.id == item.id or (item.origin and article.origin == item.origin)
    ]
    for article in old:
        del batch[article.id]
    return [
        Replaced(article_id=article.id, title=article.title, by=item.id)
        for article in old
        if article.digest != item.digest
    ]


def delete_orphan_vectors(documents: DocumentStore, vectors: VectorStore) -> int:
    """Deletes the vectors that have no passage; returns their number."""
    deleted = 0
    while True:
        with documents.take_orphans() as orphans:
            if orphans:
                vectors.delete(orphans)
        if not orphans:
            return deleted
        deleted += len(orphans)
