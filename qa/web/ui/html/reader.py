"""An article in the reader, beside the conversation."""

from __future__ import annotations

from datetime import date

from index.schemas import Article
from index.text.messages.messages import Messages
from qa.web.ui.html.rendering import render
from qa.web.ui.html.text import marked_paragraphs


def article(
    messages: Messages,
    article: Article,
    start: int,
    end: int,
    asked: date | None,
    collection: str = "default",
) -> str:
    """The article with `text[start:end]` marked, its age on the day of the question, and buttons that limit
    the questions to it.
    """
    facts = [article.source, messages.dated(article)]
    if article.date and asked:
        facts.append(messages.age(article.date, asked))
    return render(
        "ask/article.html",
        messages,
        article=article,
        collection=collection,
        start=start,
        end=end,
        facts=facts,
        paragraphs=marked_paragraphs(article.text, start, end),
    )
