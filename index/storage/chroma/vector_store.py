"""The vectors of passages, in Chroma. No other module imports chromadb."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from index.embedding.embedder import Vectors
from index.errors import ArchiveBroken, ArchiveEmpty, QuothError
from index.schemas import Filters
from index.storage.chroma.vector_check import check_openable, has_vectors, seal
from index.storage.disk_space import disk_full, ensure_space, free_bytes
from index.storage.protocols import VectorMetadata
from index.storage.sqlite.database import CLOSED

if TYPE_CHECKING:
    from chromadb import Collection as ChromaCollection
    from chromadb.api import ClientAPI

# The limit of hosted Chroma for one write; local Chroma accepts more, but is no faster with it.
BATCH = 300
# Chroma stores no dates: a day is its `date.toordinal`, and 0 is an article without a date.
UNDATED = 0
# On a disk with less than this Chroma fails with unrelated errors.
FULL_BYTES = 1_000_000


class ChromaVectorStore:
    """The vector store of one collection, in a local folder, which is opened at its first use. Damaged files
    are then noticed, unless `check` is false.
    """

    def __init__(self, folder: Path, *, check: bool = True) -> None:
        self._folder = folder
        self._check = check
        self._lock = threading.Lock()
        self._client: ClientAPI | None = None
        self._closed = False

    def _open(self) -> ChromaCollection:
        with self._lock:
            if self._closed:
                raise ArchiveEmpty(CLOSED)
            if not self._client:
                if self._check:
                    check_openable(self._folder)
                # Half a second of import, which commands that never search are spared.
                import chromadb
                from chromadb.config import Settings

                self._folder.mkdir(exist_ok=True)
                settings = Settings(anonymized_telemetry=False)
                self._client = chromadb.PersistentClient(path=str(self._folder), settings=settings)
                self._vectors = self._client.get_or_create_collection(
                    "passages", configuration={"hnsw": {"space": "cosine"}}, embedding_function=None
                )
            return self._vectors

    @contextmanager
    def _collection(self) -> Iterator[ChromaCollection]:
        """The Chroma collection. Translates its errors: Chroma raises whatever its parts raise."""
        try:
            yield self._open()
        except QuothError:
            raise
        except Exception as error:
            if self._closed:
                raise ArchiveEmpty(CLOSED) from error
            if "full" in str(error) or free_bytes(self._folder.parent) < FULL_BYTES:
                raise disk_full(self._folder) from error
            raise ArchiveBroken(
                f"the vectors in {self._folder} cannot be used ({error}); run `quoth doctor --mend`, which "
                "computes them again, or restore the collection from a backup"
            ) from error

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
                query_embeddings=vector[None, :], n_results=k, where=_where(filters), include=["distances"]
            )
        distances = found["distances"] or [[]]
        # Rounding takes some cosines slightly beyond 1.
        cosines = np.clip(1 - np.asarray(distances[0], dtype=np.float32), -1, 1)
        return dict(zip(found["ids"][0], cosines.tolist(), strict=True))

    def similarities(self, vector: Vectors, ids: Sequence[str]) -> dict[str, float]:
        found, vectors = self.get(ids)
        return dict(zip(found, np.clip(vectors @ vector, -1, 1).tolist(), strict=True)) if found else {}

    def get(self, ids: Sequence[str]) -> tuple[list[str], Vectors]:
        if not ids:
            return [], np.empty((0, 0), dtype=np.float32)
        with self._collection() as collection:
            found = collection.get(ids=list(ids), include=["embeddings"])
        return found["ids"], np.asarray(found["embeddings"], dtype=np.float32)

    def ids(self) -> set[str]:
        with self._collection() as collection:
            return set(collection.get(include=[])["ids"])

    def count(self) -> int:
        with self._collection() as collection:
            return collection.count()

    def exists(self) -> bool:
        return has_vectors(self._folder)

    def ensure_space(self) -> None:
        ensure_space(self._folder.parent)  # the folder itself is created at the first use

    def close(self) -> None:
        with self._lock:
            self._closed = True
            if self._client:
                self._client.close()  # type: ignore[attr-defined]  # only the local client has it
                self._client = None
                if self._folder.is_dir():
                    seal(self._folder)


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
