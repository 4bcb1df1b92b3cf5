"""Timelines: what the articles report on a topic, with days, oldest first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from index.embedding.embedder import Vectors
from index.schemas import Article
from index.text.messages.messages import Messages
from index.text.normalization import coverage
from qa.pipeline.composition.composed import Composed, Composition, Line
from qa.pipeline.composition.evidence.articles import ABOUT, clearest, same_matter
from qa.pipeline.composition.evidence.dates import named_dates
from qa.pipeline.composition.evidence.salience import Scores, salience, select_diverse
from qa.pipeline.composition.evidence.sentences import ArticleSentence
from qa.pipeline.composition.evidence.times import time_of_day

# How many lines there are at most, and to how many they are filled up with sentences that name no date.
MAX_ARTICLES, MAX_LINES, ENOUGH = 8, 14, 10
# Among how many the articles are chosen, and how many may be of one day.
MAX_FOUND, PER_DAY = 12, 2
# An article tells of the topic in other words if it is this similar, and nearly as similar as any; or this
# similar, and this relevant, to the beginning of the best one.
SIMILAR, SAME_STORY, SAME_MATTER, RELEVANCE = 0.45, 0.8, 0.5, 0.38
# A sentence without a date and below this similarity with the topic, as one about the site, is left out.
ON_TOPIC = 0.1
# What a sentence loses that needs its neighbours, or is background: older than so many years, without this
# share of the topic's words; and how many of these there are at most.
UNFIT, OLD, OLD_YEARS, NAMED, MAX_OLD = 1.0, 0.2, 3, 0.5, 4
TOPIC = 0.8
# An article has so many lines if there is room, and two lines of one day this alike say the same.
MIN_EACH, SAME = 2, 0.85
# So many dates of one sentence have a line of their own.
DATES = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    """A line to be: the sentence `at`, its sort key and its label. `is_old` is whether it is background."""

    at: int
    key: str
    label: str
    is_old: bool = False


def compose(composition: Composition) -> Composed | None:
    """Each article's first sentence, those that name dates, and the best others; None if none is on topic."""
    articles, whole = _articles(composition)
    sentences = _on_topic(composition, composition.read(articles), whole)
    if not sentences:
        return None
    texts = [sentence.text for sentence in sentences]
    vectors = composition.collection.encode(texts)
    about = np.asarray(composition.collection.similarity(composition.topic or texts[0], texts))
    weights = composition.collection.weights(composition.topic or texts[0])
    named = [coverage(weights, text) >= NAMED for text in texts]
    alone = np.array([one.stands_alone for one in sentences])
    scores = np.asarray(salience(sentences, vectors, None) + TOPIC * about, dtype=np.float32)
    dated = [
        entry
        for at, one in enumerate(sentences)
        for entry in _dated(at, one, composition.messages, on_topic=named[at])
    ]
    if len({one.article.date for one in sentences}) == 1:
        dated += _timed(sentences, composition.messages, {entry.at for entry in dated})
    first = [
        _reported(at, one, composition.messages)
        for at, one in enumerate(sentences)
        if one.nth == 0 and not any(entry.at == at for entry in dated)
    ]
    shown = [*first, *_best(dated, scores, MAX_LINES - len(first))]
    # What can be understood by itself fills it up, of each article about as much.
    told = {entry.at for entry in (*first, *dated)}
    for at in select_diverse(np.where(alone, scores, scores - UNFIT), vectors, len(sentences)):
        own = sum(sentences[one.at].article.id == sentences[at].article.id for one in shown)
        if (
            at not in told
            and alone[at]
            and len(shown) < ENOUGH
            and own < max(MIN_EACH, ENOUGH // len(articles))
        ):
            # After those of the day that name a time: letters sort behind figures.
            entry = _reported(at, sentences[at], composition.messages)
            shown.append(replace(entry, key=f"{entry.key} later"))
    shown = _unrepeated(shown, vectors)
    shown.sort(key=lambda entry: (entry.key, sentences[entry.at].article.dated, sentences[entry.at].start))
    return Composed(
        lines=tuple(
            Line.quoted(sentences[entry.at], f"{entry.label}: " if entry.label else "") for entry in shown
        ),
        is_list=True,
    )


def _articles(composition: Composition) -> tuple[list[Article], set[str]]:
    """The articles on the topic, and others of the same matter: on a later day, or in another paper, they
    tell of it in other words. At most two of one day, so that those of other days have room. Also the ids of
    those that tell of it throughout.
    """
    if composition.understanding.singular or composition.understanding.article or not composition.topic:
        articles = composition.articles(1)
        return articles, {one.id for one in articles}
    relevant = composition.relevant()
    certain = composition.articles(MAX_FOUND) or clearest(relevant)
    if not certain:
        return [], set()
    most = max((one.similarity for one in relevant), default=0.0)
    others = [one.article for one in relevant if one.similarity >= max(SIMILAR, SAME_STORY * most)]
    same = same_matter(composition.collection, certain[0], composition.filters, SAME_MATTER, RELEVANCE)
    days = Counter[date | None]()
    articles = []
    for article in {one.id: one for one in (*certain, *others, *same)}.values():
        if days[article.date] < (PER_DAY if article.date else MAX_ARTICLES):
            days[article.date] += 1
            articles.append(article)
    about = [one.article for one in relevant if one.lede >= ABOUT]
    return articles[:MAX_ARTICLES], {one.id for one in (certain[0], *about, *same)}


def _on_topic(
    composition: Composition, sentences: Sequence[ArticleSentence], whole: Set[str]
) -> list[ArticleSentence]:
    """The sentences that have to do with the topic; an article has others about its author and its site, and
    one that is not about it as a `whole` has it in places.
    """
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
            or named_dates(one.text, one.article.date)
        )
        and (one.article.id in whole or coverage(weights, one.text) >= NAMED or cosine >= SIMILAR)
    ]


def _dated(at: int, sentence: ArticleSentence, messages: Messages, *, on_topic: bool) -> Iterator[_Entry]:
    """An entry for each date that the sentence names. What was still to come when the article appeared says
    so: it may have been put off since. A first sentence tells the news of its own day.
    """
    published = sentence.article.date
    reported = messages.long_dated(sentence.article)
    for named in named_dates(sentence.text, published)[:DATES]:
        label = named.shown(messages)
        if published and named.is_after(published):
            if sentence.nth == 0:
                return
            label = messages.gettext("{day} (reported on {published})", day=label, published=reported)
        elif named.is_of_a_thing:
            continue
        # What happened long before is the background of something else, unless it names the topic.
        is_old = bool(published and published.year - named.year > OLD_YEARS) and not on_topic
        if is_old and sentence.nth == 0:
            return
        yield _Entry(at=at, key=named.key, label=label, is_old=is_old)
        if is_old:
            return


def _timed(sentences: Sequence[ArticleSentence], messages: Messages, dated: Set[int]) -> Iterator[_Entry]:
    """An entry for each sentence that names a time of the day of the reports, and no other date."""
    for at, one in enumerate(sentences):
        time = time_of_day(one.text) if one.nth and at not in dated else ""
        if time:
            yield replace(_reported(at, one, messages), key=f"{one.article.dated} {time}")


def _reported(at: int, sentence: ArticleSentence, messages: Messages) -> _Entry:
    return _Entry(at=at, key=sentence.article.dated, label=messages.long_dated(sentence.article))


def _best(dated: Sequence[_Entry], scores: Scores, count: int) -> list[_Entry]:
    """The best entries, of background only a few."""
    ranked = sorted(dated, key=lambda one: -(float(scores[one.at]) - OLD * one.is_old))
    background = [one for one in ranked if one.is_old][MAX_OLD:]
    return [one for one in ranked if one not in background][: max(0, count)]


def _unrepeated(entries: Sequence[_Entry], vectors: Vectors) -> list[_Entry]:
    """The entries without those that say of one day what one before them says, as copies do."""
    kept: list[_Entry] = []
    for entry in entries:
        same = (one for one in kept if one.key == entry.key and one.at != entry.at)
        if all(float(vectors[one.at] @ vectors[entry.at]) < SAME for one in same):
            kept.append(entry)
    return kept
