"""Checked sentences as HTML."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date

from qa.schemas import MAX_TEXT_CHARACTERS, CheckedSentence
from qa.web.ui.html.rendering import render
from qa.web.ui.phrases.window import Phrases
from qa.web.ui.scope import Scope

SIGNS = {"proven": "✓", "contradicted": "✗", "unproven": "?", "no_claim": ""}


def form(phrases: Phrases) -> str:
    """The form that takes the text."""
    return render("check/form.html", phrases=phrases, max_characters=MAX_TEXT_CHARACTERS)


def result(
    phrases: Phrases,
    sentences: Sequence[CheckedSentence],
    total: int,
    scope: Scope,
    *,
    running: bool = False,
    stopped: bool = False,
) -> str:
    """The sentences so far, of `total`, with their signs and quotes."""
    return render(
        "check/result.html",
        phrases=phrases,
        sentences=sentences,
        total=total,
        counts=Counter(sentence.verdict for sentence in sentences),
        signs=SIGNS,
        running=running,
        stopped=stopped,
        collection=scope.collection,
        day=scope.as_of or date.today(),
    )
