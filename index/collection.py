"""A collection: articles in, hits out."""

from __future__ import annotations

import re
import threading
from collections.abc import Container, Generator, Iterable, MutableMapping, Sequence
from functools import cached_property
from pathlib import Path

import numpy as np

from index.embedding.cache import EmbeddingCache
from index.embedding.embedder import Embedder, TextTokenizer, Vectors
from index.embedding.reranker import Reranker
from index.errors import ArchiveEmpty, ArticleChanged, CollectionInvalid, EmbedderMismatch
from index.ingest import Ingest, sweep
from index.retrieval.hybrid import HybridRetriever
from index.schemas import Article, Filters, Hit, Ingested, Query, Skipped
from index.storage.document_store import DocumentStore
from index.storage.keyword_index import KeywordIndex
from index.storage.vector_store import VectorStore
from index.text.normalization import weighted_words

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")


def checked_name(name: str) -> str:
    """The name, or CollectionInvalid: it becomes a folder's name and part of addresses."""
    if not _NAME.fullmatch(name):
        raise CollectionInvalid(
            f"'{name[:80]}' cannot name a collection; use a-z, 0-9, - and _, at most 63 in all"
        )
    return name


class Collection:
    """One folder's catalogue and vectors. Many may search and add at once; one at a time writes."""

    def __init__(self, folder: Path, embedder: Embedder, reranker: Reranker | None = None) -> None:
        self._folder = folder
        self._embedder = embedder
        self._reranker = reranker
        self._writing = threading.Lock()
        self._sentences = EmbeddingCache(embedder.encode)
        folder.mkdir(parents=True, exist_ok=True)
        self.catalogue = DocumentStore(folder / "catalogue.db")
        self.lexical = KeywordIndex(self.catalogue)
        made_with = self.catalogue.fact("embedder", embedder.name)
        if made_with != embedder.name:
            self.catalogue.close()
            raise EmbedderMismatch(
                f"the collection in {folder} was made with the embedder '{made_with}', "
                f"not '{embedder.name}'; "
                "run `quoth reindex`, or use that one again"
            )
        #: how many vectors without a passage the last crash had left; they are gone now
        self.swept = sweep(self.catalogue, self.archive) if self.catalogue.strays() else 0

    @cached_property
    def archive(self) -> VectorStore:
        return VectorStore(self._folder / "vectors")

    def add(
        self,
        items: Iterable[Article | Skipped],
        *,
        again: bool = False,
        known: MutableMapping[tuple[str, int, int], Vectors] | None = None,
    ) -> Generator[Ingested | Skipped, None, None]:
        """Keep the articles while the outcomes are walked through, `again` also those that are
        there unchanged, with the vectors that are `known`; see `Ingest`.
        """
        ingest = Ingest(
            catalogue=self.catalogue,
            archive=self.archive,
            embedder=self._embedder,
            folder=self._folder,
            writing=self._writing,
            known={} if known is None else known,
        )
        yield from ingest(items, again=again)

    def remove(self, ids: Sequence[str], *, digests: Container[str] | None = None) -> None:
        """Forget the articles and all of them; nothing is done if one is missing (ArticleUnknown), or has
        none of the `digests` where there are any (ArticleChanged).
        """
        with self._writing:
            for article_id in ids:
                article = self.catalogue.article(article_id)
                if digests is not None and article.digest not in digests:
                    raise ArticleChanged(f"the article '{article_id}' was changed since; read it again")
            self.catalogue.remove(ids)
            sweep(self.catalogue, self.archive)

    def search(self, query: Query | str, *, k: int = 10, filters: Filters = Filters()) -> list[Hit]:
        """The k passages that fit best, best first; ArchiveEmpty where there is nothing to search.

        A string is parsed as a line of `Query`.
        """
        if not self.catalogue.counts()[0]:
            raise ArchiveEmpty("the collection has no articles yet; add some with `quoth add FILE_OR_FOLDER`")
        search = HybridRetriever(
            catalogue=self.catalogue,
            archive=self.archive,
            lexical=self.lexical,
            embedder=self._embedder,
            reranker=self._reranker,
        )
        return search(_query(query), k=k, filters=filters)

    def weights(self, query: Query | str) -> dict[str, float]:
        """The stems of the query's words that carry matter, each with its rarity here times how much it
        counts in the query.
        """
        query = _query(query)
        return self.lexical.weights(weighted_words(query.text, query.context))

    @property
    def tokens(self) -> TextTokenizer:
        """How this collection's embedder counts."""
        return self._embedder.tokens

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of sentences by this collection's embedder, shape (len(texts), dimension)."""
        return self._sentences(texts)

    def likeness(self, query: Query | str, texts: Sequence[str]) -> Vectors:
        """The cosine of the query with each of the texts, shape (len(texts),)."""
        return np.asarray(self._sentences(texts) @ self._embedder.encode_query(str(query)))

    def close(self) -> None:
        """Waits for what is being written. Whoever still searches or adds gets ArchiveEmpty."""
        with self._writing:
            self.catalogue.close()
            if "archive" in self.__dict__:
                self.archive.close()


def _query(query: Query | str) -> Query:
    return query if isinstance(query, Query) else Query.parse(query)
