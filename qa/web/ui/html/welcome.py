"""What the window says before the first question: what there is, and what could be asked."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from index.schemas import ArticleSummary
from qa.assistant import Assistant
from qa.auth import caller
from qa.web.ui.html import citations
from qa.web.ui.html.header import facts
from qa.web.ui.phrases.window import Phrases
from qa.web.ui.scope import Scope

QUESTIONS = 4
NEWEST = 6
TITLE_CHARACTERS = 80


def welcome(say: Phrases, articles: Sequence[ArticleSummary]) -> str:
    """The greeting, with what is in the library."""
    if not articles:
        how = say.how_to_add.format("<code>quoth add FILE_OR_FOLDER</code>", "<code>/api/articles</code>")
        return f'<h2 class="greeting">{say.nothing_yet}</h2><p>{how}</p>'
    told = "".join(f"<span>{escape(fact)}</span>" for fact in facts(say, articles))
    return f'<h2 class="greeting">{say.greeting}</h2><p class="facts">{told}</p><p>{say.promise}</p>'


def newest(assistant: Assistant, say: Phrases) -> str:
    """The newest articles of the collection that a window opens with, for one who may read them."""
    if not caller().sees(Scope().collection):
        return citations.no_sources(say, say.first_note)
    shown = assistant.articles(collection=Scope().collection, limit=NEWEST).articles
    return citations.newest(say, shown, Scope().collection)


def suggestions(assistant: Assistant, say: Phrases, scope: Scope) -> str:
    """Questions that can be asked of these articles, for one who may."""
    if not caller().sees(scope.collection):
        return ""
    asked = assistant.suggestions(collection=scope.collection, limit=QUESTIONS)
    if not asked:
        newest = assistant.articles(collection=scope.collection, limit=2 * QUESTIONS).articles
        titles = list(dict.fromkeys(article.title for article in newest if article.title))[:QUESTIONS]
        asked = [
            say.title_question.format(citations.clipped(title, TITLE_CHARACTERS).rstrip("."))
            for title in titles
        ]
    buttons = "".join(
        f'<button type="button" class="example" data-deed="example" dir="auto">{escape(question)}</button>'
        for question in asked
    )
    return buttons and f'<p class="try">{say.try_these}</p>{buttons}'
