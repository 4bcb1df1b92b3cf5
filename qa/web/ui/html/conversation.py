"""The conversation as HTML: questions, drafts, answers, and the status line."""

from __future__ import annotations

from index.text.messages.messages import Messages
from qa.web.ui.conversation import Exchange
from qa.web.ui.html.rendering import render

# The model's name in answers that no model wrote.
NO_MODEL = "none"


def status(nth: int, activity: str, seconds: float) -> str:
    """The current activity with its seconds, which the page goes on counting."""
    return render("ask/status.html", nth=nth, activity=activity, seconds=seconds)


def done(messages: Messages) -> str:
    """Tells screen readers that the answer is complete."""
    return render("ask/done.html", messages)


def asked(messages: Messages, question: str, searched: str, draft: str) -> str:
    """A question that is being answered, with the draft so far."""
    return _render(messages, question, searched, draft=draft)


def exchange(messages: Messages, nth: int, exchange: Exchange, *, past: bool = False) -> str:
    """A question with its answer or its error.

    The page saves the exchange unless it is `past`: then the browser has it already.
    """
    searched = exchange.answer.question_searched if exchange.answer else ""
    return _render(messages, exchange.question, searched, exchange=exchange, nth=nth, past=past)


def _render(
    messages: Messages,
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
        messages,
        question=question,
        searched=searched,
        draft=draft,
        exchange=exchange,
        nth=nth,
        past=past,
        citations={citation.number: citation for citation in cited},
        no_model=NO_MODEL,
        kinds=kind_names(messages),
    )


def kind_names(messages: Messages) -> dict[str, str]:
    """What each kind of answer that can be chosen is called."""
    return {
        "fact": messages.gettext("a fact"),
        "why": messages.gettext("reasons"),
        "yes-no": messages.gettext("yes or no"),
        "parts": messages.gettext("several parts"),
        "list": messages.gettext("a list"),
        "compare": messages.gettext("a comparison"),
        "timeline": messages.gettext("a timeline"),
        "summary": messages.gettext("a summary"),
        "overview": messages.gettext("an overview"),
        "catalogue": messages.gettext("a list of articles"),
        "quotation": messages.gettext("quotations"),
        "calculation": messages.gettext("a calculation"),
        "profile": messages.gettext("a portrait"),
    }
