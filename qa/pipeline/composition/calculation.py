"""Sums, differences and shares of two figures that the articles give, worked out by code."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations

import numpy as np

from index.text.messages.messages import Messages
from index.text.normalization import coverage, stems
from qa.pipeline.composition.composed import Composed, Composition, Line
from qa.pipeline.composition.evidence.figures import Figure, figures
from qa.pipeline.composition.evidence.sentences import ArticleSentence

MAX_ARTICLES = 4
# Figures are looked for in this many of the sentences that are closest to the question.
SENTENCES = 6
# The similarity with the question that both sentences need.
MIN_SIMILARITY = 0.4
# What a pair gains whose figures stand in one sentence, and one from two outlets if both are named.
SAME_SENTENCE, BOTH_OUTLETS = 0.15, 0.3
# Figures that differ by a larger factor are of different things; nobody asks for their difference.
MAX_RATIO = 5
# What a pair gains whose unit stands in the question: "How many more people …?"
ASKED_UNIT = 0.4
# What a pair gains by the share of the topic's words that its sentences have: both parties, both years.
COVERED = 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pair:
    one: Figure
    other: Figure
    sentences: tuple[ArticleSentence, ...]
    score: float


def compose(composition: Composition) -> Composed | None:
    """The result and the sentences with its figures; None if there are no two that compare."""
    relevant = composition.relevant(duplicates=False)[:MAX_ARTICLES]
    sentences = composition.read([one.article for one in relevant])
    if not sentences:
        return None
    query = composition.understanding.wording
    cosines = np.asarray(composition.collection.similarity(query, [one.text for one in sentences]))
    near = [
        int(at)
        for at in np.argsort(-cosines)
        if cosines[at] >= MIN_SIMILARITY and not sentences[at].is_question and figures(sentences[at].text)
    ][:SENTENCES]
    outlets = composition.understanding.outlets
    asked = frozenset(stems(query))
    pairs = list(_pairs([(sentences[at], float(cosines[at])) for at in near], outlets, asked))
    if not pairs:
        return None
    weights = composition.collection.weights(composition.topic or query)
    covered = [coverage(weights, " ".join(one.text for one in pair.sentences)) for pair in pairs]
    ranked = [
        pair
        for pair, _ in sorted(
            zip(pairs, covered, strict=True), key=lambda one: -(one[0].score + COVERED * one[1])
        )
    ]
    operation = composition.understanding.detail
    best, text = next(
        ((pair, text) for pair in ranked[:2] if (text := _calculated(composition.messages, pair, operation))),
        (ranked[0], ""),
    )
    if not text:
        return None
    lines = [Line.quoted(sentence) for sentence in best.sentences]
    return Composed(lines=(Line(text=text, quotes=best.sentences, support="computed"), *lines))


def _pairs(
    near: Sequence[tuple[ArticleSentence, float]], outlets: Sequence[str], asked: frozenset[str]
) -> Iterator[_Pair]:
    found = [(figure, sentence, cosine) for sentence, cosine in near for figure in figures(sentence.text)]
    for (one, first, near_one), (other, second, near_other) in combinations(found, 2):
        if one.value == other.value or not one.kind or one.kind != other.kind:
            continue
        if len(outlets) > 1 and first.article.outlet == second.article.outlet:
            continue  # one figure of each outlet is asked for
        score = (near_one + near_other) / 2 + SAME_SENTENCE * (first is second)
        score += ASKED_UNIT * (one.kind in asked)
        if len(outlets) > 1:
            score += BOTH_OUTLETS * ({first.article.outlet, second.article.outlet} == set(outlets[:2]))
        sentences = (first,) if first is second else (first, second)
        yield _Pair(one=one, other=other, sentences=sentences, score=score)


def _calculated(messages: Messages, pair: _Pair, operation: str) -> str:
    high, low = sorted((pair.one, pair.other), key=lambda figure: -figure.value)
    unit = high.unit or low.unit
    shown = {"high": _number(messages, high.value), "low": _number(messages, low.value)}
    if operation == "sum":
        total = _amount(messages, high.value + low.value, unit)
        return messages.gettext("Together that is {total}: {high} + {low}.", total=total, **shown)
    if operation == "share":
        share = messages.decimal(float(100 * low.value / high.value))
        return messages.gettext(
            "That is {share} per cent: {low} of {high} {unit}.", share=share, unit=unit, **shown
        )
    if high.value > MAX_RATIO * low.value:
        return ""
    difference = _amount(messages, high.value - low.value, unit)
    return messages.gettext("The difference is {difference}: {high} − {low}.", difference=difference, **shown)


def _amount(messages: Messages, value: Decimal, unit: str) -> str:
    return f"{_number(messages, value)} {unit}".strip()


def _number(messages: Messages, value: Decimal) -> str:
    """`11.2 million`, `160,000`, `2.8`."""
    if value >= 1_000_000 and (millions := value / 1_000_000) == round(millions, 3):
        return messages.gettext("{number} million", number=millions.normalize())
    return messages.number(value.normalize())
