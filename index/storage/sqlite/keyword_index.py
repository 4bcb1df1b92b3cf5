"""Keyword search by BM25, with SQLite's FTS5."""

from __future__ import annotations

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
from index.storage.sqlite.database import Database


class FTS5KeywordIndex(KeywordStatistics):
    """BM25 over the passages of a `SQLiteDocumentStore`, which maintains the index."""

    def __init__(self, database: Database) -> None:
        super().__init__()
        self._database = database

    def search(self, words: Mapping[str, float], k: int, filters: Filters) -> dict[str, float]:
        """Up to k passage ids that contain any of the words, with their BM25 scores, larger is better.

        A term in the title counts as much as one in the passage. BM25 is FTS5's (k1 = 1.2,
        b = 0.75; Robertson & Zaragoza, 2009) with the sign inverted.
        """
        matches = {_quoted(one): weight for one, weight in self._matches(words).items()}
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
        return forms_in((text for (text,) in rows), term)

    def unindexed_passages(self) -> list[str]:
        return self._ids("SELECT id FROM passages WHERE row NOT IN (SELECT rowid FROM passage_fts)")

    def orphan_entries(self) -> list[str]:
        return self._ids("SELECT rowid FROM passage_fts WHERE rowid NOT IN (SELECT row FROM passages)")

    def delete_entries(self, ids: Iterable[str]) -> None:
        with self._database.transaction() as db:
            db.executemany("DELETE FROM passage_fts WHERE rowid = ?", [(int(id_),) for id_ in ids])

    def _ids(self, sql: str) -> list[str]:
        return [str(id_) for (id_,) in self._database.rows(sql)]

    def _revision(self) -> tuple[int, int]:
        return self._database.version()

    def _article_languages(self) -> Iterable[str | None]:
        return [one for (one,) in self._database.rows("SELECT DISTINCT language FROM articles")]

    def _total(self) -> int:
        [(total,)] = self._database.rows("SELECT count(*) FROM passages")
        return int(total)

    def _passage_counts(self, alternatives: Iterable[Alternatives]) -> dict[Alternatives, int]:
        sql = "SELECT count(*) FROM passage_fts WHERE passage_fts MATCH ?"
        return {
            phrases: self._database.rows(sql, (" OR ".join(map(_quoted, phrases)),))[0][0]
            for phrases in alternatives
        }


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
