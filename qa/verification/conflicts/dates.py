"""The dates and match results in a sentence."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from index.text.calendar_words import MONTH, ORDINAL, WEEKDAYS, YEAR, month_number, without_overlaps

_MONTH = rf"(?P<month>{MONTH})"
_DAY = rf"(?P<day>[12]\d|3[01]|[1-9]){ORDINAL}"
_PREPOSITION = r"\b(?:in|since|until|by|from|of|during|for) (?:early |late |mid-)?"
# From the most to the least precise.
_DATES = (
    re.compile(rf"\b{_DAY}(?: of)? {_MONTH}(?:,? {YEAR})?(?!\w)"),
    re.compile(rf"\b{_MONTH} {_DAY}(?!\d)(?:,? {YEAR})?(?![\w,.]*\d)"),
    re.compile(rf"\b{_MONTH},? {YEAR}\b"),
    re.compile(rf"{_PREPOSITION}{_MONTH}(?!\w)", re.IGNORECASE),
    re.compile(rf"{_PREPOSITION}{YEAR}\b(?!-)", re.IGNORECASE),
)
_WEEKDAY = re.compile(
    rf"\b(?P<weekday>{'|'.join(WEEKDAYS)})|\b(?P<relative>yesterday|today|tonight)\b", re.IGNORECASE
)
# The day of a statement is not the day of the event.
_REPORTING = re.compile(
    r"\b(?:said|says|told|announced|reported|added|presented|confirmed|showed|according)\b[^.,;]{0,40}$"
)
_SCORE = re.compile(r"(?<![\w.,:/–-])(\d{1,2})[-–](\d{1,2})(?![\w:/–-]|[.,]\d)")
# An intermediate score, or one of something else than the whole match.
_NOT_FINAL = re.compile(
    r"\b(half-?time|interval|aggregate|penalt\w+|shoot-?out|leads?|led|leading|ahead|sets?|record|series"
    r"|break|quarter|innings?)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DateMention:
    """A day, a month or a year; None for the parts that are not written."""

    span: tuple[int, int]
    year: int | None
    month: int | None
    day: int | None

    def is_comparable(self, other: DateMention) -> bool:
        """Whether both are equally precise."""
        return (self.month is None, self.day is None) == (other.month is None, other.day is None)

    def contradicts(self, other: DateMention) -> bool:
        """Whether they are different days, months or years."""
        parts = zip((self.year, self.month, self.day), (other.year, other.month, other.day), strict=True)
        return self.is_comparable(other) and any(one and two and one != two for one, two in parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreMention:
    """The final score of a match, the lower number first."""

    span: tuple[int, int]
    points: tuple[int, ...]

    def is_comparable(self, other: ScoreMention) -> bool:
        """Always true."""
        return True

    def contradicts(self, other: ScoreMention) -> bool:
        """Whether the scores differ."""
        return self.points != other.points


def date_mentions(text: str) -> Iterator[DateMention]:
    """The days, months and years in a sentence."""
    matches = (match for pattern in _DATES for match in pattern.finditer(text))
    yield from map(_date_mention, without_overlaps(matches))


def _date_mention(found: re.Match[str]) -> DateMention:
    parts = {name: text for name, text in found.groupdict().items() if text}
    # The span does not include a preposition.
    start = min(found.start(name) for name in parts)
    return DateMention(
        span=(start, found.end()),
        year=int(parts["year"]) if "year" in parts else None,
        month=month_number(parts["month"]) if "month" in parts else None,
        day=int(parts["day"]) if "day" in parts else None,
    )


def score_mentions(text: str) -> Iterator[ScoreMention]:
    """The final scores in a sentence, such as 3-1; none if it has another kind of score."""
    if _NOT_FINAL.search(text):
        return
    for found in _SCORE.finditer(text):
        yield ScoreMention(span=found.span(), points=tuple(sorted((int(found[1]), int(found[2])))))


def event_dates(text: str, published: date | None) -> set[date]:
    """The dates of the weekdays in a sentence, each the last one before or on the day the article was
    published. The day of a statement is left out.
    """
    if not published:
        return set()
    dates = set()
    for found in _WEEKDAY.finditer(text):
        if _REPORTING.search(text[: found.start()]):
            continue
        if found["weekday"]:
            days_ago = (published.weekday() - WEEKDAYS.index(found["weekday"].title())) % 7
        else:
            days_ago = int(found["relative"].lower() == "yesterday")
        dates.add(published - timedelta(days=days_ago))
    return dates
