"""Chroma in a folder of this machine."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING

from index.errors import ArchiveBroken, ArchiveEmpty, QuothError
from index.storage.chroma.vector_check import check_openable, has_vectors, seal
from index.storage.disk_space import disk_full, ensure_space, free_bytes
from index.storage.protocols import CLOSED

if TYPE_CHECKING:
    from chromadb import Collection as ChromaCollection
    from chromadb.api import ClientAPI
    from chromadb.api.collection_configuration import CreateCollectionConfiguration

# The inner product of unit vectors is their cosine. With the space `cosine`, which older collections have,
# Chroma divides vectors by their length once more, and they come back with other last digits.
CONFIGURATION: CreateCollectionConfiguration = {"hnsw": {"space": "ip"}}

# On a disk with less than this Chroma fails with unrelated errors.
FULL_BYTES = 1_000_000


class FolderClient:
    """A Chroma collection in a local folder, which is opened at its first use. Damaged files are then
    noticed, unless `check` is false.
    """

    batch = 5_000

    def __init__(self, folder: Path, *, check: bool = True) -> None:
        self._folder = folder
        self._check = check
        self._lock = threading.Lock()
        self._client: ClientAPI | None = None
        self._closed = False

    def collection(self) -> ChromaCollection:
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
                    "passages", configuration=CONFIGURATION, embedding_function=None
                )
            return self._vectors

    def translated(self, error: Exception) -> QuothError:
        if self._closed:
            return ArchiveEmpty(CLOSED)
        if "full" in str(error) or free_bytes(self._folder.parent) < FULL_BYTES:
            return disk_full(self._folder)
        return ArchiveBroken(
            f"the vectors in {self._folder} cannot be used ({error}); run `quoth doctor --mend`, which "
            "computes them again, or restore the collection from a backup"
        )

    def exists(self) -> bool:
        return has_vectors(self._folder)

    def check(self) -> None:
        """Files of this machine need no answer."""

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
