"""Passages, queries, filters and hits."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date as Day
from typing import NamedTuple

from index.schemas.articles import Article

# Round brackets that end a line, with what stands before them.
_CONTEXT = re.compile(r"(?P<text>.*\S)\s*\((?P<context>[^()]+)\)", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A part of an article, `article.text[start:end]`, that ends at a sentence boundary."""

    id: str
    article_id: str
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What is searched for: a question and, where it depends on a conversation, the words that say
    what it is about.

    `str` gives both in one line, `text (context)`. Embedders and rerankers read that line; in the
    keyword index a word of the context counts less than one of the text.
    """

    text: str
    context: str = ""

    @classmethod
    def parse(cls, line: str) -> Query:
        """The query that a line such as "When was it built? (Vey Bridge)" stands for."""
        line = line.strip()
        found = _CONTEXT.fullmatch(line)
        return cls(**found.groupdict()) if found else cls(text=line)

    def __str__(self) -> str:
        return f"{self.text} ({self.context})" if self.context else self.text


class Missing(NamedTuple):
    """How rare the rarest name or number of a query is that a text lacks, and the rarest other word: 0 if it
    lacks none, 1 if it lacks one that no passage has.
    """

    name: float = 0.0
    word: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A passage found by a search, with the fields of its article.

    `score` ranks the hits of one search, 0 to 1. `similarity` is the cosine between query and passage
    on a scale where 0 is that of unrelated texts, at most 1; `coverage` is the share of the query's words,
    weighted by their rarity, that the passage contains, 0 to 1. Unlike scores, these two can be compared
    between searches. `also` are duplicates of the article that contain most of the passage too. `period` is
    as in `Article`.
    """

    passage: Passage
    title: str
    url: str
    date: Day | None
    period: str = ""
    source: str
    score: float
    similarity: float
    coverage: float
    also: tuple[Article, ...] = ()

    @classmethod
    def whole(cls, article: Article, also: tuple[Article, ...] = ()) -> Hit:
        """A whole article as a passage that was not searched for, with the highest scores."""
        text = article.text
        return cls(
            passage=Passage(id=article.id, article_id=article.id, start=0, end=len(text), text=text),
            title=article.title,
            url=article.url,
            date=article.date,
            period=article.period,
            source=article.source,
            score=1.0,
            similarity=1.0,
            coverage=1.0,
            also=also,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """Conditions on articles. Days are inclusive; an article without a date passes only `as_of`. One of a
    month or year passes `after` and `before` if all its days do, and `as_of` if its first day does.
    """

    source: str | None = None
    after: Day | None = None
    before: Day | None = None
    as_of: Day | None = None
    article_ids: tuple[str, ...] = ()
    without_ids: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        days = self.after or self.before or self.as_of
        return bool(self.source or days or self.article_ids or self.without_ids)
