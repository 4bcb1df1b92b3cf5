"""Keyword search by BM25, with SQLite's FTS5."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

from index.schemas import Filters
from index.storage.sqlite.database import Database
from index.storage.sqlite.sql import filter_condition
from index.text.languages import ENGLISH
from index.text.normalization import WORD, TermWeights, plain, terms
from index.text.terms.keyword_terms import query_terms
from index.text.terms.related_words import Vocabulary
from index.text.terms.words import paired

# Filters usually leave the k requested passages among this many best ones.
FILTERED_CANDIDATES = 300
# Common terms are left out once a search would score more passages than this, about 10 ms.
MAX_SCORED = 10_000
MIN_TERMS = 3
# The forms of a stem are read from this many passages; they have this many of its letters.
FORM_PASSAGES, FORM_LETTERS = 3, 3


class FTS5KeywordIndex:
    """BM25 over the passages of a `SQLiteDocumentStore`, which maintains the index."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._read_vocabulary, self._read_version = Vocabulary(()), (0, 0)
        self._known_languages: frozenset[str | None] = frozenset()
        self._languages_version = (0, 0)

    def search(self, words: Mapping[str, float], k: int, filters: Filters) -> dict[str, float]:
        """Up to k passage ids that contain any of the words, with their BM25 scores, larger is better.

        A term in the title counts as much as one in the passage. BM25 is FTS5's (k1 = 1.2,
        b = 0.75; Robertson & Zaragoza, 2009) with the sign inverted.
        """
        matches = self._matches(words)
        if not matches:
            return {}
        ranking, ranking_values = _ranking(matches)
        condition, values = filter_condition(filters)
        # The inner query stops at its best rows, which is several times faster than sorting all joined
        # rows. Where a filter leaves too few of them, all rows are read.
        for limit in (FILTERED_CANDIDATES if filters else k, -1):
            rows = self._database.rows(
                "SELECT passages.id, -best.rank FROM "
                f"({ranking} ORDER BY rank LIMIT ?) AS best "
                "JOIN passages ON passages.row = best.rowid "
                "JOIN articles ON articles.id = passages.article_id "
                f"WHERE {condition} ORDER BY best.rank LIMIT ?",
                (*ranking_values, limit, *values, k),
            )
            if len(rows) >= k or not filters:
                break
        return dict(rows)

    def languages(self) -> frozenset[str]:
        return frozenset(language for language in self._languages() if language)

    def idf_weights(self, words: Mapping[str, float], language: str = ENGLISH) -> TermWeights:
        """By term, the weight of its word times its inverse document frequency:
        log(1 + (N - n + 0.5) / (n + 0.5)), for n of N passages that contain it.
        """
        matches = [
            (term, weight, " OR ".join(map(_quoted, forms)))
            for word, weight in words.items()
            for term, forms in zip(terms(word, language), self._forms(word), strict=True)
        ]
        counts = self._passage_counts(match for _, _, match in matches)
        [(total,)] = self._database.rows("SELECT count(*) FROM passages")
        # While articles are being added, a term can be counted in more passages than the total.
        weights = {
            term: weight
            * math.log1p((max(total, counts[match]) - counts[match] + 0.5) / (counts[match] + 0.5))
            for term, weight, match in matches
        }
        return TermWeights(weights, language)

    def has_word(self, word: str) -> bool:
        matches = [" OR ".join(map(_quoted, forms)) for forms in self._forms(word)]
        return all(self._passage_counts(matches).values())

    def stems(self) -> list[str]:
        self._database.rows(
            "CREATE VIRTUAL TABLE IF NOT EXISTS temp.passage_stems USING fts5vocab (main, passage_fts, row)"
        )
        return [str(term) for (term,) in self._database.rows("SELECT term FROM temp.passage_stems")]

    def forms(self, term: str) -> set[str]:
        # The index has stems only.
        rows = self._database.rows(
            "SELECT title || ' ' || articles.text FROM articles JOIN passages ON article_id = articles.id "
            "WHERE passages.row IN (SELECT rowid FROM passage_fts WHERE passage_fts MATCH ? LIMIT ?)",
            (_quoted(term), FORM_PASSAGES),
        )
        words = {word for (text,) in rows for word in WORD.findall(text)}
        return {word for word in words if plain(word).startswith(term[:FORM_LETTERS])}

    def greatest_weight(self) -> float:
        """The inverse document frequency of a term that no passage contains."""
        [(total,)] = self._database.rows("SELECT count(*) FROM passages")
        return math.log1p(2 * (total + 0.5))

    def unindexed_passages(self) -> list[str]:
        return self._ids("SELECT id FROM passages WHERE row NOT IN (SELECT rowid FROM passage_fts)")

    def orphan_entries(self) -> list[str]:
        return self._ids("SELECT rowid FROM passage_fts WHERE rowid NOT IN (SELECT row FROM passages)")

    def delete_entries(self, ids: Iterable[str]) -> None:
        with self._database.transaction() as db:
            db.executemany("DELETE FROM passage_fts WHERE rowid = ?", [(int(id_),) for id_ in ids])

    def _ids(self, sql: str) -> list[str]:
        return [str(id_) for (id_,) in self._database.rows(sql)]

    def _forms(self, word: str) -> list[list[str]]:
        """The forms in which the index has a word, by the languages of the articles; see `query_terms`."""
        forms = query_terms(word, sorted({*self.languages(), ENGLISH}))
        # Articles whose language is not known yet have their words as they are written.
        if None in self._languages() and len(forms) == 1 and word not in forms[0]:
            return [[*forms[0], word]]
        return forms

    def _languages(self) -> frozenset[str | None]:
        """The languages of the articles, read again after these were changed; None stands for an article
        whose language is not known yet.
        """
        version = self._database.version()
        if version != self._languages_version:
            rows = self._database.rows("SELECT DISTINCT language FROM articles")
            self._known_languages, self._languages_version = frozenset(one for (one,) in rows), version
        return self._known_languages

    def _matches(self, words: Mapping[str, float]) -> dict[str, float]:
        """The phrases to search for, rarest first, with their weights: those of the words, and of words that
        are related to them. Without those too common to be worth their time: FTS5 scores every passage that
        contains any of them.
        """
        forms = {word: [_quoted(one) for phrases in self._forms(word) for one in phrases] for word in words}
        weights = {one: words[word] for word in reversed(list(words)) for one in forms[word]}
        counts = self._passage_counts(weights)
        languages = self.languages()
        for word, weight in words.items():
            known = any(counts[one] for one in forms[word])
            if not paired(word) and (languages - {ENGLISH} or not known):
                for stem, share in self._vocabulary().related(word, languages, known=known).items():
                    weights.setdefault(_quoted(stem), weight * share)
        counts |= self._passage_counts(one for one in weights if one not in counts)
        selected: dict[str, float] = {}
        scored = 0
        for match in sorted(weights, key=lambda match: counts[match]):
            scored += counts[match]
            if len(selected) >= MIN_TERMS and scored > MAX_SCORED:
                break
            selected[match] = weights[match]
        return selected

    def _vocabulary(self) -> Vocabulary:
        """The words of the index, read again after it was changed."""
        version = self._database.version()
        if version != self._read_version:
            self._read_vocabulary, self._read_version = Vocabulary(self.stems()), version
        return self._read_vocabulary

    def _passage_counts(self, matches: Iterable[str]) -> dict[str, int]:
        """The number of passages that each FTS5 query finds."""
        sql = "SELECT count(*) FROM passage_fts WHERE passage_fts MATCH ?"
        return {match: self._database.rows(sql, (match,))[0][0] for match in matches}


def _ranking(weights: Mapping[str, float]) -> tuple[str, list[str | float]]:
    """A query, as SQL and its values, for the rows that contain any of the phrases, and their rank, smaller
    is better.

    FTS5 cannot weight phrases, but their ranks add up: one search for all of the same weight.
    """
    groups: dict[float, list[str]] = {}
    for match, weight in weights.items():
        groups.setdefault(weight, []).append(match)
    matches = {weight: " OR ".join(group) for weight, group in groups.items()}
    if len(matches) == 1:  # FTS5 sorts by its own rank without computing a product for every row
        return "SELECT rowid, rank FROM passage_fts WHERE passage_fts MATCH ?", list(matches.values())
    each = " UNION ALL ".join(
        ["SELECT rowid, ? * rank AS part FROM passage_fts WHERE passage_fts MATCH ?"] * len(matches)
    )
    values = [value for pair in matches.items() for value in pair]
    return f"SELECT rowid, sum(part) AS rank FROM ({each}) GROUP BY rowid", values


def _quoted(term: str) -> str:
    """The term as an FTS5 string; "U.S." becomes the phrase of its parts."""
    return '"' + term.replace('"', '""') + '"'
