"""A collection: articles in, hits out."""

from __future__ import annotations

import threading
from collections.abc import Callable, Container, Generator, Iterable, MutableMapping, Sequence

import numpy as np

from index.chunking import Span
from index.embedding.cache import EmbeddingCache
from index.embedding.embedder import Embedder, TextTokenizer, Vectors, relative
from index.embedding.reranker import Reranker
from index.errors import (
    ArchiveBroken,
    ArchiveEmpty,
    ArticleChanged,
    EmbedderMismatch,
    QuothError,
)
from index.ingest import Ingest, Place, delete_orphan_vectors
from index.retrieval.hybrid import HybridRetriever
from index.schemas import Article, Filters, Hit, Ingested, Missing, Query, Skipped
from index.storage.generations import Generation
from index.storage.protocols import DocumentStore, KeywordIndex, VectorStore
from index.text.languages import language_of_query
from index.text.messages.phrase import Phrase
from index.text.normalization import TermWeights, context_names, found_terms, name_terms, weighted_words

LOST_VECTORS = (
    "the vectors of the collection are gone, but its articles are there; run `quoth doctor --mend`, which "
    "computes the vectors again"
)
# The share of the articles from which on they are worth searching in their language.
MAIN_LANGUAGE = 0.2
# The keys of what is fitted to an embedder begin so in the metadata; its name follows after a colon.
FITTED = "thresholds"
_EMBEDDER = "embedder"  # the key of its name in the metadata


def made_with(documents: DocumentStore) -> str | None:
    """The name of the embedder that made the collection's vectors."""
    return documents.metadata.get(_EMBEDDER)


def open_collection(
    generation: Generation, embedder: Embedder, reranker: Reranker | None = None
) -> Collection:
    """The collection of a generation, which is created if there is none. Vectors that an interrupted write
    left behind are deleted.

    Raises ArchiveBroken, and EmbedderMismatch if another embedder made the collection.
    """
    stores = generation.open()
    documents, vectors = stores.documents, stores.vectors
    try:
        name = documents.metadata.setdefault(_EMBEDDER, embedder.name)
        if name != embedder.name:
            raise EmbedderMismatch(
                f"the collection in {generation} was made with the embedder '{name}', not '{embedder.name}'; "
                "run `quoth reindex`, or use that one again"
            )
        if not documents.counts()[0] and _has_lost_articles(documents, vectors):
            raise generation.lost_articles()
        return Collection(documents, vectors, stores.keywords, embedder, reranker)
    except QuothError:
        vectors.close()
        documents.close()
        raise


def _has_lost_articles(documents: DocumentStore, vectors: VectorStore) -> bool:
    """Whether there are vectors without articles. Those of an interrupted write are recorded as orphans;
    others had articles in another catalogue.

    Asked in the order in which a write goes, since another process may be storing the first articles.
    """
    return (
        vectors.exists()
        and bool(vectors.count())
        and not documents.orphan_vectors()
        and not documents.counts()[0]
    )


class Collection:
    """Articles that can be searched. Several threads may search and add at once; they write in turn."""

    def __init__(
        self,
        documents: DocumentStore,
        vectors: VectorStore,
        keywords: KeywordIndex,
        embedder: Embedder,
        reranker: Reranker | None = None,
    ) -> None:
        self.documents = documents
        self.vectors = vectors
        self.keywords = keywords
        self._embedder = embedder
        self._writing = threading.Lock()
        self._has_vectors = False  # known once it is true
        self._sentences = EmbeddingCache(embedder.encode)
        self._retriever = HybridRetriever(
            documents=documents, vectors=vectors, keywords=keywords, embedder=embedder, reranker=reranker
        )
        #: the number of vectors that an interrupted write had left without a passage
        self.orphans_deleted = delete_orphan_vectors(documents, vectors)

    def add(
        self,
        items: Iterable[Article | Skipped],
        *,
        again: bool = False,
        known: MutableMapping[Place, Vectors] | None = None,
        spans: MutableMapping[str, Sequence[Span]] | None = None,
    ) -> Generator[Ingested | Skipped, None, None]:
        """Stores the articles while the outcomes are iterated; see `Ingest`.

        With `again`, unchanged articles are chunked and embedded anew. `known` are vectors that need not
        be computed, by article id, start and end of their passage, and `spans` the passages of articles that
        need not be divided, by article id.
        """
        ingest = Ingest(
            documents=self.documents,
            vectors=self.vectors,
            embedder=self._embedder,
            writing=self._writing,
            known={} if known is None else known,
            spans={} if spans is None else spans,
            require_vectors=(lambda: None) if again else self._require_vectors,
        )
        yield from ingest(items, again=again)

    def remove(self, ids: Sequence[str], *, digests: Container[str] | None = None) -> None:
        """Removes the articles, all or none.

        Raises ArticleUnknown if one does not exist, and ArticleChanged if `digests` are given and lack
        the digest of one.
        """
        with self._writing:
            for article_id in ids:
                article = self.documents.article(article_id)
                if digests is not None and article.digest not in digests:
                    raise ArticleChanged(
                        Phrase(
                            "the article '{article_id}' was changed since; read it again",
                            article_id=article_id,
                        )
                    )
            self.documents.remove(ids)
            delete_orphan_vectors(self.documents, self.vectors)

    def _require_vectors(self) -> None:
        """Raises ArchiveBroken if there are passages but no vectors: nothing would be found by meaning."""
        if not self._has_vectors and self.documents.counts()[1]:
            if not self.vectors.exists() or not self.vectors.count():
                raise ArchiveBroken(LOST_VECTORS)
            self._has_vectors = True

    def check(self) -> None:
        """Raises ArchiveBroken or DiskFull if articles cannot be stored or found; takes no time."""
        self.documents.check_writable()
        if self.documents.counts()[1] and not self.vectors.exists():
            raise ArchiveBroken(LOST_VECTORS)

    def search(self, query: Query | str, *, k: int = 10, filters: Filters = Filters()) -> list[Hit]:
        """The k best passages, best first. A string is parsed by `Query.parse`. Raises ArchiveEmpty if the
        collection has no articles.
        """
        if not self.documents.counts()[0]:
            raise ArchiveEmpty(
                Phrase("the collection has no articles yet; add some with `quoth add FILE_OR_FOLDER`")
            )
        self._require_vectors()
        return self._retriever(_query(query), k=k, filters=filters)

    def weights(self, query: Query | str) -> TermWeights:
        """The terms of the query's content words, weighted by their rarity in this collection and by how
        much they count in the query.
        """
        query = _query(query)
        language = language_of_query(str(query), self.keywords.languages())
        return self.keywords.idf_weights(weighted_words(query.text, query.context, language), language)

    def main_languages(self) -> list[str]:
        """The languages that at least a fifth of the articles are in, the most frequent first; none if no
        article's language is known.
        """
        counts = self.documents.language_counts()
        least = MAIN_LANGUAGE * sum(counts.values())
        return [language for language, count in counts.items() if count >= least]

    def embeds(self, language: str) -> bool:
        """Whether this collection's embedder supports the language, as far as that is known."""
        return not self._embedder.languages or language in self._embedder.languages

    @property
    def embedder_name(self) -> str:
        """The name of this collection's embedder."""
        return self._embedder.name

    def missing(self, query: Query | str) -> Callable[[str], Missing]:
        """A function that returns how rare what a text lacks of the query is."""
        query = _query(query)
        weights, rarest = self.weights(query), self.keywords.greatest_weight()
        named = name_terms(query.text, weights.language) | context_names(query.context, weights.language)

        def missing(text: str) -> Missing:
            found = found_terms(weights, text)
            rarities = {word: min(weight / rarest, 1.0) for word, weight in weights.items()}.items()
            names = (rarity for word, rarity in rarities if word in named and word not in found)
            others = (rarity for word, rarity in rarities if word not in named and word not in found)
            return Missing(name=max(names, default=0.0), word=max(others, default=0.0))

        return missing

    @property
    def tokens(self) -> TextTokenizer:
        """The tokenizer of this collection's embedder."""
        return self._embedder.tokens

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of sentences by this collection's embedder, shape (len(texts), dimension)."""
        return self._sentences(texts)

    def similarity(self, query: Query | str, texts: Sequence[str]) -> Vectors:
        """The similarity of the query with each of the texts, shape (len(texts),); see `Hit`."""
        return relative(
            np.asarray(self._sentences(texts) @ self._embedder.encode_query(str(query))), self._embedder
        )

    def close(self) -> None:
        """Waits for the current write. Later calls raise ArchiveEmpty."""
        with self._writing:
            self.documents.close()
            self.vectors.close()


def _query(query: Query | str) -> Query:
    return query if isinstance(query, Query) else Query.parse(query)
