"""What a collection is about: how many articles, of which outlets and days, and their topics."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from index.collection import Collection
from index.embedding.embedder import Vectors
from index.schemas import ArticleSummary
from index.text.messages.messages import Messages
from qa.pipeline.composition.composed import Composed, Composition, Line
from qa.pipeline.composition.holdings.catalogue import listed, outlets, titled

# Topics are found among this many of the newest articles, and this many are shown.
NEWEST, MAX_TOPICS = 200, 16
# Articles this similar are about one topic.
SAME_TOPIC = 0.5


def compose(composition: Composition) -> Composed | None:
    """Counts, outlets and topics; None if no article passes the filters."""
    page = composition.collection.documents.list_articles(filters=composition.filters)
    if not page.total:
        return None
    found = topics(composition.collection, page.articles)
    messages = composition.messages
    lines = [
        listed(messages, page.articles, composition.understanding, page.total),
        outlets(messages, page.articles),
    ]
    lines += [_topic(messages, topic) for topic in found[:MAX_TOPICS]]
    if left := sum(map(len, found[MAX_TOPICS:])):
        rest = tuple(article.id for topic in found[MAX_TOPICS:] for article in topic)
        text = messages.gettext("{number} more are about other topics.", number=left)
        lines.append(Line(text=text, articles=rest, support="catalogue"))
    return Composed(lines=tuple(lines), is_list=True)


def _topic(messages: Messages, articles: Sequence[ArticleSummary]) -> Line:
    newest, *others = articles
    named = titled(messages, newest)
    more = {"named": named, "number": len(others)}
    return Line(
        text=messages.gettext("{named} and {number} more", **more) if others else named,
        articles=tuple(article.id for article in articles),
        support="catalogue",
    )


def topics(collection: Collection, articles: Sequence[ArticleSummary]) -> list[list[ArticleSummary]]:
    """The newest of the articles grouped by topic, each newest first; topics with several articles, then
    newest first.

    An article joins the first group whose newest article its beginning resembles.
    """
    articles = articles[:NEWEST]
    vectors = _beginnings(collection, articles)
    groups: list[list[ArticleSummary]] = []
    for article in articles:
        for group in groups:
            if _similar(vectors.get(article.id), vectors.get(group[0].id)):
                group.append(article)
                break
        else:
            groups.append([article])
    return sorted(groups, key=lambda group: -min(len(group), 3))


def _similar(one: Vectors | None, other: Vectors | None) -> bool:
    return one is not None and other is not None and float(np.dot(one, other)) >= SAME_TOPIC


def _beginnings(collection: Collection, articles: Sequence[ArticleSummary]) -> dict[str, Vectors]:
    """The vector of each article's first passage."""
    first = {
        spans[0].id: article.id
        for article in articles
        if (spans := collection.documents.passage_spans(article.id))
    }
    ids, vectors = collection.vectors.get(list(first))
    return {first[id_]: vector for id_, vector in zip(ids, vectors, strict=True)}
