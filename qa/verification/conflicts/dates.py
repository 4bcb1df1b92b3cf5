"""The days and the scores of a sentence, so that two can be compared."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_WEEKDAYS = "mon tue wed thu fri sat sun".split()
_MONTH = (
    r"(?P<month>Jan(?:uary|\.)?|Feb(?:ruary|\.)?|Mar(?:ch|\.)?|Apr(?:il|\.)?|May|June?|July?|Aug(?:ust|\.)?"
    r"|Sept?(?:ember|\.)?|Oct(?:ober|\.)?|Nov(?:ember|\.)?|Dec(?:ember|\.)?)"
)
_YEAR = r"(?P<year>1[5-9]\d\d|20\d\d)"
_DAY = r"(?P<day>[12]\d|3[01]|[1-9])(?:st|nd|rd|th)?"
_IN = r"(?i:in|since|until|by|from|of|during|for)(?: early| late| mid)?"
# From the finest to the coarsest: what one has matched is not matched again.
_DAYS = (
    re.compile(rf"\b{_DAY}(?: of)? {_MONTH}(?:,? {_YEAR})?(?!\w)"),
    re.compile(rf"\b{_MONTH} {_DAY}(?!\d)(?:,? {_YEAR})?(?![\w,.]*\d)"),
    re.compile(rf"\b{_MONTH},? {_YEAR}\b"),
    re.compile(
        rf"\b(?:in|since|until|by|from|of|during|for) (?:early |late |mid-)?{_MONTH}(?!\w)", re.IGNORECASE
    ),
    re.compile(
        rf"\b(?:in|since|until|by|from|of|during|for) (?:early |late |mid-)?{_YEAR}\b(?!-)", re.IGNORECASE
    ),
)
_WEEKDAY = re.compile(
    r"\b(Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|\b(yesterday|today|tonight)\b", re.IGNORECASE
)
# The day on which something was said is not the day on which it happened.
_SAID = re.compile(
    r"\b(?:said|says|told|announced|reported|added|presented|confirmed|showed|according)\b[^.,;]{0,40}$"
)
_SCORE = re.compile(r"(?<![\w.,:/–-])(\d{1,2})[-–](\d{1,2})(?![\w:/–-]|[.,]\d)")
# A score on the way, or of something else than the whole match.
_UNFINISHED = re.compile(
    r"\b(half-?time|interval|aggregate|penalt\w+|shoot-?out|leads?|led|leading|ahead|sets?|record|series"
    r"|break|quarter|innings?)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DateMention:
    """A day, a month or a year, as far as it is written out."""

    span: tuple[int, int]
    year: int | None
    month: int | None
    day: int | None

    def alike(self, other: DateMention) -> bool:
        """Whether both are told equally finely."""
        return (self.month is None, self.day is None) == (other.month is None, other.day is None)

    def clashes(self, other: DateMention) -> bool:
        """Whether they are two days, two months or two years."""
        both = zip((self.year, self.month, self.day), (other.year, other.month, other.day), strict=True)
        return self.alike(other) and any(one and two and one != two for one, two in both)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreMention:
    """How a match ended, the fewer points first."""

    span: tuple[int, int]
    points: tuple[int, ...]

    def alike(self, other: ScoreMention) -> bool:
        """All scores are of one sort."""
        return True

    def clashes(self, other: ScoreMention) -> bool:
        """Whether they are two results."""
        return self.points != other.points


def days(text: str) -> Iterator[DateMention]:
    """The days, months and years of a sentence that are written out."""
    taken: list[tuple[int, int]] = []
    for pattern in _DAYS:
        for found in pattern.finditer(text):
            if any(first < found.end() and found.start() < last for first, last in taken):
                continue
            taken.append(found.span())
            said = found.groupdict()
            year, month, day = said.get("year"), said.get("month"), said.get("day")
            first = found.start(
                next(name for name in ("day", "month", "year") if said.get(name))
                if not (month and day)
                else 0
            )
            yield DateMention(
                span=(first, found.end()),
                year=int(year) if year else None,
                month=_MONTHS.index(month[:3].lower()) + 1 if month else None,
                day=int(day) if day else None,
            )


def scores(text: str) -> Iterator[ScoreMention]:
    """The results in a sentence, such as 3-1, where it tells no other kind of score."""
    if _UNFINISHED.search(text):
        return
    for found in _SCORE.finditer(text):
        yield ScoreMention(span=found.span(), points=tuple(sorted((int(found[1]), int(found[2])))))


def happened(text: str, appeared: date | None) -> set[date]:
    """The days a sentence names by weekday, as days of the calendar: the last such one when the
    article appeared. The day of a saying is left out.
    """
    if not appeared:
        return set()
    named = set()
    for found in _WEEKDAY.finditer(text):
        if _SAID.search(text[: found.start()]):
            continue
        if found[1]:
            back = (appeared.weekday() - _WEEKDAYS.index(found[1][:3].lower())) % 7
        else:
            back = found[2].lower() == "yesterday"
        named.add(appeared - timedelta(days=back))
    return named
