"""Timelines: what the articles report on a topic, with days, oldest first."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from datetime import date

import numpy as np

from index.text.calendar_words import MONTH, month_number
from index.text.normalization import coverage
from qa.pipeline.composition.composed import Composed, Composition, Line
from qa.pipeline.composition.evidence.salience import salience, select_diverse
from qa.pipeline.composition.evidence.sentences import ArticleSentence
from qa.pipeline.composition.holdings.catalogue import dated

MAX_ARTICLES, MAX_LINES = 8, 10
# What a sentence gains that names a day, a month or a year.
DATED = 0.15
# What one loses that needs its neighbours, or is background: older than so many years, without this share of
# the topic's words.
UNFIT, OLD_YEARS, NAMED = 1.0, 3, 0.5
TOPIC = 0.8
_YEAR, _MONTH = r"(?P<year>1[5-9]\d\d|20\d\d)", rf"(?P<month>{MONTH})(?!\w)"
_SINCE = r"\b(?:in|since|until|by|of|early|late|mid|last) "
# From the most to the least precise.
_DATES = [
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\b(?P<day>\d{{1,2}}) {_MONTH}(?:,? {_YEAR})?",
        rf"\b{_MONTH} (?P<day>\d{{1,2}})(?!\d)(?:,? {_YEAR})?",
        rf"{_SINCE}{_MONTH}(?:,? {_YEAR})?",
        rf"{_SINCE}{_YEAR}\b",
    )
]


def compose(composition: Composition) -> Composed | None:
    """Each article's first sentence and its best ones on the topic, each with its day; None if none is."""
    articles = composition.articles(1 if composition.understanding.singular else MAX_ARTICLES)
    sentences = composition.read(articles)
    if not sentences:
        return None
    texts = [sentence.text for sentence in sentences]
    vectors = composition.collection.encode(texts)
    about = np.asarray(composition.collection.similarity(composition.topic or texts[0], texts))
    weights = composition.collection.weights(composition.topic or texts[0])
    happened = [event_day(sentence) for sentence in sentences]
    dated = np.array([DATED if any(pattern.search(text) for pattern in _DATES) else 0.0 for text in texts])
    # What happened long before is the background of something else, unless it names the topic.
    past = [_is_background(when, one) for when, one in zip(happened, sentences, strict=True)]
    past = [old and coverage(weights, text) < NAMED for old, text in zip(past, texts, strict=True)]
    alone = [one.stands_alone for one in sentences]
    shown = np.array([ok and not old for ok, old in zip(alone, past, strict=True)])
    scores = np.asarray(salience(sentences, vectors, None) + TOPIC * about + dated, dtype=np.float32)
    scores = np.where(shown, scores, scores - UNFIT)
    chosen = _chosen(sentences, select_diverse(scores, vectors, MAX_LINES), len(articles))
    entries = [(happened[at] or _reported(sentences[at]), sentences[at]) for at in chosen]
    entries.sort(key=lambda entry: (entry[0][0], entry[1].start))
    return Composed(
        lines=tuple(Line.quoted(sentence, f"{label}: " if label else "") for (_, label), sentence in entries),
        is_list=True,
    )


def _chosen(sentences: Sequence[ArticleSentence], ranked: Sequence[int], articles: int) -> list[int]:
    """The first sentence of each article, and the same number of its best ones."""
    each = max(1, min(5, MAX_LINES // articles - 1))
    left = Counter({sentence.article.id: each for sentence in sentences})
    chosen = [at for at, sentence in enumerate(sentences) if sentence.nth == 0]
    for at in ranked:
        if at not in chosen and left[sentences[at].article.id]:
            left[sentences[at].article.id] -= 1
            chosen.append(at)
    return chosen


def _is_background(when: tuple[str, str] | None, sentence: ArticleSentence) -> bool:
    published = sentence.article.date
    return bool(when and published and published.year - int(when[0][:4]) > OLD_YEARS)


def _reported(sentence: ArticleSentence) -> tuple[str, str]:
    return sentence.article.dated, dated(sentence.article)


def event_day(sentence: ArticleSentence) -> tuple[str, str] | None:
    """The sort key and the words of the time before its article's day that the sentence names, if it does."""
    published = sentence.article.date
    for found in (match for pattern in _DATES for match in pattern.finditer(sentence.text)):
        parts = {name: value for name, value in found.groupdict().items() if value}
        year = int(parts["year"]) if "year" in parts else None
        month = month_number(parts["month"]) if "month" in parts else None
        number = int(parts["day"]) if "day" in parts else None
        if year is None and month and published:
            # The nearest one: in January, "in November" is that of last year.
            year = published.year + (month - published.month < -6) - (month - published.month > 6)
        if year is None or (published and (year, month or 1, number or 1) > _ymd(published)):
            continue
        key = f"{year:04}-{month or 0:02}-{number or 0:02}"
        named = date(year, month or 1, 1)
        label = f"{number} {named:%B %Y}" if number and month else f"{named:%B %Y}" if month else str(year)
        return key, label
    return None


def _ymd(when: date) -> tuple[int, int, int]:
    return when.year, when.month, when.day
