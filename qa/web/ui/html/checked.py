"""Checked sentences as HTML."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date

from qa.pipeline.checking.draft_file import FORMATS
from qa.schemas import MAX_TEXT_CHARACTERS, CheckedSentence, CheckedText, Side
from qa.web.ui.html.rendering import render
from qa.web.ui.phrases.window import Phrases
from qa.web.ui.scope import Scope

SIGNS = {"proven": "✓", "contradicted": "✗", "unproven": "?", "no_claim": ""}


def form(phrases: Phrases) -> str:
    """The form that takes the text."""
    return render(
        "check/form.html", phrases=phrases, max_characters=MAX_TEXT_CHARACTERS, formats=",".join(FORMATS)
    )


def result(
    phrases: Phrases,
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
        phrases=phrases,
        sentences=sentences,
        total=total,
        counts=Counter(sentence.verdict for sentence in sentences),
        signs=SIGNS,
        side_told=side_told,
        saved="" if running else so_far.model_dump_json(),
        trouble=trouble,
        running=running,
        stopped=stopped,
        collection=scope.collection,
        day=scope.as_of or date.today(),
    )


def side_told(phrases: Phrases, side: Side, sides: Sequence[Side]) -> str:
    """What the articles of a side say: "The newer article says 16 March"; empty if it is no one value."""
    if not side.says:
        return ""
    days = {one.date for one in sides if one.date}
    words = phrases.check
    says = words.says
    if len(days) > 1 and side.date:
        says = words.newer_says if side.date == max(days) else words.older_says
    return (
        says.format(side.says, phrases.day(side.date)) if side.date else words.says_undated.format(side.says)
    )
