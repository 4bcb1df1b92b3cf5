"""Hybrid retrieval: nearest vectors and best keywords, fused."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice

from index.embedding.embedder import Embedder, Vectors
from index.embedding.reranker import RERANK_CANDIDATES, Reranker, rerank
from index.retrieval.deduplication import deduplicate
from index.schemas import Article, Filters, Hit, Passage, Query
from index.storage.protocols import DocumentStore, KeywordIndex, VectorStore
from index.text.normalization import coverage, weighted_words

# Candidates from each index, and their number if duplicates leave too few hits.
CANDIDATES, MANY_CANDIDATES = 50, 500
# Nearest vectors that are filtered by the document store before the vector store filters by itself.
UNFILTERED = 200
# The weight of the cosine in a passage's relevance; the rest is BM25's.
VECTOR_WEIGHT = 0.5
# The weight of the article's recency in the score, and the age in days at which recency is 0.5.
RECENCY_WEIGHT = 0.15
RECENCY_DAYS = 30
# A question that names a year is not about the present.
_YEAR = re.compile(r"\b(1[0-9]|20)\d\d\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class HybridRetriever:
    """Hybrid search over one collection."""

    documents: DocumentStore
    vectors: VectorStore
    keywords: KeywordIndex
    embedder: Embedder
    reranker: Reranker | None = None

    def __call__(self, query: Query, *, k: int, filters: Filters) -> list[Hit]:
        """The k best passages, best first, without duplicates. Their scores are the reranker's, if any."""
        if not self.reranker:
            return self._fused(query, k, filters)
        candidates = self._fused(query, max(k, RERANK_CANDIDATES), filters)
        return rerank(candidates, str(query), self.reranker)[:k]

    def _fused(self, query: Query, k: int, filters: Filters, candidates: int = CANDIDATES) -> list[Hit]:
        """The k best passages of both indexes.

        The score is a convex combination of the cosine and of BM25 divided by its maximum (Bruch, Gai &
        Ingber, "An Analysis of Fusion Functions for Hybrid Retrieval", 2023), and, unless the query names
        a year, of the article's recency.
        """
        words = weighted_words(query.text, query.context)
        vector = self.embedder.encode_query(str(query))
        cosines = self._nearest(vector, candidates, filters)
        bm25 = self.keywords.search(words, candidates, filters)
        cosines |= self.vectors.similarities(vector, [id_ for id_ in bm25 if id_ not in cosines])
        top = max(bm25.values(), default=0.0) or 1.0
        relevance = {
            id_: VECTOR_WEIGHT * max(cosine, 0.0) + (1 - VECTOR_WEIGHT) * max(bm25.get(id_, 0.0), 0.0) / top
            for id_, cosine in cosines.items()
        }
        scores = relevance if _YEAR.search(str(query)) else self._with_recency(relevance, filters.as_of)
        ranked = sorted(scores, key=lambda id_: (-scores[id_], id_))
        found = deduplicate(self._passages(ranked, 2 * k), self.documents, filters)
        weights = self.keywords.idf_weights(words)
        hits = [
            Hit(
                passage=passage,
                title=article.title,
                url=article.url,
                date=article.date,
                period=article.period,
                source=article.source,
                score=scores[passage.id],
                similarity=cosines[passage.id],
                coverage=coverage(weights, f"{article.title} {passage.text}"),
                also=also,
            )
            for passage, article, also in islice(found, k)
        ]
        if len(hits) < k and len(cosines) >= candidates < MANY_CANDIDATES:
            return self._fused(query, k, filters, MANY_CANDIDATES)
        return hits

    def _passages(self, ids: Sequence[str], batch_size: int) -> Iterator[tuple[Passage, Article]]:
        """The passages of these ids, in this order, read as they are needed."""
        for start in range(0, len(ids), batch_size):
            batch = ids[start : start + batch_size]
            # Orphan vectors, which an interrupted write can leave, have no passage.
            known = self.documents.passages(batch)
            yield from (known[id_] for id_ in batch if id_ in known)

    def _nearest(self, vector: Vectors, candidates: int, filters: Filters) -> dict[str, float]:
        """The nearest passages that pass the filters.

        Chroma reads the metadata of every vector before it searches with a filter. Where most of the
        collection passes, it is faster to filter the nearest vectors in the document store.
        """
        if not filters:
            return self.vectors.nearest(vector, candidates, filters)
        nearest = self.vectors.nearest(vector, UNFILTERED, Filters())
        passing = self.documents.matching_passages(list(nearest), filters)
        if len(passing) >= candidates:
            return {id_: cosine for id_, cosine in nearest.items() if id_ in passing}
        nearest = self.vectors.nearest(vector, candidates, filters)
        if not filters.before:
            return nearest
        # The vectors know the first day of a month or year, not its last.
        passing = self.documents.matching_passages(list(nearest), filters)
        return {id_: cosine for id_, cosine in nearest.items() if id_ in passing}

    def _with_recency(self, relevance: Mapping[str, float], as_of: date | None) -> dict[str, float]:
        """The relevance combined with the articles' recency: 1 on the day `as_of`, 0.5 RECENCY_DAYS before
        it. The score of an undated article is its relevance.

        Without a day, recency is relative to the newest article, so that old archives are ranked alike.
        """
        present = self.documents.newest_date(as_of)
        scores = dict(relevance)
        for id_, day in self.documents.passage_dates(list(relevance)).items():
            if day and present:
                recency = 1 / (1 + max((present - day).days, 0) / RECENCY_DAYS)
                scores[id_] += RECENCY_WEIGHT * (recency - relevance[id_])
        return scores
