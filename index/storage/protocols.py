"""What a collection needs from its stores.

The document store is the source of truth: an article exists once it is there. Vectors cannot share a
transaction with it, so every vector id that is about to be written, or to lose its passage, is first
recorded there as an orphan, and orphans are deleted at the next chance. Whenever a process dies, an
article is stored completely or not at all. Where several processes write, the ids that are about to be
written belong to a batch until it is stored or expires; the last batch to record an id owns it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, MutableMapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Protocol

from index.schemas import Article, ArticlePage, Filters, Passage
from index.text.languages import ENGLISH

if TYPE_CHECKING:
    from index.embedding.embedder import Vectors
    from index.text.normalization import TermWeights

CLOSED = "the collection is being removed or replaced; try again"
"""The message of ArchiveEmpty where a collection was closed while it was used."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VectorMetadata:
    """The fields by which a vector can be filtered; `date` is the first day of the article's date."""

    article_id: str
    source: str
    date: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PassageSpan:
    """Where a passage lies in its article's text, in code points."""

    id: str
    start: int
    end: int


class StoredArticles(Protocol):
    """The articles of one collection, their passages and clusters, and the collection's metadata."""

    @property
    def metadata(self) -> Mapping[str, str]:
        """Settings and facts of the collection, by key."""

    def article(self, article_id: str) -> Article:
        """The article; raises ArticleUnknown."""

    def present(self, ids: Iterable[str]) -> list[Article]:
        """The articles in the order of their `ids`, without those removed meanwhile."""

    def articles(self) -> Iterator[tuple[Article, int]]:
        """All articles with their number of passages, newest first, without those removed meanwhile."""

    def list_articles(
        self, *, limit: int | None = None, offset: int = 0, search: str = "", filters: Filters = Filters()
    ) -> ArticlePage:
        """A page of summaries, newest first, of the articles that pass the filters; without a `limit` all
        from `offset` on. `search` selects articles that contain it in their title or source, in any case.
        """

    def sources(self) -> list[str]:
        """The distinct sources of all articles, in alphabetical order."""

    def sites(self) -> list[str]:
        """The distinct sites, such as `herald.example`, of the articles that have an address and no source,
        in alphabetical order.
        """

    def ids_of_site(self, site: str) -> list[str]:
        """The ids of the articles without a source whose address is on the site."""

    def newest_date(self, as_of: date | None = None) -> date | None:
        """The newest day of an article, or `as_of` if that is earlier; None without any day."""

    def counts(self) -> tuple[int, int]:
        """The number of articles and of passages."""

    def language_counts(self) -> dict[str, int]:
        """The number of articles by language (ISO 639), the most frequent first, as far as it is known."""

    def language(self, article_id: str) -> str:
        """The language of the article (ISO 639); empty if it is not known."""

    def without_language(self) -> int:
        """The number of articles that were added before their languages were told apart, whose words are
        indexed as if they were English.
        """

    def digest(self, article_id: str) -> str | None:
        """The stored digest of the article; None if there is no such article."""

    def origins(self) -> dict[str, str]:
        """The origin of every article, by id."""

    def ids_by_origin(self, origin: str) -> list[str]:
        """The ids of the articles read from this origin; none for an empty one."""

    def passages(self, ids: Sequence[str]) -> dict[str, tuple[Passage, Article]]:
        """The passages of these ids that exist, each with its article."""

    def passage_ids(self) -> set[str]: ...

    def passage_spans(self, article_id: str) -> list[PassageSpan]:
        """The passages of an article, in order."""

    def passage_dates(self, ids: Sequence[str]) -> dict[str, date | None]:
        """The first day of the date of the article of each of these passages that exists."""

    def matching_passages(self, ids: Sequence[str], filters: Filters) -> set[str]:
        """Those of the passages whose articles pass the filters."""

    def cluster(self, article_id: str) -> int | None:
        """The cluster of near-duplicates to which the article and others belong; None without a duplicate."""

    def cluster_members(self, cluster: int, filters: Filters, limit: int) -> list[Article]:
        """Up to `limit` articles of the cluster that pass the filters, oldest first."""


class DocumentStore(StoredArticles, Protocol):
    """Stored articles that can be changed."""

    @property
    def metadata(self) -> MutableMapping[str, str]:
        """As of `StoredArticles`; a change is stored at once. Changing it raises ArchiveEmpty if another
        process has replaced or removed the collection.
        """

    def put(self, articles: Sequence[tuple[Article, Sequence[Passage]]], batch: int = 0) -> None:
        """Stores articles with their passages and indexes their words, all or none. Each replaces the
        article of its id, and those of its origin.

        Raises BatchLost, and stores nothing, if vectors that `mark_orphans` recorded for this batch may have
        been deleted since.
        """

    def set_origins(self, origins: Mapping[str, str]) -> None:
        """Sets the origins of articles, by id. What is read from a former origin no longer replaces them."""

    def remove(self, ids: Sequence[str]) -> None:
        """Removes the articles, all or none. Their vectors become orphans."""

    def orphan_vectors(self) -> list[str]:
        """The ids of vectors without a passage."""

    def mark_orphans(self, ids: Sequence[str]) -> int:
        """Records that vectors of these ids are about to be written, and returns the number of their batch.
        `put` clears the records of its passages; ids of passages that exist already are not recorded.
        """

    def take_orphans(self) -> AbstractContextManager[list[str]]:
        """Some of the vectors without a passage, for deletion; their records are deleted at the end, unless
        it raises. No other process gets or writes the same ones meanwhile.
        """

    def snapshot(self) -> AbstractContextManager[StoredArticles]:
        """The articles as they are now, unaffected by later writes."""

    def check_integrity(self) -> None:
        """Raises ArchiveBroken if a file is damaged, also where it is seldom read."""

    def check_writable(self) -> None:
        """Raises ArchiveBroken or DiskFull if nothing can be written now."""

    def ensure_space(self) -> None:
        """Raises DiskFull if there is too little space for a batch of articles."""

    def close(self) -> None: ...


class VectorStore(Protocol):
    """Unit vectors by passage id, compared by cosine similarity."""

    def put(self, ids: Sequence[str], vectors: Vectors, metadata: Sequence[VectorMetadata]) -> None:
        """Stores vectors, shape (len(ids), dimension); existing ids are overwritten."""

    def delete(self, ids: Iterable[str]) -> None:
        """Deletes vectors; unknown ids are ignored."""

    def get(self, ids: Sequence[str]) -> tuple[list[str], Vectors]:
        """Those of the ids that exist, in any order, and their vectors as rows."""

    def ids(self) -> set[str]:
        """The ids of all vectors."""

    def count(self) -> int:
        """The number of vectors."""

    def exists(self) -> bool:
        """Whether anything was ever stored; takes no time."""

    def check(self) -> None:
        """Raises StoreUnavailable if a server with the vectors does not answer."""

    def nearest(self, vector: Vectors, k: int, filters: Filters) -> dict[str, float]:
        """The k passage ids most similar to `vector`, shape (dimension,), with their cosines, -1 to 1."""

    def similarities(self, vector: Vectors, ids: Sequence[str]) -> dict[str, float]:
        """The cosine of `vector` with each of the passages that has a vector."""

    def ensure_space(self) -> None:
        """Raises DiskFull if there is too little space for a batch of vectors."""

    def close(self) -> None: ...


class KeywordIndex(Protocol):
    """BM25 over the passages of a document store, which `DocumentStore.put` indexes."""

    def search(self, words: Mapping[str, float], k: int, filters: Filters) -> dict[str, float]:
        """Up to k passage ids that contain any of the words, with their BM25 scores, larger is better.
        The values of `words` are their weights.
        """

    def languages(self) -> frozenset[str]:
        """The languages of the articles (ISO 639), as far as they are known."""

    def idf_weights(self, words: Mapping[str, float], language: str = ENGLISH) -> TermWeights:
        """By term of the words in the query's language, the weight of each word times its inverse document
        frequency.
        """

    def greatest_weight(self) -> float:
        """The inverse document frequency of a term that no passage contains."""

    def has_word(self, word: str) -> bool:
        """Whether a passage or a title has the word, or another form of it."""

    def stems(self) -> list[str]:
        """The stems of the words of all passages and titles, in lower case and without accents."""

    def forms(self, term: str) -> set[str]:
        """Words with the stem, as some passages write them, among others that begin alike."""

    def unindexed_passages(self) -> list[str]:
        """The ids of passages that the index lacks."""

    def orphan_entries(self) -> list[str]:
        """The ids of index entries without a passage."""

    def delete_entries(self, ids: Iterable[str]) -> None: ...
