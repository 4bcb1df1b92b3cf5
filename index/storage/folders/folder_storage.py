"""Collections in folders of this machine: SQLite and Chroma's files, owned by one process at a time."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from index.errors import ArchiveBroken
from index.storage.chroma.vector_check import find_damage
from index.storage.folders.layout import DOCUMENTS, VECTORS, CollectionFolders
from index.storage.folders.ownership import own_folder
from index.storage.generations import Generation, Stores
from index.storage.protocols import DocumentStore
from index.storage.sqlite.database import Database
from index.storage.sqlite.document_store import SQLiteDocumentStore


@dataclass(frozen=True, slots=True)
class FolderGeneration:
    """The collection in one folder."""

    folder: Path

    def __str__(self) -> str:
        return str(self.folder)

    @property
    def collection(self) -> str:
        return self.folder.name

    def exists(self) -> bool:
        return self.folder.exists()

    def require_documents(self) -> None:
        if (self.folder / VECTORS).exists() and not (self.folder / DOCUMENTS).exists():
            raise self.lost_articles()

    def documents(self) -> DocumentStore:
        self.require_documents()
        return SQLiteDocumentStore(Database(self.folder / DOCUMENTS))

    def open(self) -> Stores:
        # Slow to import, and not needed to list articles.
        from index.storage.chroma.folder_client import FolderClient
        from index.storage.chroma.vector_store import ChromaVectorStore
        from index.storage.sqlite.keyword_index import FTS5KeywordIndex

        self.require_documents()
        self.folder.mkdir(parents=True, exist_ok=True)
        database = Database(self.folder / DOCUMENTS)
        return Stores(
            documents=SQLiteDocumentStore(database),
            vectors=ChromaVectorStore(FolderClient(self.folder / VECTORS)),
            keywords=FTS5KeywordIndex(database),
        )

    def clear(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)

    def vector_damage(self) -> str:
        vectors = self.folder / VECTORS
        return find_damage(vectors) if vectors.exists() else ""

    def lost_articles(self) -> ArchiveBroken:
        return ArchiveBroken(
            f"the catalogue {self.folder / DOCUMENTS} is gone or empty, but its vectors are there; "
            "restore it from a backup (`quoth import FILE --replace`), or, to begin anew, move "
            f"{self.folder} away and add the articles again"
        )

    def drop_vectors(self) -> None:
        shutil.rmtree(self.folder / VECTORS)


class FolderStorage:
    """The collections of a home folder, which this process owns until `close`."""

    def __init__(self, home: Path, *, address: str = "", token: str = "") -> None:
        """`address` is where this process serves HTTP, and `token` its key for callers that can read the
        folder; other processes learn both from their ArchiveLocked.

        Raises ArchiveLocked, with the owner's process id and address, if another process owns the folder, and
        ArchiveBroken if it cannot be a folder.
        """
        self._folders = CollectionFolders(home / "collections")
        self._lock = own_folder(home, address=address, token=token)
        self._folders.recover()

    def names(self) -> list[str]:
        return self._folders.names()

    def current(self, name: str) -> FolderGeneration:
        return FolderGeneration(self._folders.path(name))

    def create(self, name: str) -> FolderGeneration:
        return self.current(name)

    def building(self, name: str) -> FolderGeneration:
        return FolderGeneration(self._folders.building(name))

    def begin_anew(self, building: Generation) -> Generation:
        building.clear()  # nobody else can have it open
        return building

    def importing(self, name: str) -> FolderGeneration:
        return FolderGeneration(self._folders.importing(name))

    def install(self, new: Generation, *, copy_of: Generation | None = None) -> bool:
        """Always true: nobody else adds articles meanwhile."""
        assert isinstance(new, FolderGeneration)
        self._folders.install(new.folder, new.collection)
        return True

    def remove(self, name: str) -> None:
        self._folders.remove(name)

    def sweep(self) -> None:
        """Nothing is kept that was replaced or removed."""

    def check(self) -> None:
        self._lock.check()
        for name in self.names():
            self.current(name).require_documents()

    def close(self) -> None:
        self._lock.release()
