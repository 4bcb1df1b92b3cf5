"""The part of the library that questions use."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from index.schemas import Filters

# Articles that can be chosen by hand.
MAX_CHOSEN = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """A collection, filters on its articles, and the day on which questions are asked; None is today.

    The Library view sets it, the Ask view uses it. `edition` counts changes to the articles in this
    window, so that everything which shows them is rendered again.
    """

    collection: str = "default"
    filters: Filters = Filters()
    as_of: date | None = None
    edition: int = 0

    @property
    def narrowed(self) -> bool:
        """Whether it is less than the whole default collection as of today."""
        return self != Scope(edition=self.edition)

    @property
    def chosen(self) -> tuple[str, ...]:
        """The ids of the articles that questions are limited to; empty if they are not limited to some."""
        return self.filters.article_ids

    def choosing(self, article_ids: Iterable[str]) -> Scope:
        """The scope with exactly these articles chosen; without any, it is as wide as its other filters."""
        return replace(self, filters=replace(self.filters, article_ids=tuple(dict.fromkeys(article_ids))))

    def details(self) -> dict[str, object]:
        """The fields of a `Question` that it sets."""
        return {"collection": self.collection, "filters": self.filters, "as_of": self.as_of}
