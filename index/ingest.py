"""Ingestion: articles are compared with the stored ones, chunked, embedded and stored in batches."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, MutableMapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from index.chunking import chunk_article, title_prefix
from index.embedding.embedder import Embedder, Vectors
from index.embedding.memory import release_free_memory
from index.schemas import Article, Ingested, Passage, Skipped, UnsupportedLanguage
from index.storage.protocols import DocumentStore, VectorMetadata, VectorStore
from index.text.languages import language_of

# Passages that are embedded and stored together: enough to fill the encoder's batches with texts of
# similar length, few enough that an interruption costs seconds.
BATCH_PASSAGES = 256

Chunked = tuple[Article, list[Passage]]


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
    known: MutableMapping[tuple[str, int, int], Vectors] = field(default_factory=dict)

    def __call__(
        self, items: Iterable[Article | Skipped], *, again: bool = False
    ) -> Iterator[Ingested | Skipped]:
        """Stores the articles among `items`, and yields the outcome of each once it is durable.
        With `again`, unchanged articles are chunked and embedded anew.

        Raises DiskFull. If iteration ends early for any reason, everything yielded is stored; adding the
        same items again continues from there.
        """
        batch: dict[str, Chunked] = {}
        waiting = 0
        for item in items:
            if isinstance(item, Skipped):
                yield item
            elif not again and self.documents.digest(item.id) == item.digest:
                # An earlier version of it in this batch is outdated.
                batch.pop(item.id, None)
                if item.origin:
                    self.documents.set_origins({item.id: item.origin})
                yield Ingested(article_id=item.id, how="unchanged")
            elif passages := chunk_article(item, self.embedder.tokens):
                # Within a batch too, the last version of an article replaces earlier ones.
                batch[item.id] = (item, passages)
                waiting += len(passages)
            else:
                yield Skipped(source=item.origin or item.id, reason="has no words to quote")
            if waiting >= BATCH_PASSAGES:
                yield from self._store(list(batch.values()))
                batch, waiting = {}, 0
        if batch:
            yield from self._store(list(batch.values()))

    def _store(self, batch: list[Chunked]) -> list[Ingested]:
        self.documents.ensure_space()
        self.vectors.ensure_space()
        self.require_vectors()
        passages = [(article, passage) for article, parts in batch for passage in parts]
        ids = [passage.id for _, passage in passages]
        vectors = self._embed(passages)
        metadata = [VectorMetadata(article_id=a.id, source=a.source, date=a.date) for a, _ in passages]
        with self.writing:
            outcomes = [self._outcome(article) for article, _ in batch]
            self.documents.mark_orphans(ids)
            self.vectors.put(ids, vectors, metadata)
            self.documents.put(batch)
            delete_orphan_vectors(self.documents, self.vectors)
        release_free_memory()
        return outcomes

    def _embed(self, passages: Sequence[tuple[Article, Passage]]) -> Vectors:
        known = [self.known.pop((p.article_id, p.start, p.end), None) for _, p in passages]
        texts = [
            f"{title_prefix(article.title, self.embedder.tokens)}\n{passage.text}"
            for (article, passage), vector in zip(passages, known, strict=True)
            if vector is None
        ]
        computed = iter(self.embedder.encode(texts) if texts else ())
        return np.asarray([next(computed) if vector is None else vector for vector in known])

    def _outcome(self, article: Article) -> Ingested:
        replaces = self.documents.digest(article.id) or self.documents.ids_by_origin(article.origin)
        return Ingested(
            article_id=article.id,
            how="updated" if replaces else "added",
            uncovered=self._unsupported_language(article),
        )

    def _unsupported_language(self, article: Article) -> UnsupportedLanguage | None:
        if not self.embedder.languages:
            return None
        language = language_of(article.text)
        if not language or language in self.embedder.languages:
            return None
        return UnsupportedLanguage(language=language, embedder=self.embedder.name)


def delete_orphan_vectors(documents: DocumentStore, vectors: VectorStore) -> int:
    """Deletes the vectors that have no passage; returns their number."""
    orphans = documents.orphan_vectors()
    if orphans:
        vectors.delete(orphans)
        documents.clear_orphans(orphans)
    return len(orphans)
