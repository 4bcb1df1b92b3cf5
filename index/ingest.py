"""Articles into a collection: read, compared, split, embedded, kept; a batch at a time."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterable, Iterator, MutableMapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np

from index.chunking import heading, split
from index.embedding.embedder import Embedder, Vectors
from index.embedding.memory import give_back
from index.errors import DiskFull
from index.schemas import Article, Ingested, Passage, Skipped, UnsupportedLanguage
from index.storage.document_store import DocumentStore
from index.storage.vector_store import VectorMetadata, VectorStore
from index.text.languages import language_of

# Passages that are embedded and kept together: enough to fill the encoder's batches with texts of
# equal length, few enough that an interruption costs seconds.
BATCH_PASSAGES = 256
# Below this the databases could be stopped in the middle of a write.
MIN_FREE_BYTES = 100_000_000

Prepared = tuple[Article, list[Passage]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ingest:
    """Adding to one collection."""

    catalogue: DocumentStore
    archive: VectorStore
    embedder: Embedder
    folder: Path
    #: held while a batch is written, by whoever writes to the collection
    writing: threading.Lock
    #: vectors of passages to come, by article id, start and end, that need not be made again
    known: MutableMapping[tuple[str, int, int], Vectors] = field(default_factory=dict)

    def __call__(
        self, items: Iterable[Article | Skipped], *, again: bool = False
    ) -> Iterator[Ingested | Skipped]:
        """Keep the articles among `items`, and tell the outcome of each once it is certain.
        With `again`, those that are there unchanged are split and embedded anew.

        Raises DiskFull. Whatever ends the walk, all that was told is kept; adding the same again
        goes on from there.
        """
        batch: dict[str, Prepared] = {}
        waiting = 0
        for item in items:
            if isinstance(item, Skipped):
                yield item
            elif not again and self.catalogue.digest(item.id) == item.digest:
                # An earlier reading of it in this batch is outdated.
                batch.pop(item.id, None)
                self.catalogue.note_origin(item.id, item.origin)
                yield Ingested(article_id=item.id, how="unchanged")
            elif passages := split(item, self.embedder.tokens):
                # Within one batch too the later reading of an article stands.
                batch[item.id] = (item, passages)
                waiting += len(passages)
            else:
                yield Skipped(source=item.origin or item.id, reason="has no words to quote")
            if waiting >= BATCH_PASSAGES:
                yield from self._keep(list(batch.values()))
                batch, waiting = {}, 0
        if batch:
            yield from self._keep(list(batch.values()))

    def _keep(self, batch: list[Prepared]) -> list[Ingested]:
        if shutil.disk_usage(self.folder).free < MIN_FREE_BYTES:
            raise DiskFull(
                f"less than {MIN_FREE_BYTES // 1_000_000} MB are free on the disk of {self.folder}; "
                "nothing was lost: free some space and add the same again"
            )
        passages = [(article, passage) for article, parts in batch for passage in parts]
        ids = [passage.id for _, passage in passages]
        vectors = self._vectors(passages)
        labels = [VectorMetadata(article_id=a.id, source=a.source, date=a.date) for a, _ in passages]
        with self.writing:
            outcomes = [
                Ingested(article_id=article.id, how=self._how(article), uncovered=self._uncovered(article))
                for article, _ in batch
            ]
            self.catalogue.note_strays(ids)
            self.archive.put(ids, vectors, labels)
            self.catalogue.put(batch)
            sweep(self.catalogue, self.archive)
        give_back()
        return outcomes

    def _vectors(self, passages: Sequence[tuple[Article, Passage]]) -> Vectors:
        known = [self.known.pop((p.article_id, p.start, p.end), None) for _, p in passages]
        texts = [
            f"{heading(article.title, self.embedder.tokens)}\n{passage.text}"
            for (article, passage), vector in zip(passages, known, strict=True)
            if vector is None
        ]
        made = iter(self.embedder.encode(texts) if texts else ())
        return np.asarray([next(made) if vector is None else vector for vector in known])

    def _how(self, article: Article) -> Literal["added", "updated"]:
        known = self.catalogue.digest(article.id) or self.catalogue.ids_of_origin(article.origin)
        return "updated" if known else "added"

    def _uncovered(self, article: Article) -> UnsupportedLanguage | None:
        if not self.embedder.languages:
            return None
        language = language_of(article.text)
        if not language or language in self.embedder.languages:
            return None
        return UnsupportedLanguage(language=language, embedder=self.embedder.name)


def sweep(catalogue: DocumentStore, archive: VectorStore) -> int:
    """Drop the vectors that no passage owns any more; how many there were."""
    strays = catalogue.strays()
    archive.drop(strays)
    catalogue.forget_strays(strays)
    return len(strays)
