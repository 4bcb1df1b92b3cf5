"""The days, months and years that a text names."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass, replace
from datetime import date

from index.text.calendar_words import MONTH, YEAR, DatePatterns, month_number, without_overlaps
from index.text.messages.messages import Messages

_ENGLISH = DatePatterns(month=MONTH, year=rf"{YEAR}(?!\d|[,.]\d)")
_BEFORE = r"(?:\b(?i:in|since|until|till|by|of|from|to|for|during|early|late|mid|last|next|this|year)[ -]|\()"
# From the most to the least precise.
_DATES = [
    re.compile(pattern)
    for pattern in (
        rf"\b{YEAR}-(?P<number>\d\d)-(?P<day>\d\d)\b",
        rf"\b{_ENGLISH.day_first}",
        rf"\b{_ENGLISH.month_first}",
        rf"(?:{_BEFORE}|\b){_ENGLISH.month_of_year}",
        rf"{_BEFORE}{_ENGLISH.month_alone}",
        rf"(?:{_BEFORE}|\b(?i:between) ){_ENGLISH.year}(?!s|[-–]\d)",
        # "6 per cent more than last year" is a comparison.
        r"(?<!than )(?<!with )\b(?P<relative>(?i:last|this|next)) (?P<unit>month|year)\b",
    )
]
# "the strongest since 1987" is a comparison, and no event of 1987.
_COMPARED = re.compile(r"\b(?i:since|than in)\b")

# "A pipe that was replaced in January", "on a vessel built in 1991": the date is that of a thing which the
# sentence mentions, and what it reports happened on another day.
_OF_A_THING = re.compile(
    r"(?:(?<!,) (?:(?:which|who) |that (?:is|are|was|were|has|have|had|\w+ed) )[^,;:]*"
    r"|\b(?:about|at|by|for|from|in|of|on|to|with) (?:an?|the|its|his|her|their|our|my) (?:[\w-]+ ){1,3}?"
    r"(?:\w+ed|born|built|founded|held|laid|made|sunk|taken|written) )$"
)

# "They withdrew it in March", said in October, is long past, unless something is planned.
FAR_AHEAD = 3
_PLANNED = re.compile(
    r"\b(?i:will|shall|to|is|are|be|until|till|by|from|due|plan\w*|schedul\w*|expect\w*|next|can|could|would)\b"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedDate:
    """A day, a month or a year; `at` is where the text names it, and `is_of_a_thing` whether something
    mentioned is from then, and not what the text reports.
    """

    year: int
    month: int | None
    day: int | None
    at: int
    is_of_a_thing: bool = False

    @property
    def key(self) -> str:
        """`2024-03-16`, with `00` for what is not known, so that keys sort."""
        return f"{self.year:04}-{self.month or 0:02}-{self.day or 0:02}"

    def is_after(self, day: date) -> bool:
        """Whether it lies after the day, as far as it is known."""
        own = (self.year, self.month or day.month, self.day or day.day)
        return own > (day.year, day.month, day.day)

    def shown(self, messages: Messages) -> str:
        """`16 March 2024`, `March 2024` or `2024`."""
        if not self.month:
            return str(self.year)
        if self.day and self.day <= monthrange(self.year, self.month)[1]:
            return messages.long_day(date(self.year, self.month, self.day))
        return messages.long_month(date(self.year, self.month, 1))


def named_dates(text: str, published: date | None) -> list[NamedDate]:
    """The dates of a text in its order, each once; days without a year are the nearest to when it was
    `published`, and are left out if that is not known.
    """
    named: dict[str, NamedDate] = {}
    for found in without_overlaps(match for pattern in _DATES for match in pattern.finditer(text)):
        if (one := _named(found, published)) and not (not one.month and _COMPARED.match(text, found.start())):
            named.setdefault(one.key, replace(one, is_of_a_thing=bool(_OF_A_THING.search(text[: one.at]))))
    return sorted(named.values(), key=lambda one: one.at)


def _named(found: re.Match[str], published: date | None) -> NamedDate | None:
    parts = {name: value for name, value in found.groupdict().items() if value}
    month = int(parts["number"]) if "number" in parts else None
    if "month" in parts:
        month = month_number(parts["month"])
    if "relative" in parts:
        return _relative(parts["relative"].lower(), parts["unit"], published, found.start())
    if "year" in parts:
        year = int(parts["year"])
    elif published and month:
        # In January, "in November" is that of last year.
        year = published.year + (month - published.month < -6) - (month - published.month > 6)
        ahead = (year - published.year) * 12 + month - published.month
        year -= ahead >= FAR_AHEAD and not _PLANNED.search(found.string[: found.end()])
    else:
        return None
    if month is not None and not 1 <= month <= 12:
        return None
    return NamedDate(year=year, month=month, day=int(parts.get("day", 0)) or None, at=found.start())


def _relative(which: str, unit: str, published: date | None, at: int) -> NamedDate | None:
    """Last, this or next month, or last or next year, seen from the day."""
    if not published or (which, unit) == ("this", "year"):
        return None
    off = ["last", "this", "next"].index(which) - 1
    if unit == "year":
        return NamedDate(year=published.year + off, month=None, day=None, at=at)
    months = published.year * 12 + published.month - 1 + off
    return NamedDate(year=months // 12, month=months % 12 + 1, day=None, at=at)
