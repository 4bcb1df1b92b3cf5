"""Checked sentences as HTML."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date

from index.text.messages.messages import Messages
from qa.pipeline.checking.draft_file import FORMATS
from qa.pipeline.checking.statements import heading_title
from qa.schemas import MAX_TEXT_CHARACTERS, CheckedSentence, CheckedText, Side
from qa.web.ui.html.rendering import render
from qa.web.ui.scope import Scope

SIGNS = {"proven": "✓", "contradicted": "✗", "unproven": "?", "no_claim": ""}


def form(messages: Messages) -> str:
    """The form that takes the text."""
    return render("check/form.html", messages, max_characters=MAX_TEXT_CHARACTERS, formats=",".join(FORMATS))


def result(
    messages: Messages,
    sentences: Sequence[CheckedSentence],
    total: int,
    scope: Scope,
    *,
    running: bool = False,
    stopped: bool = False,
    trouble: str = "",
) -> str:
    """The sentences so far, of `total`, with their signs and quotes; `trouble` is why it stopped."""
    so_far = CheckedText(sentences=tuple(sentences), verifier="")
    return render(
        "check/result.html",
        messages,
        sentences=sentences,
        total=total,
        counts=Counter(sentence.verdict for sentence in sentences),
        signs=SIGNS,
        verdicts=verdict_names(messages),
        side_told=side_told,
        heading_title=heading_title,
        saved="" if running else so_far.model_dump_json(),
        trouble=trouble,
        running=running,
        stopped=stopped,
        collection=scope.collection,
        day=scope.as_of or date.today(),
    )


def verdict_names(messages: Messages) -> dict[str, str]:
    """What each verdict is called."""
    return {
        "proven": messages.gettext("proven"),
        "contradicted": messages.gettext("contradicted"),
        "unproven": messages.gettext("not proven"),
        "no_claim": messages.gettext("no claim"),
    }


def side_told(messages: Messages, side: Side, sides: Sequence[Side]) -> str:
    """What the articles of a side say: "The newer article says 16 March"; empty if it is no one value."""
    if not side.says:
        return ""
    if not side.date:
        return messages.gettext("The article says {value}.", value=side.says)
    days, told = {one.date for one in sides if one.date}, {"value": side.says, "day": messages.day(side.date)}
    if len(days) < 2:
        return messages.gettext("The article of {day} says {value}.", **told)
    if side.date == max(days):
        return messages.gettext("The newer article, of {day}, says {value}.", **told)
    return messages.gettext("The older article, of {day}, says {value}.", **told)
