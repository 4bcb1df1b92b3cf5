"""The vectors of passages, in Chroma."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from index.embedding.embedder import Vectors
from index.errors import QuothError
from index.schemas import Filters
from index.storage.protocols import VectorMetadata

if TYPE_CHECKING:
    from chromadb import Collection as ChromaCollection

# The limit of hosted Chroma for one call; local Chroma accepts more, but is no faster with it.
BATCH = 300
# Chroma stores no dates: a day is its `date.toordinal`, and 0 is an article without a date.
UNDATED = 0


class ChromaClient(Protocol):
    """How one Chroma collection is reached."""

    @property
    def batch(self) -> int:
        """How many ids may be read in one call."""

    def collection(self) -> ChromaCollection:
        """The collection, created at the first use. Raises whatever Chroma's parts raise, and QuothErrors."""

    def translated(self, error: Exception) -> QuothError:
        """What an error of Chroma means."""

    def exists(self) -> bool: ...

    def check(self) -> None: ...

    def ensure_space(self) -> None: ...

    def close(self) -> None: ...


class ChromaVectorStore:
    """The vector store of one collection."""

    def __init__(self, client: ChromaClient) -> None:
        self._client = client

    @contextmanager
    def _collection(self) -> Iterator[ChromaCollection]:
        """The Chroma collection. Translates its errors."""
        try:
            yield self._client.collection()
        except QuothError:
            raise
        except Exception as error:
            raise self._client.translated(error) from error

    def put(self, ids: Sequence[str], vectors: Vectors, metadata: Sequence[VectorMetadata]) -> None:
        fields: list[Mapping[str, Any]] = [
            {
                "article_id": one.article_id,
                "source": one.source,
                "day": one.date.toordinal() if one.date else UNDATED,
            }
            for one in metadata
        ]
        with self._collection() as collection:
            for at in range(0, len(ids), BATCH):
                collection.upsert(
                    ids=list(ids[at : at + BATCH]),
                    embeddings=vectors[at : at + BATCH],
                    metadatas=fields[at : at + BATCH],
                )

    def delete(self, ids: Iterable[str]) -> None:
        deleted = list(ids)
        with self._collection() as collection:
            for at in range(0, len(deleted), BATCH):
                collection.delete(ids=deleted[at : at + BATCH])

    def nearest(self, vector: Vectors, k: int, filters: Filters) -> dict[str, float]:
        if not np.isfinite(vector).all():
            raise ValueError("a query vector must be finite")
        with self._collection() as collection:
            found = collection.query(
                query_embeddings=vector[None, :],
                n_results=min(k, BATCH),
                where=_where(filters),
                include=["distances"],
            )
        distances = found["distances"] or [[]]
        # Rounding takes some cosines slightly beyond 1.
        cosines = np.clip(1 - np.asarray(distances[0], dtype=np.float32), -1, 1)
        return dict(zip(found["ids"][0], cosines.tolist(), strict=True))

    def similarities(self, vector: Vectors, ids: Sequence[str]) -> dict[str, float]:
        found, vectors = self.get(ids)
        return dict(zip(found, np.clip(vectors @ vector, -1, 1).tolist(), strict=True)) if found else {}

    def get(self, ids: Sequence[str]) -> tuple[list[str], Vectors]:
        found: list[str] = []
        vectors: list[Any] = []
        with self._collection() as collection:
            for at in range(0, len(ids), BATCH):
                part = collection.get(ids=list(ids[at : at + BATCH]), include=["embeddings"])
                found += part["ids"]
                vectors += list(part["embeddings"] if part["embeddings"] is not None else ())
        return found, np.asarray(vectors, dtype=np.float32) if found else np.empty((0, 0), dtype=np.float32)

    def ids(self) -> set[str]:
        found: set[str] = set()
        with self._collection() as collection:
            for offset in range(0, collection.count(), self._client.batch):
                found.update(collection.get(limit=self._client.batch, offset=offset, include=[])["ids"])
        return found

    def count(self) -> int:
        with self._collection() as collection:
            return collection.count()

    def exists(self) -> bool:
        try:
            return self._client.exists()
        except QuothError:
            raise
        except Exception as error:
            raise self._client.translated(error) from error

    def check(self) -> None:
        self._client.check()

    def ensure_space(self) -> None:
        self._client.ensure_space()

    def close(self) -> None:
        self._client.close()


def _where(filters: Filters) -> Any:
    """The filters in Chroma's syntax; None if there are none."""
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
