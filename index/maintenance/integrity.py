"""Checking that a collection's articles, vectors and keyword index are consistent, and repairing them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from index.chunking import title_prefix
from index.collection import Collection
from index.embedding.embedder import TextTokenizer
from index.ingest import delete_orphan_vectors
from index.schemas import Article
from index.storage.protocols import PassageSpan

_FEW_ORPHANS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class IntegrityReport:
    """The contents of a collection and its inconsistencies, as sorted ids.

    `changed` are articles whose text does not match the stored digest. `articles_without_passages` cannot
    be found at all. Of passages, `missing_vectors` cannot be found by meaning and `missing_keywords` not by
    their words; the embedder reads only the beginning of `overlong` ones; `out_of_bounds` ones do not lie
    within their article. `orphan_vectors` and `orphan_keywords` (rows of the index) have no passage.
    `without_language` is the number of articles whose words are indexed as if they were English.
    """

    articles: int
    passages: int
    vectors: int
    changed: tuple[str, ...]
    articles_without_passages: tuple[str, ...]
    missing_vectors: tuple[str, ...]
    missing_keywords: tuple[str, ...]
    overlong: tuple[str, ...]
    out_of_bounds: tuple[str, ...]
    orphan_vectors: tuple[str, ...]
    orphan_keywords: tuple[str, ...]
    without_language: int = 0

    @property
    def repairable(self) -> bool:
        """Whether `repair` has something to do."""
        return bool(
            self.damaged_passages
            or self.articles_without_passages
            or (self.orphan_vectors and not self.lost_articles)
            or self.orphan_keywords
        )

    @property
    def lost_articles(self) -> bool:
        """Whether more vectors lack a passage than have one. Interrupted writes leave a few; so many had
        their articles in another catalogue, and are kept for it.
        """
        return len(self.orphan_vectors) > max(_FEW_ORPHANS, self.vectors / 2)

    @property
    def damaged_passages(self) -> set[str]:
        """The passages with any inconsistency."""
        return {*self.missing_vectors, *self.missing_keywords, *self.overlong, *self.out_of_bounds}


def check_integrity(collection: Collection) -> IntegrityReport:
    """Reads every article; takes a second for about a thousand of them. Raises ArchiveBroken."""
    documents = collection.documents
    documents.check_integrity()
    articles, passages = documents.counts()
    passage_ids, vector_ids = documents.passage_ids(), collection.vectors.ids()
    changed: list[str] = []
    without_passages: list[str] = []
    overlong: list[str] = []
    out_of_bounds: list[str] = []
    for article, _ in documents.articles():
        if article.digest != documents.digest(article.id):
            changed.append(article.id)
        spans = documents.passage_spans(article.id)
        if not spans:
            without_passages.append(article.id)
        out_of_bounds += [span.id for span in spans if not 0 <= span.start < span.end <= len(article.text)]
        overlong += _overlong(article, spans, collection.tokens)
    return IntegrityReport(
        articles=articles,
        passages=passages,
        vectors=len(vector_ids),
        changed=_sorted(changed),
        articles_without_passages=_sorted(without_passages),
        missing_vectors=_sorted(passage_ids - vector_ids),
        missing_keywords=_sorted(collection.keywords.unindexed_passages()),
        overlong=_sorted(overlong),
        out_of_bounds=_sorted(out_of_bounds),
        orphan_vectors=_sorted(vector_ids - passage_ids),
        orphan_keywords=_sorted(collection.keywords.orphan_entries()),
        without_language=documents.without_language(),
    )


def repair(collection: Collection, report: IntegrityReport) -> None:
    """Embeds articles with damaged passages again, and deletes vectors and keywords without a passage.

    Raises DiskFull; repairs made before that remain.
    """
    if not report.lost_articles:
        _delete_orphans(collection, report)
    collection.keywords.delete_entries(report.orphan_keywords)
    for _ in collection.add(_damaged_articles(collection, report), again=True):
        pass


def _delete_orphans(collection: Collection, report: IntegrityReport) -> None:
    """Other processes may be writing: a vector of theirs is noted as pending before it is there, and its note
    goes with the transaction that stores the passage. So pending ones are read first.
    """
    pending = set(collection.documents.orphan_vectors())
    stored = collection.documents.passage_ids()
    collection.vectors.delete(_sorted(set(report.orphan_vectors) - pending - stored))
    delete_orphan_vectors(collection.documents, collection.vectors)


def _damaged_articles(collection: Collection, report: IntegrityReport) -> Iterator[Article]:
    damaged = report.damaged_passages
    for article, _ in collection.documents.articles():
        # A changed article must be read from its source again; embedding it would only hide the change.
        if article.id not in report.changed and (
            article.id in report.articles_without_passages
            or any(span.id in damaged for span in collection.documents.passage_spans(article.id))
        ):
            yield article


def _overlong(article: Article, spans: Iterable[PassageSpan], tokens: TextTokenizer) -> Iterator[str]:
    room = tokens.limit + tokens.slack - len(tokens.offsets(title_prefix(article.title, tokens)))
    for span in spans:
        # A token has at least one character, so short passages need not be tokenized.
        if span.end - span.start > room and len(tokens.offsets(article.text[span.start : span.end])) > room:
            yield span.id


def _sorted(ids: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(ids))
