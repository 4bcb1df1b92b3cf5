"""What the window shows before the first question: the library, and questions to ask."""

from __future__ import annotations

from collections.abc import Sequence

from index.schemas import ArticleSummary
from qa.assistant import Assistant
from qa.auth import caller
from qa.web.ui.html import citations
from qa.web.ui.html.rendering import render
from qa.web.ui.phrases.window import Phrases
from qa.web.ui.scope import Scope

QUESTIONS = 4
NEWEST = 6
OUTLETS = 4


def welcome(phrases: Phrases, articles: Sequence[ArticleSummary]) -> str:
    """The greeting, with an overview of the articles."""
    return render("ask/welcome.html", phrases=phrases, articles=articles, facts=facts(phrases, articles))


def facts(phrases: Phrases, articles: Sequence[ArticleSummary]) -> list[str]:
    """The number of articles, their first and last day, and their outlets."""
    days = sorted({article.date for article in articles if article.date})
    outlets = list(dict.fromkeys(article.source for article in articles if article.source))
    facts = [phrases.count(len(articles), phrases.articles)]
    if days:
        facts.append(" – ".join(map(phrases.day, dict.fromkeys((days[0], days[-1])))))
    if outlets:
        named, more = ", ".join(outlets[:OUTLETS]), len(outlets) - OUTLETS
        facts.append(phrases.more.format(named, more) if more > 0 else named)
    return facts


def newest(assistant: Assistant, phrases: Phrases) -> str:
    """The newest articles of the default collection, if the caller may read it."""
    collection = Scope().collection
    if not caller().sees(collection):
        return citations.no_sources(phrases, phrases.sources.about)
    page = assistant.articles(collection=collection, limit=NEWEST)
    return citations.newest(phrases, page.articles, collection)


def suggestions(assistant: Assistant, phrases: Phrases, scope: Scope) -> str:
    """Questions that the articles answer, if the caller may read them."""
    if not caller().sees(scope.collection):
        return ""
    if scope.chosen:
        words = phrases.ask
        questions = [words.summarise_question if len(scope.chosen) == 1 else words.summarise_several]
    else:
        questions = list(assistant.suggestions(collection=scope.collection, limit=QUESTIONS))
    return render("ask/suggestions.html", phrases=phrases, questions=questions) if questions else ""
