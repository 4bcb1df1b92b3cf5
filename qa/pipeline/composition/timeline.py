"""Timelines: what the articles report on a topic, with days, oldest first."""

from __future__ import annotations

import re
from calendar import monthrange
from collections import Counter
from collections.abc import Sequence
from datetime import date

import numpy as np

from index.schemas import Article
from index.text.calendar_words import MONTH, month_number
from index.text.messages.messages import Messages
from index.text.normalization import coverage
from qa.pipeline.composition.composed import Composed, Composition, Line
from qa.pipeline.composition.evidence.salience import salience, select_diverse
from qa.pipeline.composition.evidence.sentences import ArticleSentence

MAX_ARTICLES, MAX_LINES = 8, 12
# Among how many the articles are chosen, and how many may be of one day.
MAX_FOUND, PER_DAY = 12, 2
# An article tells of the topic in other words if it is this similar, and nearly as similar as any.
SIMILAR, SAME_STORY = 0.45, 0.8
# A sentence without a date and below this similarity with the topic, as one about the site, is left out.
ON_TOPIC = 0.1
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
    articles = _articles(composition)
    sentences = _on_topic(composition, composition.read(articles))
    if not sentences:
        return None
    texts = [sentence.text for sentence in sentences]
    vectors = composition.collection.encode(texts)
    about = np.asarray(composition.collection.similarity(composition.topic or texts[0], texts))
    weights = composition.collection.weights(composition.topic or texts[0])
    messages = composition.messages
    happened = [event_day(sentence, messages) for sentence in sentences]
    dated = np.array([DATED if any(pattern.search(text) for pattern in _DATES) else 0.0 for text in texts])
    # What happened long before is the background of something else, unless it names the topic.
    past = [_is_background(when, one) for when, one in zip(happened, sentences, strict=True)]
    past = [old and coverage(weights, text) < NAMED for old, text in zip(past, texts, strict=True)]
    alone = [one.stands_alone for one in sentences]
    shown = np.array([ok and not old for ok, old in zip(alone, past, strict=True)])
    scores = np.asarray(salience(sentences, vectors, None) + TOPIC * about + dated, dtype=np.float32)
    scores = np.where(shown, scores, scores - UNFIT)
    chosen = _chosen(sentences, select_diverse(scores, vectors, MAX_LINES), len(articles))
    entries = [(happened[at] or _reported(sentences[at], messages), sentences[at]) for at in chosen]
    entries.sort(key=lambda entry: (entry[0][0], entry[1].start))
    return Composed(
        lines=tuple(Line.quoted(sentence, f"{label}: " if label else "") for (_, label), sentence in entries),
        is_list=True,
    )


def _articles(composition: Composition) -> list[Article]:
    """The articles on the topic, and others that are about as similar: on a later day they tell of it in
    other words. At most two of one day, so that those of other days have room.
    """
    if composition.understanding.singular or composition.understanding.article or not composition.topic:
        return composition.articles(1)
    certain = {one.id for one in composition.articles(MAX_FOUND)}
    relevant = composition.relevant()
    most = max((one.similarity for one in relevant), default=0.0)
    days = Counter[date | None]()
    articles: list[Article] = []
    for one in relevant if certain else []:
        article = one.article
        if (article.id in certain or one.similarity >= max(SIMILAR, SAME_STORY * most)) and days[
            article.date
        ] < (PER_DAY if article.date else MAX_ARTICLES):
            days[article.date] += 1
            articles.append(article)
    return articles[:MAX_ARTICLES]


def _on_topic(composition: Composition, sentences: Sequence[ArticleSentence]) -> list[ArticleSentence]:
    """The sentences that have to do with the topic; an article has others about its author and its site."""
    if not composition.topic or not sentences:
        return list(sentences)
    texts = [one.text for one in sentences]
    cosines = np.asarray(composition.collection.similarity(composition.topic, texts))
    weights = composition.collection.weights(composition.topic)
    return [
        one
        for one, cosine in zip(sentences, cosines, strict=True)
        if not one.is_question
        and (
            cosine >= ON_TOPIC
            or coverage(weights, one.text) >= NAMED
            or any(pattern.search(one.text) for pattern in _DATES)
        )
    ]


def _chosen(sentences: Sequence[ArticleSentence], ranked: Sequence[int], articles: int) -> list[int]:
    """The first sentence of each article, if it is on the topic, and the same number of its best ones."""
    each = max(1, min(5, MAX_LINES // articles - 1))
    chosen = [at for at, sentence in enumerate(sentences) if sentence.nth == 0]
    left = Counter({sentence.article.id: each + 1 for sentence in sentences})
    left.subtract(sentences[at].article.id for at in chosen)
    for at in ranked:
        if at not in chosen and left[sentences[at].article.id]:
            left[sentences[at].article.id] -= 1
            chosen.append(at)
    return chosen


def _is_background(when: tuple[str, str] | None, sentence: ArticleSentence) -> bool:
    published = sentence.article.date
    return bool(when and published and published.year - int(when[0][:4]) > OLD_YEARS)


def _reported(sentence: ArticleSentence, messages: Messages) -> tuple[str, str]:
    return sentence.article.dated, messages.long_dated(sentence.article)


def event_day(sentence: ArticleSentence, messages: Messages) -> tuple[str, str] | None:
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
        return key, _named(messages, year, month, number)
    return None


def _named(messages: Messages, year: int, month: int | None, day: int | None) -> str:
    if not month:
        return str(year)
    if day and day <= monthrange(year, month)[1]:
        return messages.long_day(date(year, month, day))
    named = messages.long_month(date(year, month, 1))
    return f"{day} {named}" if day else named


def _ymd(when: date) -> tuple[int, int, int]:
    return when.year, when.month, when.day
