"""Extractive answers: without a model, the sentences that fit the question best are quoted."""

from __future__ import annotations

from collections.abc import Sequence

from qa.guardrails.sanitizer import sanitize
from qa.llm.prompts import NOT_FOUND
from qa.pipeline.composition.evidence.sentences import is_of_site
from qa.verification.excerpts import Excerpt

# A second sentence is quoted if its rank is at least this share of the best one's.
CLOSE_SECOND = 0.9


def quote_best(excerpts: Sequence[Excerpt]) -> str:
    """A draft of one or two quoted sentences with their citation marks, or NOT FOUND."""
    ranked = sorted(
        (
            (rank, excerpt, nth)
            for excerpt in excerpts
            for nth, rank in enumerate(excerpt.ranks)
            if _states(sanitize(excerpt.quote(nth, nth)))
        ),
        key=lambda candidate: -candidate[0],
    )[:2]
    close = [candidate for candidate in ranked if candidate[0] >= CLOSE_SECOND * ranked[0][0]]
    quoted = [f"{sanitize(excerpt.quote(nth, nth))} [{excerpt.number}]" for _, excerpt, nth in close]
    return " ".join(quoted) or NOT_FOUND


def _states(sentence: str) -> bool:
    """Whether it is neither a question nor a link to another article, which answer nothing."""
    return not sentence.endswith("?") and not is_of_site(sentence)
