"""The folder that holds all collections, owned by one process at a time."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Self

from filelock import FileLock, Timeout

from index.collection import Collection, checked_name
from index.embedding.embedder import Embedder
from index.embedding.reranker import Reranker
from index.errors import ArchiveBroken, ArchiveEmpty, ArchiveLocked, CollectionInvalid, SnapshotInvalid
from index.maintenance.backup import Sink, check, write
from index.maintenance.reindex import IMPORTING, REMOVED, build, outdated, recover, swap
from index.maintenance.restore import restore
from index.schemas import Ingested
from index.storage.private_file import write_privately

DEFAULT = "default"
"""The collection of whoever names none; it stays."""


class Library:
    """Collections by name. Two processes that write to one vector store lose vectors without a
    word, so a lock on the folder makes this process its owner until `close`.
    """

    def __init__(
        self,
        folder: Path,
        embedder: Embedder,
        *,
        reranker: Reranker | None = None,
        address: str = "",
        token: str = "",
    ) -> None:
        """`address` is where this process answers over HTTP, and `token` its key for whoever may read
        the home; other processes learn both from the error.

        Raises ArchiveLocked, with the owner's process id and address, where another is the owner.
        """
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ArchiveBroken(
                f"{folder} cannot hold the archive: {error.strerror}; choose another --home"
            ) from None
        self.folder = folder
        self._collections = folder / "collections"
        self.embedder = embedder
        self._reranker = reranker
        self._open: dict[str, Collection] = {}
        self._opening = threading.Lock()
        self._restoring = threading.Lock()
        self._owner = folder / "owner.json"
        self._lock = FileLock(folder / "owner.lock")
        try:
            self._lock.acquire(timeout=0)
        except Timeout:
            raise self._locked() from None
        note = {"pid": os.getpid(), "address": address, "token": token}
        write_privately(self._owner, json.dumps(note))
        recover(self._collections)

    def _locked(self) -> ArchiveLocked:
        pid, address, token = self._noted_owner()
        where = f", which answers at {address}" if address else ""
        return ArchiveLocked(
            f"the archive in {self.folder} is in use by process {pid or '(unknown)'}{where}; "
            f"stop that one first{', or ask it there' if address else ''}",
            address,
            token,
        )

    def _noted_owner(self) -> tuple[int, str, str]:
        """The process id, address and token of the owner; 0 and none where it has not noted them yet."""
        try:
            note = json.loads(self._owner.read_text())
            pid, address, token = int(note["pid"]), str(note["address"]), str(note["token"])
            with suppress(PermissionError):  # there is one, of another user
                os.kill(pid, 0)  # nothing is sent: is there such a process?
        except (OSError, ValueError, KeyError, TypeError):
            # What is there is not the lock's holder's: it was left by a process that was killed.
            return 0, "", ""
        return pid, address, token

    def collection(self, name: str, *, make: bool = False) -> Collection:
        """The collection of this name; where there is none, it is made or ArchiveEmpty is raised.

        Raises CollectionInvalid for a name that cannot be one.
        """
        with self._opening:
            if checked_name(name) not in self._open:
                folder = self._collections / name
                if not make and not folder.exists():
                    raise ArchiveEmpty(
                        f"the collection '{name}' has no articles yet; add some with `quoth add PATH`"
                    )
                self._open[name] = Collection(folder, self.embedder, self._reranker)
            return self._open[name]

    def names(self) -> list[str]:
        """The names of all collections."""
        return sorted(path.parent.name for path in self._collections.glob("[!.]*/catalogue.db"))

    def remove(self, name: str) -> None:
        """Forget a collection with all its articles, whoever made its vectors. Who searches it, or adds to
        it, is told that there is none.

        Raises ArchiveEmpty where there is none, and CollectionInvalid for the default one.
        """
        if name == DEFAULT:
            raise CollectionInvalid(f"the collection '{DEFAULT}' stays; remove its articles instead")
        with self._opening:
            if checked_name(name) not in self.names():
                raise ArchiveEmpty(f"there is no collection '{name}'; `quoth collections` lists them")
            if known := self._open.pop(name, None):
                known.close()
            (self._collections / REMOVED).mkdir(exist_ok=True)
            place = Path(tempfile.mkdtemp(dir=self._collections / REMOVED))
            # From this rename on it is gone; what a crash leaves of its files, the next owner sweeps.
            (self._collections / name).rename(place / name)
        shutil.rmtree(place)

    def outdated(self) -> dict[str, int]:
        """The collections that another embedder made, each with the number of its articles."""
        counts = {name: outdated(self._collections / name, self.embedder) for name in self.names()}
        return {name: count for name, count in counts.items() if count is not None}

    def reindex(self, name: str) -> Iterator[Ingested]:
        """Make the collection anew with this library's embedder, and tell of each article while it is
        walked through. The old one answers until all are there; a run that was cut short is gone on with.

        Nothing may be added to it meanwhile. Raises DiskFull, ArchiveBroken.
        """
        yield from build(self._collections, checked_name(name), self.embedder)
        with self._opening:
            if known := self._open.pop(name, None):
                known.close()
            swap(self._collections, name)

    def check(self) -> None:
        """Raises ArchiveBroken or DiskFull where the folder, or a collection that is open, cannot be
        written to.
        """
        if self._noted_owner()[0] != os.getpid():
            raise ArchiveBroken(
                f"the archive in {self.folder} is not this process's any more: its folder was moved, "
                "replaced or unmounted; put it back and restart"
            )
        for collection in list(self._open.values()):
            collection.catalogue.check_writable()

    def export(self, names: Sequence[str], sink: Sink) -> Iterator[None]:
        """Write the collections to one file, a step for each article, while others are added; see
        `index.maintenance.backup`. Raises ArchiveEmpty where there is none of that name.
        """
        yield from write({name: self.collection(name) for name in names}, self.embedder.name, sink)

    def restore(self, file: Path, names: Mapping[str, str], *, replace: bool = False) -> Iterator[None]:
        """Make the collections of an exported file, each under the name that `names` has for it, a step for
        each article; all of them are there at the end, or none.

        Raises SnapshotInvalid where the file is damaged, or where a collection is there and not to be
        replaced. One that is replaced must not be searched meanwhile.
        """
        with self._restoring:
            manifest = check(file)
            for name in names.values():
                if (self._collections / checked_name(name)).exists() and not replace:
                    raise SnapshotInvalid(
                        f"there is a collection '{name}' already; import the file under another name, with "
                        "--as, or put it in the place of that one, with --replace"
                    )
            building = self._collections / IMPORTING
            for saved, name in names.items():
                yield from restore(file, manifest, saved, building / name, self.embedder)
            with self._opening:
                for name in names.values():
                    if known := self._open.pop(name, None):
                        known.close()
                    if (self._collections / name).exists():
                        swap(self._collections, name, building / name)
                    else:
                        (building / name).rename(self._collections / name)

    def close(self) -> None:
        for collection in self._open.values():
            collection.close()
        self._open.clear()
        if self._lock.is_locked:  # closed before, the note may be the next owner's
            self._owner.unlink(missing_ok=True)
            self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
