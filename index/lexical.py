"""Finding passages by their words: BM25 over SQLite's FTS5."""

from __future__ import annotations

import math
from collections.abc import Sequence

from index.articles import Filters
from index.catalogue import Catalogue, filter_sql
from index.words import stem


class KeywordIndex:
    """BM25 over one catalogue's passages, and how rare words are in them."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue

    def best(self, words: Sequence[str], k: int, filters: Filters) -> dict[str, float]:
        """Up to k passage ids with any of the words, with their BM25 scores, larger is better.

        A word in the title counts as much as one in the passage. BM25 is FTS5's (k1 = 1.2,
        b = 0.75; Robertson & Zaragoza, 2009), whose sign is turned round here.
        """
        if not words:
            return {}
        condition, values = filter_sql(filters)
        rows = self._catalogue.rows(
            "SELECT passages.id, -bm25(words) FROM words "
            "JOIN passages ON passages.row = words.rowid JOIN articles ON articles.id = passages.article_id "
            f"WHERE words MATCH ? AND {condition} ORDER BY bm25(words) LIMIT ?",
            (" OR ".join(map(_quoted, words)), *values, k),
        )
        return dict(rows)

    def rarity(self, words: Sequence[str]) -> dict[str, float]:
        """By stem, the inverse document frequency of each word: log(1 + (N - n + 0.5) / (n + 0.5))."""
        [(total,)] = self._catalogue.rows("SELECT count(*) FROM passages")
        weights: dict[str, float] = {}
        for word in words:
            [(found,)] = self._catalogue.rows(
                "SELECT count(*) FROM words WHERE words MATCH ?", (_quoted(word),)
            )
            # While articles are being added the second count may see more than the first.
            weights[stem(word)] = math.log1p((max(total, found) - found + 0.5) / (found + 0.5))
        return weights


def _quoted(word: str) -> str:
    """The word as FTS5 reads a literal; "U.S." becomes the phrase of its parts."""
    return '"' + word.replace('"', '""') + '"'
