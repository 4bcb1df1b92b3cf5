"""How the reports of several outlets or articles differ: point by point, by outlet and day."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

import numpy as np

from index.embedding.embedder import Vectors
from index.schemas import Article
from index.text.messages.messages import Messages
from index.text.normalization import WORD
from qa.pipeline.composition.composed import Composed, Composition, Line
from qa.pipeline.composition.evidence.articles import ABOUT, closest, relevant_articles, same_matter
from qa.pipeline.composition.evidence.figures import figures
from qa.pipeline.composition.evidence.salience import cover, salience
from qa.pipeline.composition.evidence.sentences import ArticleSentence, in_order
from qa.pipeline.composition.nearest import nearest_sentences

MAX_ARTICLES = 6
# What stands between the two things of a question.
_BETWEEN = re.compile(r"\b(?:and|with|versus|vs\.?|und|mit)\b", re.IGNORECASE)
# How similar the counterpart of an article has to be to its beginning.
SAME_MATTER = 0.45
# Sentences that are near a question about two things, if no two articles report on one matter.
NEAR_BOTH, MAX_NEAR, CLOSE = 0.5, 4, 0.6
# Two sentences this alike are about one point; at or above SAME they say the same unless figures differ.
ONE_POINT, ONE_FIGURE, SAME = 0.5, 0.3, 0.75
MAX_POINTS, MAX_ONLY = 4, 3
# What a pair gains whose figures of one kind differ.
OTHER_FIGURE = 0.25
# Values that differ by more are of different things.
MAX_RATIO = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class _Point:
    one: int
    other: int
    alike: float
    differs: bool


def compose(composition: Composition) -> Composed | None:
    """The points on which two reports of one matter differ; where there are no two, and the question names no
    outlets, the sentences nearest to it: of two things, one article can tell the difference.
    """
    pair = _two_articles(composition)
    if not pair:
        if composition.understanding.outlets:
            return None
        asked = composition.understanding.wording, composition.topic
        near = nearest_sentences(composition, *asked, least=NEAR_BOTH, count=MAX_NEAR, close=CLOSE)
        return Composed(lines=tuple(map(Line.quoted, sorted(near, key=in_order)))) if near else None
    sides = [composition.read([article]) for article in pair]
    if not all(sides):
        return None
    vectors = [composition.collection.encode([one.text for one in side]) for side in sides]
    points = _points(sides, vectors)
    lines: list[Line] = []
    messages = composition.messages
    labels = [_label(messages, article) for article in pair]
    differing = [point for point in points if point.differs][:MAX_POINTS]
    all_same = [point for point in points if not point.differs and point.alike >= SAME]
    same = all_same[:2]
    if same:
        both = messages.gettext("Both report:")
        lines.append(Line(text=both, articles=tuple(one.id for one in pair), support="catalogue"))
        lines += [
            Line(text=sides[0][point.one].text, quotes=(sides[0][point.one], sides[1][point.other]))
            for point in same
        ]
    for nth, point in enumerate(differing, 1):
        for label, quote in zip(labels, (sides[0][point.one], sides[1][point.other]), strict=True):
            before = messages.gettext("Point {number} – {outlet}:", number=nth, outlet=label)
            lines.append(Line.quoted(quote, f"{before} "))
    used = [
        {point.one for point in (*differing, *all_same)},
        {point.other for point in (*differing, *all_same)},
    ]
    for label, side, vector, seen, article in zip(labels, sides, vectors, used, pair, strict=True):
        own = _only(side, vector, seen)
        if own:
            only = messages.gettext("Only {outlet}:", outlet=label)
            lines.append(Line(text=only, articles=(article.id,), support="catalogue"))
            lines += map(Line.quoted, own)
    return Composed(lines=tuple(lines), is_list=True)


def _two_articles(composition: Composition) -> list[Article]:
    """The best article on the topic, and the best of another outlet, or of another day; oldest first."""
    if not composition.topic and len(composition.filters.article_ids) == 2:
        chosen = composition.articles(2)
        return sorted(chosen, key=lambda one: one.dated) if len(chosen) == 2 else []
    relevant = composition.relevant()[:MAX_ARTICLES]
    outlets = composition.understanding.outlets
    # Where outlets are named, what is left of the question may have a word of its form.
    if not closest(relevant, 1) or not (relevant[0].mentions or len(outlets) > 1):
        return []
    if len(outlets) > 1:
        # Each may have printed the same report.
        each = composition.relevant(duplicates=True)
        named = [
            next((one.article for one in each if one.article.outlet == outlet and one.mentions), None)
            or next((one.article for one in relevant if one.article.outlet == outlet), None)
            for outlet in outlets[:2]
        ]
        return [one for one in named if one] if all(named) else []
    if two := _of_two_subjects(composition):
        return two
    first = relevant[0].article
    other = _counterpart(composition, first)
    return sorted((first, other), key=lambda one: one.dated) if other else []


def _of_two_subjects(composition: Composition) -> list[Article]:
    """The best article on each of the two things that the question names, "the strike and the lockout"; none
    if it names no two, or one article is about both.
    """
    halves = _BETWEEN.split(composition.understanding.subject)
    if len(halves) != 2:
        return []
    own = set(composition.topic.split())
    topics = [" ".join(word for word in WORD.findall(half) if word in own) for half in halves]
    if not all(topics):
        return []
    best = [
        next(iter(relevant_articles(composition.collection, topic, composition.filters)), None)
        for topic in topics
    ]
    about = [one.article for one in best if one and one.lede >= ABOUT]
    return about if len({one.id for one in about}) == 2 else []


def _counterpart(composition: Composition, first: Article) -> Article | None:
    """The article that tells most like the first one of the same matter, of another outlet if there is one;
    otherwise one of another day.
    """
    # Without what the question's own words limit.
    given = composition.understanding.question.limits
    filters = replace(composition.filters, source=given.source, article_ids=given.article_ids)
    near = same_matter(composition.collection, first, filters, SAME_MATTER)
    elsewhere = [one for one in near if one.outlet != first.outlet]
    # Where neither outlets nor days are known, another article is another report, unless it says the same.
    others = [one for one in near if one.dated != first.dated or not one.dated]
    return next(iter(elsewhere or [one for one in others if one.text != first.text]), None)


def _label(messages: Messages, article: Article) -> str:
    name = article.outlet or article.title
    return f"{name} ({messages.long_dated(article)})" if article.dated else name


def _points(sides: Sequence[Sequence[ArticleSentence]], vectors: Sequence[Vectors]) -> list[_Point]:
    """Pairs of sentences about one point, each sentence in one pair, the clearest first."""
    cosines = vectors[0] @ vectors[1].T
    pairs = []
    for (one, other), alike in np.ndenumerate(cosines):
        differs = _figures_differ(sides[0][one].text, sides[1][other].text)
        if alike >= (ONE_FIGURE if differs else ONE_POINT):
            pairs.append(_Point(one=one, other=other, alike=float(alike), differs=differs or alike < SAME))
    points: list[_Point] = []
    ranked = sorted(
        pairs,
        key=lambda pair: (
            -(pair.alike + OTHER_FIGURE * _figures_differ(sides[0][pair.one].text, sides[1][pair.other].text))
        ),
    )
    for pair in ranked:
        if all(pair.one != each.one and pair.other != each.other for each in points):
            points.append(pair)
    return points


def _figures_differ(one: str, other: str) -> bool:
    """Whether both have figures of one kind that are near each other, and not the same."""
    first, second = figures(one), figures(other)
    values = {figure.value for figure in first}
    return any(
        one.kind == other.kind != "" and other.value not in values and _near(one.value, other.value)
        for one in first
        for other in second
        if one.value not in {figure.value for figure in second}
    )


def _near(one: Decimal, other: Decimal) -> bool:
    """Whether two values can be reports of the same thing."""
    return 0 < max(one, other) <= MAX_RATIO * min(one, other)


def _only(side: Sequence[ArticleSentence], vectors: Vectors, seen: set[int]) -> list[ArticleSentence]:
    left = [at for at in range(len(side)) if at not in seen and side[at].stands_alone]
    if not left:
        return []
    own = [side[at] for at in left]
    return [own[at] for at in cover(salience(own, vectors[left], None), MAX_ONLY)[:MAX_ONLY]]
