"""What the window shows before the first question: the library, and questions to ask."""

from __future__ import annotations

from collections.abc import Sequence

from index.schemas import ArticleSummary
from index.text.messages.messages import Messages
from qa.assistant import Assistant
from qa.auth import caller
from qa.web.ui.html import citations
from qa.web.ui.html.rendering import render
from qa.web.ui.scope import Scope

QUESTIONS = 4
NEWEST = 6
OUTLETS = 4


def welcome(messages: Messages, articles: Sequence[ArticleSummary]) -> str:
    """The greeting, with an overview of the articles."""
    return render("ask/welcome.html", messages, articles=articles, facts=facts(messages, articles))


def facts(messages: Messages, articles: Sequence[ArticleSummary]) -> list[str]:
    """The number of articles, their first and last day, and their outlets."""
    days = sorted({article.date for article in articles if article.date})
    outlets = list(dict.fromkeys(article.source for article in articles if article.source))
    facts = [messages.ngettext("{number} article", "{number} articles", len(articles))]
    if days:
        facts.append(" – ".join(map(messages.day, dict.fromkeys((days[0], days[-1])))))
    if outlets:
        named, more = ", ".join(outlets[:OUTLETS]), len(outlets) - OUTLETS
        facts.append(
            messages.gettext("{named} and {number} more", named=named, number=more) if more > 0 else named
        )
    return facts


def newest(assistant: Assistant, messages: Messages) -> str:
    """The newest articles of the default collection, if the caller may read it."""
    collection = Scope().collection
    if not caller().sees(collection):
        return citations.no_sources(messages, citations.about(messages))
    page = assistant.articles(collection=collection, limit=NEWEST)
    return citations.newest(messages, page.articles, collection)


def suggestions(assistant: Assistant, messages: Messages, scope: Scope) -> str:
    """Questions that the articles answer, if the caller may read them."""
    if not caller().sees(scope.collection):
        return ""
    if scope.chosen:
        one = len(scope.chosen) == 1
        questions = [
            messages.gettext("Summarise this article.")
            if one
            else messages.gettext("Summarise these articles.")
        ]
    else:
        questions = list(
            assistant.suggestions(collection=scope.collection, limit=QUESTIONS, language=messages.language)
        )
    return render("ask/suggestions.html", messages, questions=questions) if questions else ""
