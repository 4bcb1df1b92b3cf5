"""The composer of each kind of question."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from qa.composition import (
    calculation,
    catalogue,
    comparison,
    listing,
    overview,
    profile,
    quotation,
    summary,
    talk,
    timeline,
)
from qa.composition.composed import Composed, Composition
from qa.understanding.kinds import Kind

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
