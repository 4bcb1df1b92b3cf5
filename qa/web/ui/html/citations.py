"""The sources panel as HTML: quotes in their passages, passages, and articles to read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from index.schemas import ArticleSummary
from qa.schemas import RetrievedPassage
from qa.web.ui.conversation import Exchange
from qa.web.ui.html.rendering import render
from qa.web.ui.phrases.window import Phrases


def no_sources(phrases: Phrases, note: str) -> str:
    """The panel with nothing but a note in it."""
    return _panel(phrases, phrases.sources.sources, note=note)


def newest(phrases: Phrases, articles: Sequence[ArticleSummary], collection: str) -> str:
    """The panel before the first question: articles to read."""
    if not articles:
        return no_sources(phrases, phrases.sources.about)
    words = phrases.sources
    return _panel(phrases, words.newest, note=words.about, articles=articles, collection=collection)


def evidence(phrases: Phrases, passages: Sequence[RetrievedPassage], collection: str, day: date) -> str:
    """The panel while an answer is written: the passages that the model reads."""
    count = phrases.sources.found.format(phrases.count(len(passages), phrases.passages))
    return _panel(phrases, phrases.sources.sources, count, passages=passages, collection=collection, day=day)


def sources(phrases: Phrases, exchange: Exchange) -> str:
    """The panel of a checked answer: its quotes, and the other passages, folded unless it was declined."""
    answer, words = exchange.answer, phrases.sources
    if not answer:
        return no_sources(phrases, "")
    where = {"collection": exchange.collection, "day": exchange.day}
    if answer.status == "declined":
        count = phrases.count(len(answer.passages), phrases.passages) if answer.passages else words.none_found
        near = exchange if answer.citations else None
        return _panel(phrases, words.nearest, count, cited=near, passages=answer.passages, **where)
    cited = {(citation.article_id, citation.start) for citation in answer.citations}
    others = [
        passage
        for passage in answer.passages
        if not any(passage.article_id == id_ and passage.start <= at < passage.end for id_, at in cited)
    ]
    count = words.quotes_from.format(
        phrases.count(len(answer.citations), phrases.quotes),
        phrases.count(len({citation.article_id for citation in answer.citations}), phrases.articles),
    )
    return _panel(phrases, words.sources, count, cited=exchange, others=others, **where)


def _panel(phrases: Phrases, title: str, count: str = "", **parts: object) -> str:
    empty = dict.fromkeys(("note", "articles", "cited", "passages", "others"))
    return render("ask/sources.html", phrases=phrases, title=title, count=count, **(empty | parts))
