"""The composer of each kind of question."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from qa.pipeline.composition import (
    calculation,
    comparison,
    explanation,
    listing,
    nearest,
    profile,
    quotation,
    summary,
    timeline,
)
from qa.pipeline.composition.composed import Composed, Composition
from qa.pipeline.composition.holdings import catalogue, overview, talk
from qa.pipeline.understanding.understanding import Understanding
from qa.schemas import Kind

Composer = Callable[[Composition], Composed | None]

COMPOSERS: Mapping[Kind, Composer] = {
    "calculation": calculation.compose,
    "catalogue": catalogue.compose,
    "chat": talk.compose,
    "compare": comparison.compose,
    "list": listing.compose,
    "overview": overview.compose,
    "profile": profile.compose,
    "quotation": quotation.compose,
    "summary": summary.compose,
    "timeline": timeline.compose,
}
"""Kinds without a composer are answered by drafting. A composer returns None if it finds nothing to say."""

WITHOUT_MODEL: Mapping[Kind, Composer] = {"why": explanation.compose, "yes-no": explanation.compose_polar}
"""Of the drafted kinds, those that are composed where no model drafts: nothing else can say yes or no."""


def composer_of(understanding: Understanding, *, drafts: bool) -> Composer | None:
    """What composes the answer; None if it is drafted."""
    composer = COMPOSERS.get(understanding.kind)
    if composer or drafts:
        return composer
    return explanation.compose if understanding.is_keywords else WITHOUT_MODEL.get(understanding.kind)


def fallback(understanding: Understanding) -> Composer | None:
    """What is composed where a draft is declined: for keywords, what a search would show. For a question
    nothing is, since its answer has to be proven.
    """
    return nearest.compose if understanding.is_keywords else None
