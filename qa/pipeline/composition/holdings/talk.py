"""Replies to greetings, thanks and questions about the assistant."""

from __future__ import annotations

from qa.pipeline.composition.composed import Composed, Composition, Line

_GREETINGS = ("hello", "hi", "hallo", "hey")


def compose(composition: Composition) -> Composed:
    """A short reply."""
    messages = composition.messages
    articles = messages.ngettext(
        "the one article here",
        "the {number} articles of this collection",
        composition.collection.documents.counts()[0],
    )
    hello = messages.gettext("Hello!")
    match composition.understanding.detail:
        case "thanks":
            text = messages.gettext("You are welcome!")
        case "hello":
            answers = messages.gettext("I answer questions from {articles}.", articles=articles)
            text = f"{hello} {answers}"
        case _:
            text = messages.gettext(
                "I answer questions from {articles} and show the exact words behind every sentence. You can "
                "ask about facts, people and places, for summaries, lists, timelines and quotations, and "
                "which articles there are.",
                articles=articles,
            )
            if composition.understanding.wording.split()[0].strip(",.!").lower() in _GREETINGS:
                text = f"{hello} {text}"
    return Composed(lines=(Line(text=text, support="catalogue"),), is_chat=True)
