"""The conversation as HTML: questions, drafts, answers, and the status line."""

from __future__ import annotations

from qa.web.ui.conversation import Exchange
from qa.web.ui.html.rendering import render
from qa.web.ui.phrases.window import Phrases

# The model's name in answers that no model wrote.
NO_MODEL = "none"


def status(nth: int, activity: str, seconds: float) -> str:
    """The current activity with its seconds, which the page goes on counting."""
    return render("ask/status.html", nth=nth, activity=activity, seconds=seconds)


def done(phrases: Phrases) -> str:
    """Tells screen readers that the answer is complete."""
    return render("ask/done.html", phrases=phrases)


def asked(phrases: Phrases, question: str, searched: str, draft: str) -> str:
    """A question that is being answered, with the draft so far."""
    return _render(phrases, question, searched, draft=draft)


def exchange(phrases: Phrases, nth: int, exchange: Exchange, *, past: bool = False) -> str:
    """A question with its answer or its error.

    The page saves the exchange unless it is `past`: then the browser has it already.
    """
    searched = exchange.answer.question_searched if exchange.answer else ""
    return _render(phrases, exchange.question, searched, exchange=exchange, nth=nth, past=past)


def _render(
    phrases: Phrases,
    question: str,
    searched: str,
    *,
    draft: str = "",
    exchange: Exchange | None = None,
    nth: int = 0,
    past: bool = False,
) -> str:
    cited = exchange.answer.citations if exchange and exchange.answer else ()
    return render(
        "ask/exchange.html",
        phrases=phrases,
        question=question,
        searched=searched,
        draft=draft,
        exchange=exchange,
        nth=nth,
        past=past,
        citations={citation.number: citation for citation in cited},
        no_model=NO_MODEL,
    )
