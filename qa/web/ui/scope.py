"""Which part of the library is asked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from index.schemas import Filters


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """A collection, which of its articles may answer, and the day the questions are asked on; None is today.

    The Library view sets it, the Ask view asks within it. `edition` counts how often articles came or went
    in this window, so that what tells of them is made anew.
    """

    collection: str = "default"
    filters: Filters = Filters()
    as_of: date | None = None
    edition: int = 0

    @property
    def narrowed(self) -> bool:
        """Whether it is less than everything there is today."""
        return self != Scope(edition=self.edition)

    def details(self) -> dict[str, object]:
        """The fields of a `Question` that it decides."""
        return {"collection": self.collection, "filters": self.filters, "as_of": self.as_of}
