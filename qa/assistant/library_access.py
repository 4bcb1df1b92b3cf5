"""Articles and collections, as far as the current caller may see and change them."""

from __future__ import annotations

import logging
from collections.abc import Callable, Container, Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from index.embedding.embedder import Embedder
from index.errors import ArchiveBroken, ArchiveEmpty, EmbedderMismatch, StoreUnavailable
from index.library import Library
from index.maintenance.backup import Attachments, Sink
from index.maintenance.backup_file import target_names
from index.readers.registry import read_sources
from index.readers.source_file import SourceFile
from index.schemas import Article, Ingested, Skipped
from index.storage.protocols import DocumentStore
from qa.assistant.catalogue import CatalogueAccess
from qa.assistant.fitted_thresholds import FittedTo, find_thresholds, save_thresholds
from qa.auth import OWNER, caller, permit, requires
from qa.errors import ModelUnavailable
from qa.pipeline.drafting.confidence import DEFAULT
from qa.schemas import Thresholds
from qa.verification.verifiers.verifier import Verifier, identity

logger = logging.getLogger(__name__)


class LibraryAccess(CatalogueAccess):
    """The articles and collections of one library, to be read and changed."""

    def __init__(
        self,
        library: Library,
        *,
        private_urls: bool = False,
        make_embedder: Callable[[], Embedder] | None = None,
        attachments: Attachments | None = None,
        verifier: Verifier | None = None,
    ) -> None:
        """`make_embedder` makes the library's embedder anew, in other processes. `attachments` is what the
        owner's exports hold beside the articles. Thresholds belong to the embedder and the `verifier`.
        """
        self.home = library.folder
        self.embedder_name = library.embedder.name
        self._library = library
        self._private_urls = private_urls
        self._make_embedder = make_embedder
        self._attachments = attachments
        self._fitted_to = FittedTo(self.embedder_name, identity(verifier))
        self._default_thresholds = DEFAULT
        self._tried_thresholds: dict[str, Thresholds] = {}
        self._told_doubts: set[str] = set()

    def _documents(self, collection: str) -> DocumentStore:
        return self._library.collection(collection).documents

    def _names(self) -> list[str]:
        return self._library.names()

    @requires("editor")
    def read(self, sources: Sequence[str | SourceFile]) -> Iterator[Article | Skipped]:
        """The articles of files and web addresses, for `add`; see `read_sources`."""
        return read_sources(sources, private_urls=self._private_urls)

    @requires("editor", "collection")
    def add(
        self, items: Iterable[Article | Skipped], *, collection: str = "default"
    ) -> Generator[Ingested | Skipped, None, None]:
        """Stores articles and yields an outcome for each; an article whose outcome was yielded is stored
        even if the iteration stops. `read` gives the items of files and addresses. Raises DiskFull.
        """
        return self._library.add(collection, items)

    @requires("editor", "collection")
    def add_with_ray(
        self, items: Iterable[Article | Skipped], *, collection: str = "default", actors: int
    ) -> Generator[Ingested | Skipped, None, None]:
        """As `add`, with the vectors computed in `actors` processes of Ray. Raises StorePackagesMissing."""
        from index.queue.bulk import add_with_ray

        if self._make_embedder is None:
            raise ModelUnavailable("this assistant cannot make its embedder in other processes; use `add`")
        stored = self._library.collection(collection, make=True)
        return add_with_ray(stored, items, self._make_embedder, actors=actors)

    @requires("reader")
    def outdated(self) -> dict[str, int]:
        """The number of articles in each visible collection to be reindexed; see `Library.outdated`."""
        return {name: count for name, count in self._library.outdated().items() if caller().sees(name)}

    @requires("admin", "collection")
    def reindex(self, collection: str) -> Iterator[Ingested]:
        """Rebuilds a collection with the current embedder and yields an outcome for each article; continues
        an interrupted run. Raises DiskFull, ArchiveBroken.
        """
        return self._library.reindex(collection)

    @requires("admin")
    def export(
        self, sink: Sink, *, collection: str | None = None, articles_only: bool = False
    ) -> Iterator[None]:
        """Writes one collection, or all visible ones, to a file, with a step for each article; articles may
        be added meanwhile. For the owner, who exports all of them, keys (as hashes) and feedback are in the
        file too, unless it is to have `articles_only`. Raises ArchiveEmpty if there is none.
        """
        names = [collection] if collection else self.collections()
        if not names:
            raise ArchiveEmpty("there are no articles to export yet; add some with `quoth add PATH`")
        for name in names:
            permit("admin", name)
        return self._library.export(names, sink, attachments=self._attached(collection, articles_only))

    @requires("admin")
    def restore(
        self, file: Path, *, name: str | None = None, replace: bool = False, articles_only: bool = False
    ) -> Iterator[None]:
        """Restores the collections of an exported file, all or none, with a step for each article.

        `name` renames the only collection of a file. Vectors of another embedder are computed again. For the
        owner, keys and feedback in the file are added to those that there are, unless `name` or
        `articles_only` is given. Raises SnapshotInvalid.
        """
        names = target_names(file, name)
        for restored in names.values():
            permit("admin", restored)
        attached = self._attached(name, articles_only)
        return self._library.restore(file, names, replace=replace, attachments=attached)

    def _attached(self, only: str | None, articles_only: bool) -> Attachments | None:
        """What goes with all collections. An admin makes no keys, and so must not bring any; nor must another
        account of the machine.
        """
        is_owner = caller() == OWNER and caller().proven
        return self._attachments if is_owner and not (only or articles_only) else None

    @requires("editor", "collection")
    def remove(
        self, ids: Sequence[str], *, collection: str = "default", digests: Container[str] | None = None
    ) -> None:
        """Removes articles, all or none. Raises ArticleUnknown if one does not exist, and ArticleChanged if
        `digests` are given and its digest is not one of them.
        """
        self._library.collection(collection).remove(ids, digests=digests)

    @requires("editor", "name")
    def remove_collection(self, name: str) -> None:
        """Removes a collection with all its articles. Raises ArchiveEmpty if there is none, and
        CollectionInvalid for the default one.
        """
        self._library.remove(name)

    @requires("reader", "collection")
    def thresholds(self, collection: str = "default") -> Thresholds:
        """The confidence thresholds that were fitted to the collection with its embedder and the verifier, or
        else the default ones; the log says if some were fitted with others. Raises ArchiveEmpty.
        """
        metadata = self._documents(collection).metadata
        if tried := self._tried_thresholds.get(collection):
            return tried
        found = find_thresholds(metadata, self._fitted_to)
        if found.doubt and collection not in self._told_doubts:
            self._told_doubts.add(collection)
            logger.warning(
                "the thresholds of the collection '%s' were %s; run `quoth eval --calibrate`",
                collection,
                found.doubt,
            )
        return found.thresholds or self._default_thresholds

    @requires("admin", "collection")
    def set_thresholds(self, thresholds: Thresholds, *, collection: str = "default") -> None:
        """Stores the confidence thresholds of the collection for its embedder and the verifier: others are
        sure in other ways.
        """
        save_thresholds(self._documents(collection).metadata, self._fitted_to, thresholds)

    @requires("admin", "collection")
    @contextmanager
    def trying(self, thresholds: Thresholds, *, collection: str = "default") -> Iterator[None]:
        """Answers from the collection by these thresholds, in this process and within the block."""
        before = self._tried_thresholds.get(collection)
        self._tried_thresholds[collection] = thresholds
        try:
            yield
        finally:
            if before is None:
                del self._tried_thresholds[collection]
            else:
                self._tried_thresholds[collection] = before

    @requires("reader")
    def counts(self) -> dict[str, int]:
        """The number of articles in each visible collection, sorted by name."""
        outdated = self.outdated()
        return {
            name: outdated[name] if name in outdated else self._count(name)
            for name in sorted(self.collections())
        }

    def _searchable_counts(self) -> dict[str, int]:
        """The number of articles in each visible collection, without those that another embedder made or that
        are damaged: nothing else can be measured while a metric fails.
        """
        counts: dict[str, int] = {}
        with suppress(StoreUnavailable):
            for name in sorted(self.collections()):
                with suppress(ArchiveBroken, EmbedderMismatch):
                    counts[name] = self._count(name)
        return counts

    def _count(self, name: str) -> int:
        return self.articles(collection=name, limit=0).total
