"""Articles, and pages of their list."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from datetime import date as Day
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """What a reader did that its user should know, such as leaving out a date.

    `place` is the file, line or address; `kind` the same sentence for all cases; `detail` this one's value.
    """

    place: str
    kind: str
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """An article as it is stored.

    `text` is immutable: every offset points into it, in code points. `origin` is where it was read, an
    absolute path or a URL; a changed file replaces the article of the same origin. `remarks` of its reader
    are reported when it is added, and not stored. `period` is the year or month of an article without a
    known day, as `2022` or `2022-03`.
    """

    id: str
    text: str
    title: str = ""
    url: str = ""
    date: Day | None = None
    period: str = ""
    source: str = ""
    origin: str = ""
    remarks: tuple[Remark, ...] = field(default=(), compare=False)

    @property
    def digest(self) -> str:
        """sha256 (hex) of all fields that are shown; articles with equal digests are equal."""
        content = json.dumps([self.title, self.url, self.dated, self.source, self.text], ensure_ascii=False)
        return hashlib.sha256(content.encode("utf-8", "surrogatepass")).hexdigest()

    @property
    def dated(self) -> str:
        """The date as far as it is known, in ISO form: a day, a month, a year; empty if it is unknown."""
        return self.date.isoformat() if self.date else self.period

    @property
    def first_day(self) -> Day | None:
        """The date, or the first day of the period."""
        return first_day(self.dated)


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleSummary:
    """An article in a list; `passages` and `characters` are counts, `period` as in `Article`."""

    id: str
    title: str
    url: str
    date: Day | None
    period: str = ""
    source: str
    passages: int
    characters: int

    @property
    def dated(self) -> str:
        """The date as far as it is known; see `Article.dated`."""
        return self.date.isoformat() if self.date else self.period


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticlePage:
    """A page of the list of articles, and the total number of articles."""

    articles: tuple[ArticleSummary, ...]
    total: int


def first_day(dated: str) -> Day | None:
    """The first day of a day, month or year in ISO form; None of an empty one."""
    return Day.fromisoformat(f"{dated}-01-01"[:10]) if dated else None


def content_id(*, url: str = "", text: str = "") -> str:
    """The id of an article without one: a hash of its url, or else of its text.

    Beside a text, a url counts only if it names an article: tables have `N/A` for it, feeds `1`, and pages
    their site's front page, and all those would replace each other.
    """
    basis = f"url:{url}" if url and (not text or _names_article(url)) else f"text:{text}"
    return hashlib.sha256(basis.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _names_article(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return bool(
        parts.scheme and (parts.path.strip("/") or parts.query or parts.fragment.startswith(("!", "/")))
    )
