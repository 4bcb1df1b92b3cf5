"""The sources panel as HTML: quotes in their passages, passages, and articles to read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from index.schemas import ArticleSummary
from index.text.messages.messages import Messages
from qa.schemas import RetrievedPassage
from qa.web.ui.conversation import Exchange
from qa.web.ui.html.rendering import render


def no_sources(messages: Messages, note: str) -> str:
    """The panel with nothing but a note in it."""
    return _panel(messages, messages.gettext("Sources"), note=note)


def about(messages: Messages) -> str:
    """What the panel is for."""
    return messages.gettext("The passages and exact quotes behind each answer appear here.")


def newest(messages: Messages, articles: Sequence[ArticleSummary], collection: str) -> str:
    """The panel before the first question: articles to read."""
    note = about(messages)
    if not articles:
        return no_sources(messages, note)
    title = messages.gettext("Latest articles")
    return _panel(messages, title, note=note, articles=articles, collection=collection)


def evidence(messages: Messages, passages: Sequence[RetrievedPassage], collection: str, day: date) -> str:
    """The panel while an answer is written: the passages that the model reads."""
    count = messages.ngettext("{number} passage found", "{number} passages found", len(passages))
    title = messages.gettext("Sources")
    return _panel(messages, title, count, passages=passages, collection=collection, day=day)


def sources(messages: Messages, exchange: Exchange) -> str:
    """The panel of a checked answer: its quotes, and the other passages, folded unless it was declined."""
    answer = exchange.answer
    if not answer:
        return no_sources(messages, "")
    where = {"collection": exchange.collection, "day": exchange.day}
    if answer.status == "declined":
        found = len(answer.passages)
        count = messages.ngettext("{number} passage", "{number} passages", found)
        near, title = exchange if answer.citations else None, messages.gettext("Nearest passages")
        count = count if found else messages.gettext("none found")
        return _panel(messages, title, count, cited=near, passages=answer.passages, **where)
    cited = {(citation.article_id, citation.start) for citation in answer.citations}
    others = [
        passage
        for passage in answer.passages
        if not any(passage.article_id == id_ and passage.start <= at < passage.end for id_, at in cited)
    ]
    title = messages.gettext("Sources")
    if not answer.citations:
        return _panel(messages, title, others=others, **where)
    quotes, articles = len(answer.citations), len({citation.article_id for citation in answer.citations})
    count = messages.gettext(
        "{quotes} from {articles}",
        quotes=messages.ngettext("{number} quote", "{number} quotes", quotes),
        articles=messages.ngettext("{number} article", "{number} articles", articles),
    )
    return _panel(messages, title, count, cited=exchange, others=others, **where)


def _panel(messages: Messages, title: str, count: object = "", **parts: object) -> str:
    empty = dict.fromkeys(("note", "articles", "cited", "passages", "others"))
    return render("ask/sources.html", messages, title=title, count=count, **(empty | parts))
