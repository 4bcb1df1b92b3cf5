"""Sums, differences and shares of two figures that the articles give, worked out by code."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from index.text.messages.messages import Messages
from index.text.normalization import coverage, stems
from qa.pipeline.composition.composed import Composed, Composition, Line
from qa.pipeline.composition.evidence.amounts import shown_amount, shown_number
from qa.pipeline.composition.evidence.figures import figures
from qa.pipeline.composition.evidence.pairs import Pair, pairs_of, without_thirds
from qa.pipeline.composition.evidence.portions import PERCENT, portions
from qa.pipeline.composition.evidence.sentences import ArticleSentence

MAX_ARTICLES = 4
# Figures are looked for in this many of the sentences that are closest to the question.
SENTENCES = 8
# The similarity with the question that both sentences need.
MIN_SIMILARITY = 0.35
# Figures that differ by a larger factor are of different things; nobody asks for their difference.
MAX_RATIO = 5
# What a pair gains by the share of the topic's words that its sentences have: both parties, both years.
COVERED = 0.3
# The share of the topic's words, by weight, that a sentence with its article's beginning has to have, and by
# itself where the other figure stands elsewhere; that beginning, in characters.
SUBJECT, OWN, LEDE = 0.3, 0.2, 300
# The share that a pair needs of the words of the question that any sentence with figures has.
BEST = 0.7
# How near a sentence with a share of an amount has to be to the question.
NEAR_PORTION = 0.3
# "How many more … than …" is a difference, whatever else the question looks like.
_COMPARED = re.compile(
    r"\b(?:more|fewer|less|\w{1,20}er)\b.{0,150}\bthan\b|\bdifference\b|\bunterschied\b", re.IGNORECASE
)
# What is no matter: units of money and of shares, and the word of "how much dearer".
_UNIT = re.compile(r"euros?|dollars?|pounds?|cents?|per|percent\w*|prozent", re.IGNORECASE)
_HOW = re.compile(r"\bhow (?:much|many) (\w+er)\b", re.IGNORECASE)
# "How many euros is their 15 per cent of …" asks for no percentage.
_ASKS_PART = re.compile(r"\d ?(?:%|per ?cent|prozent)", re.IGNORECASE)
_OF_THAT = re.compile(
    r"\b(?:is|be|are|makes?|does|would) (?:that|this|it)\b|\b(?:part|share|portion|half|third|quarter) of\b",
    re.IGNORECASE,
)
_PERCENT = re.compile(r"per ?cent|percentage|%|prozent|\bshare\b|proportion|fraction|\banteil", re.IGNORECASE)


def compose(composition: Composition) -> Composed | None:
    """The result and the sentences with its figures; None if no two are clearly those asked for."""
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
    operation = composition.understanding.detail
    if _COMPARED.search(query):
        operation = "difference"
    elif _ASKS_PART.search(query) or (
        not _PERCENT.search(query) and (operation == "share" or _OF_THAT.search(query))
    ):
        return _portion(composition, sentences, cosines)
    outlets = composition.understanding.outlets
    asked = frozenset(stems(query))
    pairs = list(pairs_of([(sentences[at], float(cosines[at])) for at in near], outlets, asked))
    if operation == "share":
        pairs = [pair for pair in pairs if pair.is_together]
    elif operation == "difference" and len(outlets) < 2:
        pairs = without_thirds(pairs)
    weights = _subject_weights(composition)
    # Where another sentence with figures has more of the question's words, these are not those asked for.
    most = max((coverage(weights, one.text) for one in sentences if figures(one.text)), default=0.0)
    ranked = sorted(
        (
            (pair.score + COVERED * coverage(weights, " ".join(one.text for one in pair.sentences)), nth)
            for nth, pair in enumerate(pairs)
            if _is_asked(weights, pair, operation)
            and (pair.is_together or operation == "sum" or _COMPARED.search(query))
            and coverage(weights, " ".join(one.text for one in pair.sentences)) >= BEST * most
        ),
        key=lambda one: -one[0],
    )
    for _, nth in ranked[:2]:
        best = pairs[nth]
        if text := _calculated(
            composition.messages, best, operation, in_percent=bool(_PERCENT.search(query))
        ):
            return _shown(text, best.sentences)
    return None


def _portion(
    composition: Composition, sentences: Sequence[ArticleSentence], cosines: NDArray[np.float32]
) -> Composed | None:
    """How much a percentage of an amount is, of the nearest sentences that give both; None if none does."""
    weights = _subject_weights(composition)
    asked = frozenset(stems(composition.understanding.wording))
    given = {one.value / 100 for one in figures(composition.understanding.wording) if one.unit == PERCENT}
    messages = composition.messages
    near = {(one.article.id, one.nth): float(cosine) for one, cosine in zip(sentences, cosines, strict=True)}
    every = list(portions(sentences))
    found = [
        (max(near[one.article.id, one.nth] for one in portion.sentences), nth)
        for nth, portion in enumerate(every)
        if (not given or portion.rate in given)
        and (_UNIT.fullmatch(portion.amount.unit) or portion.amount.kind in asked)
        and all(coverage(weights, _in_context(one)) >= SUBJECT for one in portion.sentences)
    ]
    score, nth = max(found, default=(0.0, 0))
    if score < NEAR_PORTION:
        return None
    best = every[nth]
    text = messages.gettext(
        "That is {total}: {share} of {amount}.",
        total=shown_amount(messages, best.value, best.amount.unit),
        share=best.share,
        amount=shown_number(messages, best.amount.value),
    )
    return _shown(text, best.sentences)


def _shown(text: str, quotes: tuple[ArticleSentence, ...]) -> Composed:
    return Composed(lines=(Line(text=text, quotes=quotes, support="computed"), *map(Line.quoted, quotes)))


def _is_asked(weights: Mapping[str, float], pair: Pair, operation: str) -> bool:
    """Whether both figures are of the matter that the question names: each sentence, as its article
    introduces it, has this share of the question's words, and those far apart have some of their own.
    """
    if len(pair.sentences) == 1:
        near = coverage(weights, _in_context(pair.sentences[0])) >= OWN
        return near and (pair.is_contrast or operation == "sum")
    least = OWN if pair.of_outlets else SUBJECT
    if any(coverage(weights, _in_context(one)) < least for one in pair.sentences):
        return False
    return (
        pair.of_outlets
        or pair.is_together
        or all(coverage(weights, one.text) >= OWN for one in pair.sentences)
    )


def _subject_weights(composition: Composition) -> Mapping[str, float]:
    """The terms of what is counted, without the unit and the comparison: "How much dearer, in euros, …?"."""
    topic = composition.topic or composition.understanding.wording
    how = _HOW.search(composition.understanding.wording)
    words = [word for word in topic.split() if not _UNIT.fullmatch(word) and not (how and word == how[1])]
    return composition.collection.weights(" ".join(words) or topic)


def _in_context(sentence: ArticleSentence) -> str:
    """The sentence with the title of its article and what introduces it."""
    article = sentence.article
    return f"{article.title} {article.text[:LEDE]} {sentence.text}"


def _calculated(messages: Messages, pair: Pair, operation: str, *, in_percent: bool) -> str:
    high, low = sorted((pair.one, pair.other), key=lambda figure: -figure.value)
    unit = high.unit or low.unit
    shown = {"high": shown_number(messages, high.value), "low": shown_number(messages, low.value)}
    if operation == "sum":
        total = shown_amount(messages, high.value + low.value, unit)
        return messages.gettext("Together that is {total}: {high} + {low}.", total=total, **shown)
    base = pair.base if len(pair.sentences) == 1 else None
    if operation == "share" and not base:
        share = messages.decimal(float(100 * low.value / high.value))
        return messages.gettext(
            "That is {share} per cent: {low} of {high} {unit}.", share=share, unit=unit, **shown
        )
    if high.value > MAX_RATIO * low.value:
        return ""
    difference = shown_amount(messages, high.value - low.value, unit)
    if in_percent and base:
        return messages.gettext(
            "The difference is {difference}, or {share} per cent: {high} − {low}.",
            difference=difference,
            share=messages.decimal(float(100 * (high.value - low.value) / base.value)),
            **shown,
        )
    return messages.gettext("The difference is {difference}: {high} − {low}.", difference=difference, **shown)
