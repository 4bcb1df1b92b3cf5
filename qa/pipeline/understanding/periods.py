"""The days that a question restricts its articles to: "in March 2024", "last week", "since 4 May"."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from babel.dates import get_month_names

from index.text.calendar_words import ORDINAL, DatePatterns, without_overlaps

LANGUAGES = ("en", "de")
_YEAR = r"(?P<year>(?:19|20)\d\d)"
_RELATIVE = re.compile(
    r"\b(?:(?P<which>last|past|this|letzten?|letzter|diese[rsnm]?|vergangene[rnm]?) "
    r"(?P<unit>week|month|year|woche|monats?|jahr(?:es)?|seven days)|(?P<day>today|yesterday|heute|gestern)"
    r"|the (?P<whole>week|month))\b",
    re.IGNORECASE,
)
_WEEK_OF = re.compile(
    r"\b(?:in |of |during )?(?:the |der )?(?:week|woche) (?:of|from|beginning|vom|ab)? ?$", re.IGNORECASE
)
_ISO = re.compile(r"\b\d{4}-\d\d-\d\d\b")
# Days before this one have no month and no year before them.
_EARLIEST = date(2, 1, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """The days from `first` to `last`, inclusive, and the span of the words that say so."""

    first: date
    last: date
    span: tuple[int, int]


def find_period(question: str, today: date) -> Period | None:
    """The first period that the question names, as seen from `today`. A month without a year is the latest
    one that has begun; "the week of 4 May" has seven days.
    """
    period = next(_periods(question, max(today, _EARLIEST)), None)
    week = period and period.first == period.last and _WEEK_OF.search(question[: period.span[0]])
    if period and week:
        last = min(period.first, date.max - timedelta(days=6)) + timedelta(days=6)
        return Period(first=period.first, last=last, span=(week.start(), period.span[1]))
    return period


def _periods(question: str, today: date) -> Iterator[Period]:
    for found in _ISO.finditer(question):
        if day := _day(found[0]):
            yield Period(first=day, last=day, span=found.span())
    for found in _months_named(question):
        if (period := _of_month(found, today)) and (found["before"] or found.groupdict().get("year")):
            yield period
    for found in _RELATIVE.finditer(question):
        yield Period(**dict(zip(("first", "last"), _relative(found, today), strict=True)), span=found.span())
    for found in re.finditer(rf"\b(?:in|of|from|during|im jahr|aus) {_YEAR}\b", question, re.IGNORECASE):
        year = int(found["year"])
        yield Period(first=date(year, 1, 1), last=date(year, 12, 31), span=found.span())


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:  # 2024-02-30, or a number that is no day
        return None


@cache
def _months() -> dict[str, int]:
    """The names of the months, in lower case and in full, with their numbers."""
    return {
        name.lower(): number
        for language in LANGUAGES
        for number, name in get_month_names("wide", locale=language).items()
    }


def _months_named(question: str) -> list[re.Match[str]]:
    """In order, so that the "may" of "what of May 9 may change" is no month."""
    found = (match for pattern in _month_patterns() for match in pattern.finditer(question))
    return without_overlaps(sorted(found, key=re.Match.start))


@cache
def _month_patterns() -> list[re.Pattern[str]]:
    """From the most to the least precise, each with what stands `before` it."""
    names = "|".join(sorted(_months(), key=len, reverse=True))
    forms = DatePatterns(month=names, ordinal=rf"(?:{ORDINAL}|\.)", year=_YEAR)
    before = r"(?P<before>\b(?:in|of|from|on|since|during|im|vom|am|seit|aus) )?(?:the )?\b"
    written = (forms.day_first, forms.month_first, forms.month_of_year, forms.month_alone)
    return [re.compile(before + form, re.IGNORECASE) for form in written]


def _of_month(found: re.Match[str], today: date) -> Period | None:
    parts = {name: text for name, text in found.groupdict().items() if text}
    month = _months()[parts["month"].lower()]
    year = int(parts.get("year", today.year - (month > today.month)))
    day = int(parts.get("day", 0))
    last = calendar.monthrange(year, month)[1]
    if day > last:
        return None
    first = date(year, month, day or 1)
    open_end = parts.get("before", "").strip().lower() in ("since", "seit")
    end = today if open_end else date(year, month, day or last)
    return Period(first=first, last=max(first, end), span=found.span())


def _relative(found: re.Match[str], today: date) -> tuple[date, date]:
    if found["day"]:
        day = today - timedelta(days=found["day"].lower() in ("yesterday", "gestern"))
        return day, day
    unit = (found["unit"] or found["whole"]).lower()
    current = bool(found["which"]) and found["which"].lower().startswith(("this", "diese"))
    if unit.startswith(("week", "woche", "seven")):
        # "Last week", said on any day, is what the last seven days and that week have in common for most.
        return today - timedelta(days=6), today
    if unit.startswith("mon"):
        if current or found["whole"]:
            return today.replace(day=1), today
        end = today.replace(day=1) - timedelta(days=1)
        return end.replace(day=1), end
    year = today.year if current else today.year - 1
    return date(year, 1, 1), min(date(year, 12, 31), today)
