"""A question into hits: nearest vectors and best keywords, fused."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice

from index.embedding.embedder import Embedder, Vectors
from index.embedding.reranker import RERANKED, Reranker, reranked
from index.retrieval.deduplication import told_once
from index.schemas import Article, Filters, Hit, Passage, Query
from index.storage.document_store import DocumentStore
from index.storage.keyword_index import KeywordIndex
from index.storage.vector_store import VectorStore
from index.text.normalization import coverage, weighted_words

# How many candidates each of the two indexes offers, and how many where copies leave too few.
CANDIDATES, MANY_CANDIDATES = 50, 500
# How many of the nearest are looked at before a filter is left to Chroma.
UNFILTERED = 200
# How much of a passage's likeness is the vector's; the rest is the keywords'.
VECTOR_WEIGHT = 0.5
# How much of the score is the article's freshness, and the age in days at which that is half.
FRESH_WEIGHT = 0.15
FRESH_DAYS = 30
# A question that names a year is not about the present.
_YEAR = re.compile(r"\b(1[0-9]|20)\d\d\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class HybridRetriever:
    """Hybrid search over one collection."""

    catalogue: DocumentStore
    archive: VectorStore
    lexical: KeywordIndex
    embedder: Embedder
    reranker: Reranker | None = None

    def __call__(self, query: Query, *, k: int, filters: Filters) -> list[Hit]:
        """The k best passages, best first; of what copies of one story say alike, only the best. Where
        there is a reranker, their scores are its.
        """
        if not self.reranker:
            return self._fused(query, k, filters)
        return reranked(self._fused(query, max(k, RERANKED), filters), str(query), self.reranker)[:k]

    def _fused(self, query: Query, k: int, filters: Filters, candidates: int = CANDIDATES) -> list[Hit]:
        """The k best passages of both indexes together.

        The score is a convex combination of the cosine and of BM25 divided by its best value
        (Bruch, Gai & Ingber, "An Analysis of Fusion Functions for Hybrid Retrieval", 2023), and, unless
        the query names a year, of how fresh the article is: of two that fit, the newer is preferred.
        """
        words = weighted_words(query.text, query.context)
        vector = self.embedder.encode_query(str(query))
        near = self._nearest(vector, candidates, filters)
        worded = self.lexical.best(words, candidates, filters)
        near |= self.archive.similarities(vector, [id_ for id_ in worded if id_ not in near])
        top = max(worded.values(), default=0.0) or 1.0
        likeness = {
            id_: VECTOR_WEIGHT * max(similarity, 0.0)
            + (1 - VECTOR_WEIGHT) * max(worded.get(id_, 0.0), 0.0) / top
            for id_, similarity in near.items()
        }
        scores = likeness if _YEAR.search(str(query)) else self._preferring_new(likeness, filters.as_of)
        ranked = sorted(scores, key=lambda id_: (-scores[id_], id_))
        found = told_once(self._passages(ranked, 2 * k), self.catalogue, filters)
        weights = self.lexical.weights(words)
        hits = [
            Hit(
                passage=passage,
                title=article.title,
                url=article.url,
                date=article.date,
                source=article.source,
                score=scores[passage.id],
                similarity=near[passage.id],
                coverage=coverage(weights, f"{article.title} {passage.text}"),
                also=also,
            )
            for passage, article, also in islice(found, k)
        ]
        if len(hits) < k and len(near) >= candidates < MANY_CANDIDATES:
            return self._fused(query, k, filters, MANY_CANDIDATES)
        return hits

    def _passages(self, ids: Sequence[str], at_once: int) -> Iterator[tuple[Passage, Article]]:
        """The passages of these ids, in this order, read as they are needed."""
        for at in range(0, len(ids), at_once):
            # Vectors that no passage owns (left by a crash) drop out here.
            known = self.catalogue.passages(ids[at : at + at_once])
            yield from (known[id_] for id_ in ids[at : at + at_once] if id_ in known)

    def _nearest(self, vector: Vectors, candidates: int, filters: Filters) -> dict[str, float]:
        """The nearest passages that pass the filters.

        Chroma looks at every label of the collection before it searches with a filter. The catalogue is
        faster at filtering what is nearest anyway, which does where most of the collection passes.
        """
        if not filters:
            return self.archive.nearest(vector, candidates, filters)
        near = self.archive.nearest(vector, UNFILTERED, Filters())
        passing = self.catalogue.passing(list(near), filters)
        if len(passing) >= candidates:
            return {id_: similarity for id_, similarity in near.items() if id_ in passing}
        return self.archive.nearest(vector, candidates, filters)

    def _preferring_new(self, likeness: Mapping[str, float], as_of: date | None) -> dict[str, float]:
        """The scores with the articles' freshness in them: 1 on the day that is asked about, half
        FRESH_DAYS before. An undated article is neither favoured nor set back.

        Where no day was given it is that of the newest article: an old archive has its own present.
        """
        present = self.catalogue.newest(as_of)
        days = self.catalogue.days(list(likeness))
        scores = dict(likeness)
        for id_, day in days.items():
            if day and present:
                freshness = 1 / (1 + max((present - day).days, 0) / FRESH_DAYS)
                scores[id_] += FRESH_WEIGHT * (freshness - likeness[id_])
        return scores
