"""Articles, passages, hits and the outcomes of ingestion."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date as Day
from typing import Literal, get_args
from urllib.parse import urlsplit

from index.text.languages import language_name

# Round brackets that end a line, with what stands before them.
_CONTEXT = re.compile(r"(?P<text>.*\S)\s*\((?P<context>[^()]+)\)", re.DOTALL)


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
    are reported when it is added, and not stored.
    """

    id: str
    text: str
    title: str = ""
    url: str = ""
    date: Day | None = None
    source: str = ""
    origin: str = ""
    remarks: tuple[Remark, ...] = field(default=(), compare=False)

    @property
    def digest(self) -> str:
        """sha256 (hex) of all fields that are shown; articles with equal digests are equal."""
        day = self.date.isoformat() if self.date else ""
        content = json.dumps([self.title, self.url, day, self.source, self.text], ensure_ascii=False)
        return hashlib.sha256(content.encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleSummary:
    """An article in a list; `passages` and `characters` are counts."""

    id: str
    title: str
    url: str
    date: Day | None
    source: str
    passages: int
    characters: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticlePage:
    """A page of the list of articles, and the total number of articles."""

    articles: tuple[ArticleSummary, ...]
    total: int


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A passage found by a search, with the fields of its article.

    `score` ranks the hits of one search, 0 to 1. `similarity` is the cosine between query and passage,
    -1 to 1; `coverage` is the share of the query's words, weighted by their rarity, that the passage
    contains, 0 to 1. Unlike scores, these two can be compared between searches. `also` are duplicates of
    the article that contain most of the passage too.
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
    """Conditions on articles. Days are inclusive; an article without a date passes only `as_of`."""

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
    """A source, or a line of one, that was not read as an article, and the reason."""

    source: str
    reason: str


Outcome = Literal["added", "updated", "unchanged"]


@dataclass(frozen=True, slots=True, kw_only=True)
class UnsupportedLanguage:
    """A language (ISO 639) that an embedder does not support, so that articles in it are harder to find."""

    language: str
    embedder: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Replaced:
    """An article that the article with the id `by` took the place of, since both have the same id (then
    `article_id` and `by` are equal) or were read from the same place.
    """

    article_id: str
    title: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ingested:
    """An article that is now in the collection, and how it got there. `uncovered` is its language, if it was
    embedded now and the embedder does not support it. `replaced` are stored articles, and earlier ones of
    the same run; `remarks` are its reader's.
    """

    article_id: str
    how: Outcome
    uncovered: UnsupportedLanguage | None = None
    replaced: tuple[Replaced, ...] = ()
    remarks: tuple[Remark, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class IngestReport:
    """The article ids by outcome, and the skipped sources with their reasons.

    `replaced` are articles that are no longer stored as they were. `uncovered` are articles whose language
    the embedder does not support; the `warnings` say so, and what can be done, and what readers remarked.
    """

    added: tuple[str, ...] = ()
    updated: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    replaced: tuple[Replaced, ...] = ()
    uncovered: Mapping[str, UnsupportedLanguage] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()

    @classmethod
    def of(cls, outcomes: Iterable[Ingested | Skipped]) -> IngestReport:
        """The report of an ingestion, in its order."""
        ids: dict[str, list[str]] = {"added": [], "updated": [], "unchanged": []}
        skipped: list[Skipped] = []
        replaced: list[Replaced] = []
        remarks: list[Remark] = []
        uncovered: dict[str, UnsupportedLanguage] = {}
        for outcome in outcomes:
            if isinstance(outcome, Skipped):
                skipped.append(outcome)
                continue
            ids[outcome.how].append(outcome.article_id)
            replaced += outcome.replaced
            remarks += outcome.remarks
            if outcome.uncovered:
                uncovered[outcome.article_id] = outcome.uncovered
        return cls(
            **{how: tuple(found) for how, found in ids.items()},
            skipped=tuple(skipped),
            replaced=tuple(replaced),
            uncovered=uncovered,
            warnings=(
                *_language_warnings(uncovered.values(), len(ids["added"]) + len(ids["updated"])),
                *_remark_warnings(remarks),
            ),
        )

    def outcomes(self) -> Iterator[Ingested | Skipped]:
        """The outcomes that the report is `of`, grouped by kind."""
        replaced: dict[str, list[Replaced]] = defaultdict(list)
        for one in self.replaced:
            replaced[one.by].append(one)
        for how in get_args(Outcome):
            for id_ in getattr(self, how):
                yield Ingested(
                    article_id=id_,
                    how=how,
                    uncovered=self.uncovered.get(id_),
                    replaced=tuple(replaced.pop(id_, ())),
                )
        yield from self.skipped

    def __str__(self) -> str:
        return (
            f"{len(self.added)} added, {len(self.updated)} updated, "
            f"{len(self.unchanged)} unchanged, {len(self.skipped)} skipped"
        )


def _language_warnings(uncovered: Iterable[UnsupportedLanguage], embedded: int) -> Iterator[str]:
    """A sentence with the number of articles in each language, of all that were `embedded`."""
    counts = Counter(uncovered).most_common()
    for embedder in sorted({one.embedder for one, _ in counts}):
        known = [(count, language_name(one.language)) for one, count in counts if one.embedder == embedder]
        (first, language), *others = known
        text = f"{first:,} of {embedded:,} articles {'is' if first == 1 else 'are'} in {language}"
        text += "".join(f", {count:,} in {language}" for count, language in others)
        yield (
            f"{text}, which the embedder {embedder} does not cover, so that less of them is found; "
            "name a multilingual one in QUOTH_EMBEDDER, and run `quoth reindex`"
        )


def _remark_warnings(remarks: Iterable[Remark]) -> Iterator[str]:
    """A sentence for each kind of remark: all of a table's rows often share one."""
    kinds: dict[str, list[Remark]] = defaultdict(list)
    for remark in remarks:
        kinds[remark.kind].append(remark)
    for kind, [first, *others] in kinds.items():
        detail = f" ({first.detail})" if first.detail else ""
        more = f", and so in {len(others):,} more" if others else ""
        yield f"{first.place}: {kind}{detail}{more}"
