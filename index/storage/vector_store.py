"""The vectors of passages, in Chroma. Nothing else imports chromadb."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from index.embedding.embedder import Vectors
from index.errors import ArchiveBroken, ArchiveEmpty, DiskFull
from index.schemas import Filters
from index.storage.document_store import CLOSED

# What hosted Chroma accepts in one write; local Chroma takes more, and is no slower for it.
BATCH = 300
# Chroma keeps no dates: days are counted as `date.toordinal`, and 0 is an article without one.
UNDATED = 0
# On a disk with less than this Chroma fails in ways that do not say why.
FULL_BYTES = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class VectorMetadata:
    """What a vector is filtered by."""

    article_id: str
    source: str
    date: date | None


class VectorStore:
    """Unit vectors by passage id, compared by cosine."""

    def __init__(self, folder: Path) -> None:
        # Half a second of import, which commands that never search are spared.
        import chromadb
        from chromadb.config import Settings

        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._closed = False
        with self._in_words():
            self._client = chromadb.PersistentClient(
                path=str(folder), settings=Settings(anonymized_telemetry=False)
            )
            self._vectors = self._client.get_or_create_collection(
                "passages", configuration={"hnsw": {"space": "cosine"}}, embedding_function=None
            )

    @contextmanager
    def _in_words(self) -> Iterator[None]:
        """Says what failed, and the next step; Chroma raises whatever its parts raise."""
        try:
            yield
        except Exception as error:
            if self._closed:
                raise ArchiveEmpty(CLOSED) from error
            if "full" in str(error) or shutil.disk_usage(self._folder).free < FULL_BYTES:
                raise DiskFull(
                    f"the disk of {self._folder} is full; nothing was lost: free some space and go on"
                ) from error
            raise ArchiveBroken(
                f"the vectors in {self._folder} cannot be used ({error}); restore the collection from a "
                "backup, or move its folder away and add the articles again"
            ) from error

    def put(self, ids: Sequence[str], vectors: Vectors, labels: Sequence[VectorMetadata]) -> None:
        """Keep vectors, shape (len(ids), dimension); an id that is there already is overwritten."""
        metadatas: list[Mapping[str, Any]] = [
            {
                "article_id": label.article_id,
                "source": label.source,
                "day": label.date.toordinal() if label.date else UNDATED,
            }
            for label in labels
        ]
        with self._in_words():
            for at in range(0, len(ids), BATCH):
                self._vectors.upsert(
                    ids=list(ids[at : at + BATCH]),
                    embeddings=vectors[at : at + BATCH],
                    metadatas=metadatas[at : at + BATCH],
                )

    def drop(self, ids: Iterable[str]) -> None:
        """Forget vectors; an id that is not there is passed over."""
        doomed = list(ids)
        with self._in_words():
            for at in range(0, len(doomed), BATCH):
                self._vectors.delete(ids=doomed[at : at + BATCH])

    def nearest(self, vector: Vectors, k: int, filters: Filters) -> dict[str, float]:
        """The k passage ids most similar to `vector`, shape (dimension,), with their cosines."""
        if not np.isfinite(vector).all():
            raise ValueError("a query vector must be finite")
        with self._in_words():
            found = self._vectors.query(
                query_embeddings=vector[None, :], n_results=k, where=_where(filters), include=["distances"]
            )
        distances = found["distances"] or [[]]
        # Rounding takes some cosines a hair beyond 1.
        cosines = np.clip(1 - np.asarray(distances[0], dtype=np.float32), -1, 1)
        return dict(zip(found["ids"][0], cosines.tolist(), strict=True))

    def similarities(self, vector: Vectors, ids: Sequence[str]) -> dict[str, float]:
        """The cosine of `vector` with each of the given passages that is here."""
        found, kept = self.vectors(ids)
        return dict(zip(found, np.clip(kept @ vector, -1, 1).tolist(), strict=True)) if found else {}

    def vectors(self, ids: Sequence[str]) -> tuple[list[str], Vectors]:
        """Which of the ids are here, in an order of their own, and their vectors as rows."""
        if not ids:
            return [], np.empty((0, 0), dtype=np.float32)
        with self._in_words():
            found = self._vectors.get(ids=list(ids), include=["embeddings"])
        return found["ids"], np.asarray(found["embeddings"], dtype=np.float32)

    def ids(self) -> set[str]:
        """The ids of all vectors."""
        with self._in_words():
            return set(self._vectors.get(include=[])["ids"])

    def close(self) -> None:
        self._closed = True
        self._client.close()  # type: ignore[attr-defined]  # of the local client alone


def _where(filters: Filters) -> Any:
    """Chroma's form of the filters, or None where there are none."""
    clauses: list[dict[str, Any]] = []
    if filters.source:
        clauses.append({"source": filters.source})
    if filters.article_ids:
        clauses.append({"article_id": {"$in": list(filters.article_ids)}})
    if filters.without_ids:
        clauses.append({"article_id": {"$nin": list(filters.without_ids)}})
    if filters.after:
        clauses.append({"day": {"$gte": filters.after.toordinal()}})
    if filters.before:
        clauses.append({"day": {"$lte": filters.before.toordinal()}})
        clauses.append({"day": {"$gt": UNDATED}})
    if filters.as_of:
        clauses.append({"day": {"$lte": filters.as_of.toordinal()}})
    if len(clauses) > 1:
        return {"$and": clauses}
    return clauses[0] if clauses else None
