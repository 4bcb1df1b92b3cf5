"""English names of months and weekdays, and the forms in which dates are written."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

MONTHS = "January February March April May June July August September October November December".split()
WEEKDAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
#: In lower case, with the abbreviations that newspapers use.
CALENDAR_WORDS = frozenset(
    form for name in map(str.lower, MONTHS + WEEKDAYS) for form in (name, name[:3])
) | {"sept", "tues", "thurs"}
#: The pattern of a month, in full or abbreviated.
MONTH = "|".join([*(rf"{name[:3]}(?:{name[3:]}|\.)?" for name in MONTHS), r"Sept\.?"])
#: The pattern of a year that reports and histories name, in the group `year`.
YEAR = r"(?P<year>1[5-9]\d\d|20\d\d)"
#: What may follow the number of a day.
ORDINAL = r"(?:st|nd|rd|th)?"


@dataclass(frozen=True, slots=True, kw_only=True)
class DatePatterns:
    """The patterns of dates, with the groups `year`, `month` and `day`, from the names of months, what
    may follow the number of a day, and the years. A pattern starts with its first word or number.
    """

    month: str
    ordinal: str = ORDINAL
    year: str = YEAR

    @property
    def month_alone(self) -> str:
        """`March`."""
        return rf"(?P<month>{self.month})(?!\w)"

    @property
    def day_first(self) -> str:
        """`16 March`, `16th of March 2024`."""
        return rf"(?P<day>\d{{1,2}}){self.ordinal} (?:of )?{self.month_alone}(?:,? {self.year})?"

    @property
    def month_first(self) -> str:
        """`March 16`, `March 16th, 2024`."""
        return rf"{self.month_alone} (?P<day>\d{{1,2}})(?!\d){self.ordinal}(?!\w)(?:,? {self.year})?"

    @property
    def month_of_year(self) -> str:
        """`March 2024`."""
        return rf"{self.month_alone},? {self.year}"


def without_overlaps(matches: Iterable[re.Match[str]]) -> list[re.Match[str]]:
    """The matches in their order, without those that overlap an earlier one: the one that counts most is
    first, such as the most precise.
    """
    kept: list[re.Match[str]] = []
    for match in matches:
        if all(match.end() <= other.start() or other.end() <= match.start() for other in kept):
            kept.append(match)
    return kept


def is_calendar_word(word: str) -> bool:
    """Whether the word is the name of a month or a weekday, or its abbreviation."""
    return word.lower() in CALENDAR_WORDS


def month_number(name: str) -> int:
    """1 to 12, by the first three letters. Raises ValueError if there is no such month."""
    return [month[:3].lower() for month in MONTHS].index(name[:3].lower()) + 1
