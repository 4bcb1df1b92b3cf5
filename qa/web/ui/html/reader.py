"""An article in the reader, beside the conversation."""

from __future__ import annotations

from datetime import date

from index.schemas import Article
from qa.web.ui.html.rendering import render
from qa.web.ui.html.text import marked_paragraphs
from qa.web.ui.phrases.window import Phrases


def article(phrases: Phrases, article: Article, start: int, end: int, asked: date | None) -> str:
    """The article with `text[start:end]` marked, and its age on the day of the question."""
    facts = [article.source, phrases.dated(article)]
    if article.date and asked:
        facts.append(phrases.age(article.date, asked))
    return render(
        "ask/article.html",
        phrases=phrases,
        article=article,
        start=start,
        end=end,
        facts=facts,
        paragraphs=marked_paragraphs(article.text, start, end),
    )
