"""Summaries of an article, of a topic and of a period, by the articles' own best sentences."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from index.schemas import Article
from index.text.normalization import coverage
from qa.pipeline.composition.composed import Composed, Composition, Line
from qa.pipeline.composition.evidence.salience import cover, salience, select_diverse
from qa.pipeline.composition.evidence.sentences import ArticleSentence, in_order
from qa.pipeline.composition.holdings.catalogue import listed
from qa.pipeline.composition.holdings.overview import topics

MIN_SENTENCES, MAX_SENTENCES = 3, 6
# A longer one, "more details, please", has up to so many.
MAX_LONGER = 12
# A summary has one sentence for so many of an article.
PER_SENTENCE = 2
# A period has so many lines, one for each topic if it has more articles.
MAX_PERIOD = 12
MAX_ARTICLES = 5
# How much a sentence's similarity with the topic counts beside its salience.
TOPIC = 0.6
# How similar to the topic a sentence has to be in an article about it, and in another one, unless it has this
# share of the topic's words; and the share of such sentences that an article about it has.
ON_TOPIC, NEAR, NAMED, SHARE = 0.1, 0.4, 0.5, 0.3


def compose(composition: Composition) -> Composed | None:
    """Three to six sentences; None if no article is on the topic."""
    understanding = composition.understanding
    if understanding.period or (understanding.detail == "period" and not composition.topic):
        return _period(composition)
    several = len(composition.filters.article_ids) > 1 and not composition.topic
    single = not several and (understanding.singular or understanding.detail == "article")
    articles = composition.articles(1 if single else MAX_ARTICLES)
    if not articles:
        return None
    limit = MAX_LONGER if understanding.detail == "longer" else MAX_SENTENCES
    limit = min(limit, understanding.sentences or limit)
    lines = (
        summarize_article(composition, articles[0], limit)
        if len(articles) == 1
        else _topic(composition, articles, limit)
    )
    return Composed(lines=tuple(map(Line.quoted, lines))) if lines else None


def summarize_article(
    composition: Composition, article: Article, limit: int = MAX_SENTENCES
) -> list[ArticleSentence]:
    """Three to `limit` sentences that cover the whole article, in its order."""
    sentences = composition.read([article])
    if not sentences:
        return []
    vectors = composition.collection.encode([sentence.text for sentence in sentences])
    title = composition.collection.encode([article.title])[0] if article.title else None
    wanted = len(sentences) * limit / MAX_SENTENCES / PER_SENTENCE
    count = min(limit, max(MIN_SENTENCES, round(wanted)))
    return [sentences[at] for at in cover(salience(sentences, vectors, title), count)]


def _topic(composition: Composition, articles: Sequence[Article], limit: int) -> list[ArticleSentence]:
    """The best sentences of several articles on the topic, oldest article first."""
    sentences = composition.read(articles)
    if not sentences:
        return []
    texts = [sentence.text for sentence in sentences]
    about = np.zeros(len(texts))
    if composition.topic:
        about = np.asarray(composition.collection.similarity(composition.topic, texts))
        sentences, about = _on_topic(composition, sentences, about)
    vectors = composition.collection.encode([sentence.text for sentence in sentences])
    scores = salience(sentences, vectors, None) + TOPIC * about
    chosen = select_diverse(np.asarray(scores, dtype=np.float32), vectors, limit)
    return sorted((sentences[at] for at in chosen), key=in_order)


def _on_topic(
    composition: Composition, sentences: Sequence[ArticleSentence], about: NDArray[np.float64]
) -> tuple[list[ArticleSentence], NDArray[np.float64]]:
    """The sentences that have to do with the topic, with their similarities. An article many of whose
    sentences are near it tells of it throughout; one about several things, as a day's news, in places.
    """
    weights = composition.collection.weights(composition.topic)
    near = [
        at for at, one in enumerate(sentences) if about[at] >= NEAR or coverage(weights, one.text) >= NAMED
    ]
    counts = Counter(sentences[at].article.id for at in near)
    total = Counter(one.article.id for one in sentences)
    whole = {id_ for id_, count in counts.items() if count >= SHARE * total[id_]}
    kept = [
        at
        for at, one in enumerate(sentences)
        if at in near or (one.article.id in whole and about[at] >= ON_TOPIC)
    ]
    kept = kept or list(range(len(sentences)))
    return [sentences[at] for at in kept], about[kept]


def _period(composition: Composition) -> Composed | None:
    """The first sentence of each article of the period, newest first; where there are many, of the newest one
    of each topic.
    """
    documents = composition.collection.documents
    page = documents.list_articles(filters=composition.filters, limit=None)
    if not page.total:
        return None
    told = page.articles
    if page.total > MAX_PERIOD:
        newest = {topic[0].id for topic in topics(composition.collection, told)[:MAX_PERIOD]}
        told = tuple(one for one in told if one.id in newest)
    articles = documents.present(one.id for one in told)
    first: dict[str, ArticleSentence] = {}
    for sentence in composition.read(articles):
        first.setdefault(sentence.article.id, sentence)
    messages = composition.messages
    lines = [
        Line.quoted(one, f"{messages.long_dated(one.article)}: " if one.article.dated else "")
        for one in first.values()
    ]
    head = listed(messages, page.articles, composition.understanding, page.total)
    return Composed(lines=(head, *lines), is_list=True)
