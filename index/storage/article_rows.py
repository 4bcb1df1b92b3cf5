"""Rows of articles, and the conditions on them, as both SQL databases have them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from index.schemas import Article, ArticleSummary, Filters

# The columns of `article_of`, in the order of its row.
ARTICLE_FIELDS = "id, text, title, url, date, source, origin"
# The number of articles by language.
LANGUAGE_COUNTS = """SELECT language, count(*) FROM articles WHERE language <> ''
    GROUP BY language ORDER BY count(*) DESC, language"""


def filter_condition(filters: Filters) -> tuple[str, list[str]]:
    """An SQL condition on `articles` and its values; always true without filters."""
    clauses, values = ["TRUE"], []
    if filters.source:
        clauses.append("articles.source = ?")
        values.append(filters.source)
    if filters.article_ids:
        clauses.append(f"articles.id IN ({placeholders(filters.article_ids)})")
        values.extend(filters.article_ids)
    if filters.without_ids:
        clauses.append(f"articles.id NOT IN ({placeholders(filters.without_ids)})")
        values.extend(filters.without_ids)
    if filters.after:
        clauses.append("articles.date >= ?")
        values.append(_earliest(filters.after))
    if filters.before:
        last = filters.before.isoformat()
        clauses.append("articles.date <= ? AND articles.date NOT IN (?, ?)")
        values.extend((last, *_unfinished(filters.before)))
    if filters.as_of:
        clauses.append("(articles.date IS NULL OR articles.date <= ?)")
        values.append(filters.as_of.isoformat())
    return " AND ".join(clauses), values


def _earliest(day: date) -> str:
    """The least date in ISO form of which no day is before this one. Dates may be months or years, and
    compare as texts: "2022" < "2022-01" < "2022-01-01".
    """
    return day.isoformat().removesuffix("-01").removesuffix("-01")


def _unfinished(day: date) -> tuple[str, str]:
    """The month and the year of this day, each empty if it is their last."""
    following = day + timedelta(days=1) if day < date.max else date.min
    month = "" if following.month != day.month else day.isoformat()[:7]
    return month, "" if following.year != day.year else day.isoformat()[:4]


def placeholders(values: Sequence[str]) -> str:
    """A question mark for each value."""
    return ",".join("?" * len(values))


def _dated(stored: str | None) -> dict[str, Any]:
    """The `date` and `period` of an article whose date is stored as a day, a month or a year."""
    if not stored or len(stored) < len("2022-10-27"):
        return {"date": None, "period": stored or ""}
    return {"date": date.fromisoformat(stored), "period": ""}


def article_of(row: Sequence[Any]) -> Article:
    """The article in a row of ARTICLE_FIELDS."""
    id_, text, title, url, day, source, origin = row
    return Article(
        id=id_,
        text=text,
        title=title,
        url=url,
        **_dated(day),
        source=source,
        origin=origin,
    )


def summary_of(row: Sequence[Any]) -> ArticleSummary:
    """The summary in a row of id, title, url, date, source, number of passages and of characters."""
    id_, title, url, day, source, passages, characters = row
    return ArticleSummary(
        id=id_,
        title=title,
        url=url,
        **_dated(day),
        source=source,
        passages=passages,
        characters=characters,
    )
