"""The folders of collections: where each lies, and how one replaces another without a moment in between.

A collection lies in `NAME`. A new version of it is built in `.building/NAME` or `.importing/NAME`.
Once complete, the old one moves to `.replaced/NAME`, the new one to `NAME`, and the old one is deleted.
Whenever the process dies, `recover` finds one of the two complete.
"""

from __future__ import annotations

import re
import shutil
import tempfile
from pathlib import Path

from index.errors import ArchiveEmpty, CollectionInvalid
from index.text.messages.phrase import Phrase

DOCUMENTS, VECTORS = "catalogue.db", "vectors"
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")
_BUILDING, _IMPORTING, _REPLACED, _REMOVED = ".building", ".importing", ".replaced", ".removed"


def checked_name(name: str) -> str:
    """The name. Raises CollectionInvalid if it cannot be a folder's name and part of a URL."""
    if not _NAME.fullmatch(name):
        raise CollectionInvalid(
            Phrase(
                "'{name}' cannot name a collection; use a-z, 0-9, - and _, at most 63 in all", name=name[:80]
            )
        )
    return name


def no_collection(name: str) -> ArchiveEmpty:
    """The error for a collection that does not exist."""
    return ArchiveEmpty(
        Phrase("the collection '{name}' has no articles yet; add some with `quoth add PATH`", name=name)
    )


class CollectionFolders:
    """The collections below one folder, by name."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def names(self) -> list[str]:
        """The names of all collections, sorted."""
        parts = (DOCUMENTS, VECTORS)  # with vectors alone, it has lost its catalogue
        return sorted({path.parent.name for part in parts for path in self._folder.glob(f"[!.]*/{part}")})

    def path(self, name: str) -> Path:
        return self._folder / name

    def building(self, name: str) -> Path:
        """Where a reindexed version is built; it survives restarts, so that reindexing can continue."""
        return self._folder / _BUILDING / name

    def importing(self, name: str) -> Path:
        """Where an imported version is built."""
        return self._folder / _IMPORTING / name

    def install(self, new: Path, name: str) -> None:
        """Moves a complete collection from its folder `new` to its name, where it replaces the one that
        exists. Neither may be open.
        """
        current, old = self.path(name), self._folder / _REPLACED / name
        if not current.exists():
            new.rename(current)
            return
        old.parent.mkdir(exist_ok=True)
        current.rename(old)
        new.rename(current)
        shutil.rmtree(old)

    def remove(self, name: str) -> None:
        """Deletes a collection, which may not be open. It is gone from the first rename on."""
        (self._folder / _REMOVED).mkdir(exist_ok=True)
        trash = Path(tempfile.mkdtemp(dir=self._folder / _REMOVED))
        self.path(name).rename(trash / name)
        shutil.rmtree(trash)

    def recover(self) -> None:
        """Completes an interrupted `install` or `remove`; deletes interrupted imports."""
        for leftover in (_IMPORTING, _REMOVED):
            shutil.rmtree(self._folder / leftover, ignore_errors=True)
        for old in (self._folder / _REPLACED).glob("*"):
            if self.path(old.name).exists():
                shutil.rmtree(old)
            else:
                old.rename(self.path(old.name))
