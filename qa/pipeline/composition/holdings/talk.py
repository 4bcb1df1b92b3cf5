"""Replies to greetings, thanks and questions about the assistant."""

from __future__ import annotations

from qa.pipeline.composition.composed import Composed, Composition, Line

_HELP = (
    "I answer questions from {articles} and show the exact words behind every sentence. You can ask about "
    "facts, people and places, for summaries, lists, timelines and quotations, and which articles there are."
)


def compose(composition: Composition) -> Composed:
    """A short reply."""
    counted = composition.collection.documents.counts()[0]
    articles = f"the {counted:,} articles of this collection" if counted != 1 else "the one article here"
    match composition.understanding.detail:
        case "thanks":
            text = "You are welcome!"
        case "hello":
            text = f"Hello! I answer questions from {articles}."
        case _:
            text = _HELP.format(articles=articles)
            if composition.understanding.wording.split()[0].strip(",.!").lower() in (
                "hello",
                "hi",
                "hallo",
                "hey",
            ):
                text = f"Hello! {text}"
    return Composed(lines=(Line(text=text, support="catalogue"),), is_chat=True)
