"""Where collections are kept: each has a generation in use, and new ones are built beside it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from index.errors import ArchiveBroken
from index.storage.protocols import DocumentStore, KeywordIndex, VectorStore


@dataclass(frozen=True, slots=True, kw_only=True)
class Stores:
    """The open stores of one generation."""

    documents: DocumentStore
    vectors: VectorStore
    keywords: KeywordIndex


class Generation(Protocol):
    """One build of a collection. `str` says where it is, for people."""

    @property
    def collection(self) -> str:
        """The name of the collection."""

    def exists(self) -> bool: ...

    def require_documents(self) -> None:
        """Raises ArchiveBroken if there are vectors, but the articles are gone: new ones would pass for an
        empty collection.
        """

    def documents(self) -> DocumentStore:
        """The articles of an existing generation. Raises ArchiveBroken."""

    def open(self) -> Stores:
        """The stores, which are created if there are none. Raises ArchiveBroken."""

    def lost_articles(self) -> ArchiveBroken:
        """The error for vectors whose articles are not there."""

    def clear(self) -> None:
        """Deletes everything in it, which may not be open, nor in use."""

    def vector_damage(self) -> str:
        """What is wrong with the vectors, which may not be open; empty if nothing is."""

    def drop_vectors(self) -> None:
        """Deletes the vectors, which may not be open."""


class Storage(Protocol):
    """The collections of a library."""

    def names(self) -> list[str]:
        """The names of all collections, sorted."""

    def current(self, name: str) -> Generation:
        """The generation in use; one that does not exist if there is no such collection."""

    def create(self, name: str) -> Generation:
        """The generation in use, which can be opened even if there was none."""

    def building(self, name: str) -> Generation:
        """The generation that reindexing builds; it survives restarts, so that reindexing can continue."""

    def begin_anew(self, building: Generation) -> Generation:
        """An empty generation in the place of one that reindexing builds. Whoever else still builds that one
        gets ArchiveEmpty when it next writes.
        """

    def importing(self, name: str) -> Generation:
        """The generation that an import builds."""

    def install(self, new: Generation, *, copy_of: Generation | None = None) -> bool:
        """Puts a complete generation, not open, in the place of the current one, without a moment in between.
        Does nothing, and returns false, if it is no longer a copy of the articles of `copy_of`.
        """

    def remove(self, name: str) -> None:
        """Removes a collection, which may not be open."""

    def sweep(self) -> None:
        """Deletes what was replaced or removed and is kept no longer; may take minutes."""

    def check(self) -> None:
        """Raises ArchiveBroken or StoreUnavailable if nothing can be read or written; takes no time."""

    def close(self) -> None: ...
