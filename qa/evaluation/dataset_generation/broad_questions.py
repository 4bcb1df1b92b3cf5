"""Test questions of the broad kinds, made of the collection itself: of titles, names, outlets and days.

What an answer has to say (`must`) is computed where the articles decide it; elsewhere it is left for the
user, who knows what matters.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import combinations

from index.schemas import Article, ArticleSummary
from qa.evaluation.questions import EvalQuestion
from qa.schemas import Kind

MIN_WORDS = 4
# A title shorter than this names no matter.
MIN_TITLE_WORDS = 3
_NAME = r"(?P<name>[A-Z][\w’-]+ [A-Z][\w’-]+)"
_QUOTED = re.compile(rf"[“\"](?P<words>[^“”\"\n]{{20,300}}?),?[”\"],? (?:said|says|told \w+|added) {_NAME}")
_INTRODUCED = re.compile(rf"(?<![\w’-]){_NAME}, (?P<role>(?:the|an?|its) [a-z][\w’' -]{{5,60}})[,.]")
_LONG_WORD = re.compile(r"\w{4,}")

# Pairs to compare are looked for among this many articles.
MAX_COMPARED = 300

Read = Callable[[str], Article]
Maker = Callable[[Sequence[ArticleSummary], Read], Iterator[EvalQuestion]]


def broad_questions(
    kind: Kind, articles: Sequence[ArticleSummary], read: Read, seed: int
) -> Iterator[EvalQuestion]:
    """The questions of a kind that the articles of a collection allow, in an order that the seed decides;
    `read` returns the article of an id.

    Raises KeyError for a kind that is not made of a collection; see BROAD_KINDS.
    """
    shuffled = sorted(articles, key=lambda one: one.id)
    random.Random(seed).shuffle(shuffled)
    seen: set[str] = set()
    for question in _MAKERS[kind](shuffled, read):
        if question.question not in seen:
            seen.add(question.question)
            yield question


def _made(
    kind: Kind,
    of: str,
    text: str,
    *,
    gold: Sequence[str] = (),
    must: Sequence[Sequence[str]] = (),
    sentences: int | None = None,
) -> EvalQuestion:
    return EvalQuestion(
        id=f"{kind}-{of}",
        question=text,
        answers=(),
        answerable=True,
        gold=tuple(gold),
        must=tuple(map(tuple, must)),
        min_sentences=sentences,
        labels={"kind": kind},
    )


def _titled(articles: Sequence[ArticleSummary]) -> Iterator[ArticleSummary]:
    return (one for one in articles if len(one.title.split()) >= MIN_TITLE_WORDS)


def _summaries(articles: Sequence[ArticleSummary], _: Read) -> Iterator[EvalQuestion]:
    for one in _titled(articles):
        yield _made("summary", one.id, f"Summarise the article “{one.title}”.", gold=[one.id], sentences=3)


def _timelines(articles: Sequence[ArticleSummary], _: Read) -> Iterator[EvalQuestion]:
    for one in _titled(articles):
        must = [_day(one)] if one.date else []
        text = f"Give me a timeline of what the article “{one.title}” reports."
        yield _made("timeline", one.id, text, gold=[one.id], must=must, sentences=2)


def _lists(articles: Sequence[ArticleSummary], read: Read) -> Iterator[EvalQuestion]:
    for one in _titled(articles):
        names = list(dict.fromkeys(found["name"] for found in _QUOTED.finditer(read(one.id).text)))
        if names:
            text = f"List everyone named in the article “{one.title}”."
            yield _made("list", one.id, text, gold=[one.id], must=[[name] for name in names])


def _comparisons(articles: Sequence[ArticleSummary], _: Read) -> Iterator[EvalQuestion]:
    """Pairs of different outlets whose titles have two long words in common."""
    for one, other in combinations(list(_titled(articles))[:MAX_COMPARED], 2):
        common = {word.lower() for word in _LONG_WORD.findall(one.title)} & {
            word.lower() for word in _LONG_WORD.findall(other.title)
        }
        if one.outlet != other.outlet and one.outlet and other.outlet and len(common) >= 2:
            text = f"How do {one.outlet} and {other.outlet} differ on “{one.title}”?"
            must = [[one.outlet], [other.outlet]]
            yield _made("compare", f"{one.id}-{other.id}", text, gold=[one.id, other.id], must=must)


def _profiles(articles: Sequence[ArticleSummary], read: Read) -> Iterator[EvalQuestion]:
    for one in articles:
        for found in _INTRODUCED.finditer(read(one.id).text):
            must = [[found["role"]]]
            yield _made(
                "profile", f"{one.id}-{found.start()}", f"Who is {found['name']}?", gold=[one.id], must=must
            )


def _quotations(articles: Sequence[ArticleSummary], read: Read) -> Iterator[EvalQuestion]:
    for one in articles:
        for found in _QUOTED.finditer(read(one.id).text):
            if len(found["words"].split()) >= MIN_WORDS:
                text = f"What exactly did {found['name']} say?"
                must = [[found["words"]], [found["name"]]]
                yield _made("quotation", f"{one.id}-{found.start()}", text, gold=[one.id], must=must)


def _overviews(articles: Sequence[ArticleSummary], _: Read) -> Iterator[EvalQuestion]:
    total = [_number(len(articles))]
    outlets = Counter(one.outlet for one in articles if one.outlet).most_common(1)
    must = [*total, *([outlet] for outlet, _ in outlets)]
    for nth, text in enumerate(("What are these articles about?", "What is here?", "What is new?")):
        yield _made("overview", str(nth), text, must=must, sentences=3)


def _catalogue(articles: Sequence[ArticleSummary], _: Read) -> Iterator[EvalQuestion]:
    for outlet, count in Counter(one.outlet for one in articles if one.outlet).most_common():
        text = f"How many articles are from {outlet}?"
        yield _made("catalogue", f"count-{outlet}", text, must=[_number(count)])
    months = Counter(f"{one.date:%B %Y}" for one in articles if one.date)
    for month, count in months.most_common():
        text = f"How many articles are from {month}?"
        yield _made("catalogue", f"count-{month}", text, must=[_number(count)])
    for one in _titled(articles):
        if one.date and one.outlet:
            text = f"When was the article “{one.title}” published, and by which outlet?"
            yield _made("catalogue", one.id, text, gold=[one.id], must=[_day(one), [one.outlet]])


def _number(count: int) -> list[str]:
    return list(dict.fromkeys([f"{count:,}", str(count)]))


def _day(article: ArticleSummary) -> list[str]:
    when = article.date
    return (
        [f"{when.day} {when:%B %Y}", f"{when:%B} {when.day}, {when.year}", when.isoformat()] if when else []
    )


_MAKERS: Mapping[Kind, Maker] = {
    "list": _lists,
    "compare": _comparisons,
    "timeline": _timelines,
    "summary": _summaries,
    "overview": _overviews,
    "catalogue": _catalogue,
    "quotation": _quotations,
    "profile": _profiles,
}
BROAD_KINDS: tuple[Kind, ...] = tuple(_MAKERS)
