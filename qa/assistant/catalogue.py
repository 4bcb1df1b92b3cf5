"""Reading articles: what needs neither a model nor an embedder, and so is ready at once."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Self

from index.errors import ArchiveEmpty, ArchiveLocked
from index.schemas import Article, ArticlePage, Filters
from index.storage.folders.layout import checked_name, no_collection
from index.storage.generations import Generation, Storage
from qa.assistant.storage import open_storage
from qa.auth import caller, requires

if TYPE_CHECKING:
    from index.storage.protocols import DocumentStore
    from qa.client import Quoth
    from qa.settings import Settings


class CatalogueAccess(ABC):
    """The articles of a home's collections, with the permission that each method requires.

    Methods raise NotAllowed if the current caller of `qa.auth` lacks that permission.
    """

    @abstractmethod
    def _documents(self, collection: str) -> DocumentStore:
        """The documents of a collection. Raises ArchiveEmpty if there is none."""

    @abstractmethod
    def _names(self) -> list[str]:
        """The names of all collections, sorted."""

    @requires("reader", "collection")
    def article(self, article_id: str, *, collection: str = "default") -> Article:
        """The article with its text. Raises ArticleUnknown."""
        return self._documents(collection).article(article_id)

    @requires("reader", "collection")
    def articles(
        self,
        *,
        collection: str = "default",
        limit: int | None = None,
        offset: int = 0,
        search: str = "",
        filters: Filters = Filters(),
    ) -> ArticlePage:
        """A page of the articles that pass the filters, without their texts, newest first; with `search`
        those whose title or source contains it. Empty if there is no such collection.
        """
        try:
            documents = self._documents(collection)
        except ArchiveEmpty:
            return ArticlePage(articles=(), total=0)
        return documents.list_articles(limit=limit, offset=offset, search=search, filters=filters)

    @requires("reader", "collection")
    def sources(self, *, collection: str = "default") -> list[str]:
        """The publishers of its articles, sorted; none if there is no such collection."""
        try:
            return self._documents(collection).sources()
        except ArchiveEmpty:
            return []

    @requires("reader")
    def collections(self) -> list[str]:
        """The names of all visible collections."""
        return [name for name in self._names() if caller().sees(name)]


class Catalogue(CatalogueAccess):
    """The articles of a storage, which it closes, whichever embedder made the collections.

    Nothing can be searched or changed.
    """

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self._open: dict[Generation, DocumentStore] = {}

    def _documents(self, collection: str) -> DocumentStore:
        generation = self._storage.current(checked_name(collection))
        if generation not in self._open:
            if not generation.exists():
                raise no_collection(collection)
            self._open[generation] = generation.documents()
        return self._open[generation]

    def _names(self) -> list[str]:
        return self._storage.names()

    def close(self) -> None:
        for documents in self._open.values():
            documents.close()
        self._storage.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def catalogue_or_connect(settings: Settings) -> Catalogue | Quoth:
    """The articles of the settings' home, or a client of the server that owns it; use it in a `with`.

    Raises ArchiveLocked if another process owns the home without serving it, and as `open_storage` does.
    """
    try:
        return Catalogue(open_storage(settings))
    except ArchiveLocked as locked:
        if not locked.address:
            raise
        from qa.client import Quoth

        return Quoth(locked.address, key=locked.token)
