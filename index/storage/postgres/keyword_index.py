"""Keyword search by BM25, over postings in PostgreSQL."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

from index.schemas import Filters
from index.storage.article_rows import filter_condition
from index.storage.keyword_statistics import (
    FILTERED_CANDIDATES,
    FORM_PASSAGES,
    Alternatives,
    KeywordStatistics,
    forms_in,
)
from index.storage.postgres import writing
from index.storage.postgres.connection import Postgres
from index.storage.postgres.document_store import WRITE_SECONDS, lock_generation
from index.storage.postgres.text import indexed, restored, stored
from index.text.terms.keyword_terms import phrase_term

# As FTS5 has them.
_K1, _B, _LEAST_IDF = 1.2, 0.75, 1e-6
# A part of a word that stands nowhere as a whole; shorter ones are in too many passages.
_MIN_PART = 2


class PostgresKeywordIndex(KeywordStatistics):
    """BM25 over the passages of a `PostgresDocumentStore`, which maintains the index."""

    def __init__(self, postgres: Postgres, generation: int) -> None:
        super().__init__()
        self._postgres = postgres
        self._generation = generation

    def search(self, words: Mapping[str, float], k: int, filters: Filters) -> dict[str, float]:
        """Up to k passage ids that contain any of the words, with their BM25 scores, larger is better.

        A term in the title counts as much as one in the passage. BM25 is that of FTS5 (k1 = 1.2, b = 0.75;
        Robertson & Zaragoza, 2009).
        """
        weights = self._weights(self._matches(words))
        if not weights:
            return {}
        condition, values = filter_condition(filters)
        condition = condition.replace("?", "%s")
        # Filters usually leave enough of the best; where they do not, all are read.
        for limit in (FILTERED_CANDIDATES if filters else k, None):
            rows = self._postgres.rows(
                "WITH totals AS (SELECT greatest(words::float8 / greatest(passages, 1), 1) AS mean "
                "FROM generations WHERE id = %s), "
                "searched AS (SELECT * FROM unnest(%s::int[], %s::float8[]) AS one (term, weight)), "
                "best AS (SELECT passage, sum(weight * frequency * (%s + 1) / "
                "(frequency + %s * (1 - %s + %s * words / mean))) AS score "
                "FROM searched JOIN postings USING (term) CROSS JOIN totals "
                "GROUP BY passage ORDER BY score DESC, passage LIMIT %s) "
                "SELECT passages.id, score FROM best JOIN passages ON passages.row = passage "
                "JOIN articles ON articles.row = passages.article "
                f"WHERE {condition} ORDER BY score DESC, passage LIMIT %s",
                (
                    self._generation,
                    list(weights),
                    list(weights.values()),
                    *(_K1, _K1, _B, _B),
                    limit,
                    *map(stored, values),
                    k,
                ),
            )
            if len(rows) >= k or not filters:
                break
        return {restored(id_): score for id_, score in rows}

    def _weights(self, matches: Mapping[str, float]) -> dict[int, float]:
        """By the number of a term, its weight times its inverse document frequency. The parts of a word that
        no passage has as a whole stand for it.
        """
        terms: dict[str, float] = {}
        for phrase, weight in matches.items():
            term = phrase_term(phrase)
            terms[term] = max(terms.get(term, 0.0), weight)
        known = self._known_terms(terms)
        for term in [term for term in terms if " " in term and term not in known]:
            parts = [part for part in term.split(" ") if len(part) >= _MIN_PART]
            for part in parts:
                terms.setdefault(part, terms[term] / len(parts))
        known |= self._known_terms([term for term in terms if term not in known])
        total = self._total()
        return {
            # Another process may have added passages since the total was read, or before it.
            id_: terms[term] * max(math.log((max(total, count) - count + 0.5) / (count + 0.5)), _LEAST_IDF)
            for term, (id_, count) in known.items()
        }

    def stems(self) -> list[str]:
        rows = self._postgres.rows(
            "SELECT term FROM terms WHERE generation = %s AND passages > 0 AND strpos(term, ' ') = 0",
            (self._generation,),
        )
        return [str(term) for (term,) in rows]

    def forms(self, term: str) -> set[str]:
        # The index has stems only.
        rows = self._postgres.rows(
            "SELECT title || ' ' || text FROM articles WHERE row IN (SELECT article FROM passages JOIN "
            "(SELECT passage FROM postings JOIN terms ON terms.id = postings.term "
            "WHERE generation = %s AND terms.term = %s LIMIT %s) AS found ON found.passage = passages.row)",
            (self._generation, indexed(phrase_term(term)), FORM_PASSAGES),
        )
        return forms_in((text for (text,) in rows), term)

    def unindexed_passages(self) -> list[str]:
        rows = self._postgres.rows(
            "SELECT id FROM passages WHERE generation = %s AND words > 0 "
            "AND NOT EXISTS (SELECT FROM postings WHERE passage = passages.row)",
            (self._generation,),
        )
        return [restored(id_) for (id_,) in rows]

    def orphan_entries(self) -> list[str]:
        rows = self._postgres.rows(
            "SELECT DISTINCT passage FROM postings JOIN terms ON terms.id = postings.term "
            "WHERE generation = %s AND NOT EXISTS (SELECT FROM passages WHERE passages.row = passage)",
            (self._generation,),
        )
        return [str(row) for (row,) in rows]

    def delete_entries(self, ids: Iterable[str]) -> None:
        with self._postgres.transaction(seconds=WRITE_SECONDS) as db:
            lock_generation(db, self._generation)  # it changes the counts of terms, as adding does
            writing.delete_postings(db, [int(row) for row in ids])

    def _revision(self) -> tuple[int, int]:
        rows = self._postgres.rows("SELECT revision FROM generations WHERE id = %s", (self._generation,))
        return self._generation, int(rows[0][0]) if rows else -1

    def _article_languages(self) -> Iterable[str | None]:
        # One step of the index for each language, however many articles there are.
        rows = self._postgres.rows(
            "WITH RECURSIVE found AS ("
            "(SELECT language FROM articles WHERE generation = %(id)s AND language IS NOT NULL "
            "ORDER BY language LIMIT 1) UNION ALL SELECT (SELECT language FROM articles WHERE "
            "generation = %(id)s AND language > found.language ORDER BY language LIMIT 1) FROM found "
            "WHERE found.language IS NOT NULL) SELECT language FROM found WHERE language IS NOT NULL",
            {"id": self._generation},
        )
        return [language for (language,) in rows]

    def _total(self) -> int:
        rows = self._postgres.rows("SELECT passages FROM generations WHERE id = %s", (self._generation,))
        return int(rows[0][0]) if rows else 0

    def _passage_counts(self, alternatives: Iterable[Alternatives]) -> dict[Alternatives, int]:
        wanted = {phrases: set(map(phrase_term, phrases)) for phrases in alternatives}
        known = self._known_terms({term for terms in wanted.values() for term in terms})
        counts: dict[Alternatives, int] = {}
        for phrases, terms in wanted.items():
            found = [known[term] for term in terms if term in known]
            counts[phrases] = found[0][1] if len(found) == 1 else self._with_any([id_ for id_, _ in found])
            if not found:
                counts[phrases] = sum(self._with_all(term.split(" ")) for term in terms if " " in term)
        return counts

    def _with_all(self, terms: list[str]) -> int:
        """The number of passages with all parts of a word that none has as a whole."""
        parts = self._known_terms(terms)
        if len(parts) < len(set(terms)):
            return 0
        [(count,)] = self._postgres.rows(
            "SELECT count(*) FROM (SELECT FROM postings WHERE term = ANY(%s) GROUP BY passage "
            "HAVING count(*) = %s) AS found",
            ([id_ for id_, _ in parts.values()], len(parts)),
        )
        return int(count)

    def _with_any(self, terms: list[int]) -> int:
        if not terms:
            return 0
        [(count,)] = self._postgres.rows(
            "SELECT count(DISTINCT passage) FROM postings WHERE term = ANY(%s)", (terms,)
        )
        return int(count)

    def _known_terms(self, terms: Iterable[str]) -> dict[str, tuple[int, int]]:
        """The number of each term that some passage has, and of those passages."""
        if not (searched := {indexed(term): term for term in terms}):
            return {}
        rows = self._postgres.rows(
            "SELECT term, id, passages FROM terms WHERE generation = %s AND term = ANY(%s) AND passages > 0",
            (self._generation, list(searched)),
        )
        return {searched[term]: (id_, count) for term, id_, count in rows}
