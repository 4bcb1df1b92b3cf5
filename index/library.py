"""All collections of a home folder, owned by one process at a time."""

from __future__ import annotations

import threading
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, nullcontext, suppress
from pathlib import Path
from typing import Self

from index.collection import Collection, open_collection
from index.embedding.embedder import Embedder
from index.embedding.reranker import Reranker
from index.embedding.served import ServedEmbedder
from index.errors import (
    ArchiveBroken,
    ArchiveEmpty,
    CollectionInvalid,
    EmbedderMismatch,
    QuothError,
)
from index.maintenance.backup import Attachments, Sink, write_backup
from index.maintenance.reindex import outdated, reindex, unfinished
from index.maintenance.restore import build, undone, verified
from index.maintenance.sweep import sweep, sweep_storage
from index.maintenance.vector_sample import check_sample
from index.queue.ingest_queue import IngestQueue
from index.schemas import Article, Ingested, Skipped
from index.storage.folders.folder_storage import FolderStorage
from index.storage.folders.layout import checked_name, no_collection
from index.storage.generations import Generation, Storage
from index.storage.protocols import VectorStore
from index.text.messages.phrase import Phrase

DEFAULT = "default"  # the collection used when none is named; it cannot be removed


class Library:
    """Collections by name. This process owns the folder until `close`."""

    def __init__(
        self,
        folder: Path,
        embedder: Embedder,
        *,
        reranker: Reranker | None = None,
        queue: IngestQueue | None = None,
        storage: Storage | None = None,
        address: str = "",
        token: str = "",
    ) -> None:
        """Without a `storage` the collections are in the folder (`FolderStorage`). Raises ArchiveLocked."""
        self.folder = folder
        self.embedder = embedder
        self._reranker = reranker
        self._storage = storage or FolderStorage(folder, address=address, token=token)
        self._open: dict[str, tuple[Generation, Collection]] = {}
        self._opening = threading.Lock()
        self._restoring = threading.Lock()
        self._queue = queue

    def collection(self, name: str, *, make: bool = False) -> Collection:
        """The collection of this name; with `make`, it is created if there is none.

        Raises ArchiveEmpty if there is none, and CollectionInvalid for an invalid name.
        """
        current = self._storage.create if make else self._storage.current
        generation, opened = current(checked_name(name)), self._open.get(name)
        if opened and opened[0] == generation:  # without the lock: another collection may take long to open
            return opened[1]
        with self._opening:
            generation, opened = current(name), self._open.get(name)
            if not opened or opened[0] != generation:  # another process may have put a new one in its place
                self._close(name)
                if not make and not generation.exists():
                    raise no_collection(name)
                opened = generation, self._opened(generation)
                self._open[name] = opened
            return opened[1]

    def _opened(self, generation: Generation) -> Collection:
        collection = open_collection(generation, self.embedder, self._reranker)
        if isinstance(self.embedder, ServedEmbedder):
            try:
                check_sample(collection, self.embedder)
            except QuothError:
                collection.close()
                raise
        return collection

    def add(self, name: str, items: Iterable[Article | Skipped]) -> Generator[Ingested | Skipped, None, None]:
        """Stores the articles in the collection, which is created if there is none, while the outcomes are
        iterated; see `Ingest`. Where there is a queue, its workers do it; see `IngestQueue`.
        """
        if self._queue:
            return self._queue.add(checked_name(name), items)
        return self.store(name, items)

    def store(
        self, name: str, items: Iterable[Article | Skipped]
    ) -> Generator[Ingested | Skipped, None, None]:
        """As `add`, in this process."""
        return self.collection(name, make=True).add(items)

    def sweep(self) -> int:
        """Deletes what interrupted writes, replaced and removed collections have left behind; returns the
        number of vectors of the first.
        """
        return sweep(self._storage, self.collection)

    def names(self) -> list[str]:
        """The names of all collections, sorted."""
        return self._storage.names()

    def remove(self, name: str) -> None:
        """Removes a collection with all its articles, whichever embedder made it. Threads that use it get
        ArchiveEmpty. Raises ArchiveEmpty if there is none, and CollectionInvalid for the default one.
        """
        if name == DEFAULT:
            raise CollectionInvalid(
                Phrase("the collection '{name}' stays; remove its articles instead", name=DEFAULT)
            )
        with self._opening:
            if checked_name(name) not in self.names():
                raise ArchiveEmpty(
                    Phrase("there is no collection '{name}'; `quoth collections` lists them", name=name)
                )
            self._close(name)
            self._storage.remove(name)
        sweep_storage(self._storage)

    def outdated(self) -> dict[str, int]:
        """The collections that another embedder made, or whose articles were indexed without their languages,
        each with its number of articles.
        """
        counts = {name: self._outdated(name) for name in self.names()}
        return {name: count for name, count in counts.items() if count is not None}

    def _outdated(self, name: str) -> int | None:
        current = self._storage.current(name)
        count = outdated(current, self.embedder)
        if count is None and isinstance(self.embedder, ServedEmbedder):
            # Its name does not tell its weights.
            try:
                self.collection(name)
            except EmbedderMismatch:
                with closing(current.documents()) as documents:
                    return documents.counts()[0]
            except QuothError:
                return None  # said wherever the collection is used
        return count

    def reindex(self, name: str) -> Iterator[Ingested]:
        """Rebuilds the collection with this library's embedder; yields the outcome of each article. The
        current one answers until the new one is complete. An interrupted run is continued.

        In a folder, nothing may be added to the collection meanwhile. Raises DiskFull, ArchiveBroken, and
        ArchiveEmpty if another process has finished first, or has begun with another embedder.
        """
        current = self._storage.current(checked_name(name))
        building = unfinished(self._storage, name, self.embedder)
        while True:
            yield from reindex(current, building, self.embedder, self._vectors_of(name))
            with self._opening:
                self._close(name)
                installed = self._storage.install(building, copy_of=current)
            if installed:
                sweep_storage(self._storage)
                return

    def _vectors_of(self, name: str) -> VectorStore | None:
        """The vectors of a collection, if this library's embedder computed them and they can be used."""
        with suppress(EmbedderMismatch, ArchiveBroken):
            return self.collection(name).vectors
        return None

    def check(self) -> None:
        """Raises ArchiveBroken or DiskFull if the folder, or an open collection, cannot be written to, or if
        a collection has lost its catalogue or its vectors.
        """
        self._storage.check()
        for _, collection in list(self._open.values()):
            collection.check()

    def vector_damage(self, name: str) -> str:
        """What is wrong with the vectors of a collection; empty if nothing is. A child process reads all of
        them and searches once.
        """
        return self._closed(name).vector_damage()

    def drop_vectors(self, name: str) -> None:
        """Deletes the vectors of a collection, all of which `index.maintenance.integrity.repair` can compute
        again. Raises ArchiveBroken if its articles are not there.
        """
        generation = self._storage.current(checked_name(name))
        with closing(generation.documents()) as documents:
            documents.check_integrity()
            if not documents.counts()[0]:
                raise generation.lost_articles()
        self._closed(name).drop_vectors()

    def _closed(self, name: str) -> Generation:
        with self._opening:
            self._close(checked_name(name))
        return self._storage.current(name)

    def export(
        self, names: Sequence[str], sink: Sink, *, attachments: Attachments | None = None
    ) -> Iterator[None]:
        """Writes the collections to one file, a step for each article; others may be added meanwhile. See
        `index.maintenance.backup`. Raises ArchiveEmpty if there is no collection of a name.
        """
        opened = {name: self.collection(name) for name in names}
        attached = attachments.contents() if attachments else {}
        yield from write_backup(opened, self.embedder.name, sink, attached)

    def restore(
        self, file: Path, names: Mapping[str, str], *, replace: bool = False,
        attachments: Attachments | None = None,
    ) -> Iterator[None]:  # fmt: skip
        """Creates the collections of an exported file under the names that `names` maps theirs to, a step
        for each article; at the end all of them exist, or none. What the file has for `attachments` goes to
        them. Raises SnapshotInvalid if the file is damaged, or if a collection exists and `replace` is not
        set. A replaced collection must not be searched meanwhile.
        """
        with self._restoring:
            manifest, attached = verified(file, attachments)
            built = yield from build(file, manifest, names, self._storage, self.embedder, replace=replace)
            with undone(built), attachments.adding(attached) if attachments else nullcontext(), self._opening:
                while built:
                    self._close(built[0].collection)
                    self._storage.install(built[0])
                    del built[0]
            sweep_storage(self._storage)

    def _close(self, name: str) -> None:
        if opened := self._open.pop(name, None):
            opened[1].close()

    def close(self) -> None:
        for _, collection in self._open.values():
            collection.close()
        self._open.clear()
        self._storage.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
