"""The values that walk through the cellar: articles, their passages, and what a search finds."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date as Day
from typing import Literal, get_args

from index.text.languages import language_name

# Round brackets that end a line, with what stands before them.
_CONTEXT = re.compile(r"(?P<text>.*\S)\s*\((?P<context>[^()]+)\)", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """One article as it is kept.

    `text` is never changed once read: every offset points into it, counted in code points.
    `origin` is where it was read (an absolute path or an address); a file that is read again
    after a change replaces the article that came from the same origin.
    """

    id: str
    text: str
    title: str = ""
    url: str = ""
    date: Day | None = None
    source: str = ""
    origin: str = ""

    @property
    def digest(self) -> str:
        """sha256 (hex) over everything a reader sees; equal digests mean nothing to do."""
        day = self.date.isoformat() if self.date else ""
        seen = json.dumps([self.title, self.url, day, self.source, self.text], ensure_ascii=False)
        return hashlib.sha256(seen.encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleSummary:
    """What is told of an article in a list: `passages` and `characters` are how many it has."""

    id: str
    title: str
    url: str
    date: Day | None
    source: str
    passages: int
    characters: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticlePage:
    """A page of the list of articles, and how many all pages have."""

    articles: tuple[ArticleSummary, ...]
    total: int


def content_id(*, url: str = "", text: str = "") -> str:
    """The id of an article that was given none: from its url, or else from its text."""
    basis = f"url:{url}" if url else f"text:{text}"
    return hashlib.sha256(basis.encode("utf-8", "surrogatepass")).hexdigest()[:16]


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A stretch of an article, `article.text[start:end]`, ending where a sentence ends."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A passage found by a search, with what is known of its article.

    `score` ranks the hits of one search, 0 to 1. `similarity` is the cosine between question
    and passage, -1 to 1; `coverage` is the share of the question's words, weighted by their
    rarity, that the passage has, 0 to 1. The last two mean the same in every search. `also` are
    copies of the article that have most of the passage too.
    """

    passage: Passage
    title: str
    url: str
    date: Day | None
    source: str
    score: float
    similarity: float
    coverage: float
    also: tuple[Article, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """Which articles may answer. Days are inclusive; an article without a date passes only `as_of`."""

    source: str | None = None
    after: Day | None = None
    before: Day | None = None
    as_of: Day | None = None
    article_ids: tuple[str, ...] = ()
    without_ids: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        days = self.after or self.before or self.as_of
        return bool(self.source or days or self.article_ids or self.without_ids)


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped:
    """A source, or a line of one, that did not become an article, and why."""

    source: str
    reason: str


Outcome = Literal["added", "updated", "unchanged"]


@dataclass(frozen=True, slots=True, kw_only=True)
class UnsupportedLanguage:
    """A language (ISO 639) that an embedder does not cover: what is in it is found less well."""

    language: str
    embedder: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ingested:
    """An article that is in the collection now, and what that took. `uncovered` is the language of one
    that was embedded now, if the embedder is not made for it.
    """

    article_id: str
    how: Outcome
    uncovered: UnsupportedLanguage | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IngestReport:
    """What adding did: article ids by outcome, and what was left out with the reason.

    `uncovered` are the ids of articles whose language the embedder does not cover; the `warnings` say
    so, and what could be done.
    """

    added: tuple[str, ...] = ()
    updated: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    uncovered: Mapping[str, UnsupportedLanguage] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()

    @classmethod
    def of(cls, outcomes: Iterable[Ingested | Skipped]) -> IngestReport:
        """The report of what an ingest told, in the same order."""
        ids: dict[str, list[str]] = {"added": [], "updated": [], "unchanged": []}
        skipped: list[Skipped] = []
        uncovered: dict[str, UnsupportedLanguage] = {}
        for outcome in outcomes:
            if isinstance(outcome, Skipped):
                skipped.append(outcome)
                continue
            ids[outcome.how].append(outcome.article_id)
            if outcome.uncovered:
                uncovered[outcome.article_id] = outcome.uncovered
        return cls(
            **{how: tuple(found) for how, found in ids.items()},
            skipped=tuple(skipped),
            uncovered=uncovered,
            warnings=tuple(_warnings(uncovered.values(), len(ids["added"]) + len(ids["updated"]))),
        )

    def outcomes(self) -> Iterator[Ingested | Skipped]:
        """What the report is `of`, by outcome."""
        for how in get_args(Outcome):
            for id_ in getattr(self, how):
                yield Ingested(article_id=id_, how=how, uncovered=self.uncovered.get(id_))
        yield from self.skipped

    def __str__(self) -> str:
        return (
            f"{len(self.added)} added, {len(self.updated)} updated, "
            f"{len(self.unchanged)} unchanged, {len(self.skipped)} skipped"
        )


def _warnings(uncovered: Iterable[UnsupportedLanguage], embedded: int) -> Iterator[str]:
    """One sentence for all languages: of so many articles that were `embedded`, how many are in each."""
    counts = Counter(uncovered).most_common()
    for embedder in sorted({one.embedder for one, _ in counts}):
        known = [(count, language_name(one.language)) for one, count in counts if one.embedder == embedder]
        (first, language), *others = known
        told = f"{first:,} of {embedded:,} articles {'is' if first == 1 else 'are'} in {language}"
        told += "".join(f", {count:,} in {language}" for count, language in others)
        yield (
            f"{told}, which the embedder {embedder} does not cover, so that less of them is found; "
            "name a multilingual one in QUOTH_EMBEDDER, and run `quoth reindex`"
        )
