"""Answering without a model: the sentences that fit the question best, as they stand."""

from __future__ import annotations

from collections.abc import Sequence

from qa.guardrails.sanitizer import fenced
from qa.llm.prompts import NOT_FOUND
from qa.verification.excerpts import Excerpt

# A second sentence is quoted where it fits almost as well as the first.
CLOSE_SECOND = 0.9


def quote_best(excerpts: Sequence[Excerpt]) -> str:
    """A draft of one or two quoted sentences with their marks, or NOT FOUND."""
    ranked = sorted(
        ((fit, excerpt, nth) for excerpt in excerpts for nth, fit in enumerate(excerpt.fits)),
        key=lambda found: -found[0],
    )[:2]
    close = [found for found in ranked if found[0] >= CLOSE_SECOND * ranked[0][0]]
    quoted = [f"{fenced(excerpt.quote(nth, nth))} [{excerpt.number}]" for _, excerpt, nth in close]
    return " ".join(quoted) or NOT_FOUND
