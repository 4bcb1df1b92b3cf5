"""Finding passages by their words: BM25 over SQLite's FTS5."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

from index.schemas import Filters
from index.storage.document_store import DocumentStore, filter_sql
from index.text.normalization import stem

# Of this many best rows the filters usually leave the k that are asked for.
ENOUGH = 300
# A search looks at no more passages than this for the sake of its common words: about 10 ms.
MAX_LOOKED_AT = 10_000
MIN_WORDS = 3


class KeywordIndex:
    """BM25 over one catalogue's passages, and how rare words are in them."""

    def __init__(self, catalogue: DocumentStore) -> None:
        self._catalogue = catalogue

    def best(self, words: Mapping[str, float], k: int, filters: Filters) -> dict[str, float]:
        """Up to k passage ids with any of the words, with their BM25 scores, larger is better. The words'
        values say how much each counts.

        A word in the title counts as much as one in the passage. BM25 is FTS5's (k1 = 1.2,
        b = 0.75; Robertson & Zaragoza, 2009), whose sign is turned round here.
        """
        telling = self._telling(words)
        if not telling:
            return {}
        ranked, sought = _ranked({word: words[word] for word in telling})
        condition, values = filter_sql(filters)
        # The inner query stops at its best rows, which is several times faster than a sort of all joined
        # ones; where a filter leaves too few of these, all rows are looked at.
        for limit in (ENOUGH if filters else k, -1):
            rows = self._catalogue.rows(
                "SELECT passages.id, -best.rank FROM "
                f"({ranked} ORDER BY rank LIMIT ?) AS best "
                "JOIN passages ON passages.row = best.rowid "
                "JOIN articles ON articles.id = passages.article_id "
                f"WHERE {condition} ORDER BY best.rank LIMIT ?",
                (*sought, limit, *values, k),
            )
            if len(rows) >= k or not filters:
                break
        return dict(rows)

    def _telling(self, words: Iterable[str]) -> list[str]:
        """The words, rarest first, without those that are too common to be worth their time: FTS5 looks
        at every passage that has any of them.
        """
        counts = self._counts(words)
        telling: list[str] = []
        looked_at = 0
        for word in sorted(words, key=lambda word: counts[word]):
            looked_at += counts[word]
            if len(telling) >= MIN_WORDS and looked_at > MAX_LOOKED_AT:
                break
            telling.append(word)
        return telling

    def weights(self, words: Mapping[str, float]) -> dict[str, float]:
        """By stem, how much each word counts times its inverse document frequency:
        log(1 + (N - n + 0.5) / (n + 0.5)).
        """
        counts = self._counts(words)
        [(total,)] = self._catalogue.rows("SELECT count(*) FROM passages")
        # While articles are being added the words may be counted in more passages than the total.
        return {
            stem(word): words[word] * math.log1p((max(total, found) - found + 0.5) / (found + 0.5))
            for word, found in counts.items()
        }

    def _counts(self, words: Iterable[str]) -> dict[str, int]:
        """In how many passages each word stands."""
        return {
            word: self._catalogue.rows("SELECT count(*) FROM words WHERE words MATCH ?", (_quoted(word),))[0][
                0
            ]
            for word in words
        }


def _ranked(words: Mapping[str, float]) -> tuple[str, list[str | float]]:
    """Which rows have any of the words, and their rank, the smaller the better, as SQL and its values.

    FTS5 cannot weigh words, but adds up theirs: those of one weight are one search.
    """
    groups: dict[float, list[str]] = {}
    for word, weight in words.items():
        groups.setdefault(weight, []).append(_quoted(word))
    matches = {weight: " OR ".join(group) for weight, group in groups.items()}
    if len(matches) == 1:  # the rank as it is need not be worked out for every row before it is sorted
        return "SELECT rowid, rank FROM words WHERE words MATCH ?", list(matches.values())
    each = " UNION ALL ".join(
        ["SELECT rowid, ? * rank AS part FROM words WHERE words MATCH ?"] * len(matches)
    )
    values = [value for pair in matches.items() for value in pair]
    return f"SELECT rowid, sum(part) AS rank FROM ({each}) GROUP BY rowid", values


def _quoted(word: str) -> str:
    """The word as FTS5 reads a literal; "U.S." becomes the phrase of its parts."""
    return '"' + word.replace('"', '""') + '"'
