"""Dates as documents write them. The day is taken as written, whatever the time zone.

A wrong date is worse than none: what names no day, or may name several, has none. A month or a year alone
is a period.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from enum import Enum
from functools import lru_cache

from index.text.calendar_names import day_comes_first, month_of, weekday_languages

MAX_CHARACTERS = 100
"""Longer texts are no dates."""

_COMPACT = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T?\d{4}(?:\d\d)?(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?)?")
_EPOCH = re.compile(r"(\d{9,10}|\d{12,13}|\d{16}|\d{19})(?:\.\d*)?")
_EAST_ASIAN = re.compile(r"(\d{4})\s?[年년]\s?(\d\d?)\s?[月월]\s?(\d\d?)\s?[日일号]")
_YEAR_FIRST = re.compile(r"(?<![\d/.:-])(\d{4})([-/.:])(\d\d?)\2(\d\d?)(?!\d)")
_YEAR_LAST = re.compile(r"(?<!\d)(\d\d?)\s?([-/.])\s?(\d\d?)\s?\2\s?(\d{4}|\d\d)(?!\d)")
_YEAR_AND_MONTH = re.compile(r"(?P<year>\d{4})\s?(?:[-/.年년]\s?(?:(?P<month>\d\d?)\s?[月월]?)?)?")
_MONTH_AND_YEAR = re.compile(r"(?P<month>\d\d?)\s?[-/.]\s?(?P<year>\d{4})")
_TIME = re.compile(
    r"(?<!\d)(?:T?\d\d?:\d\d(?::\d\d(?:[.,]\d+)?)?(?:\s?[ap]\.?m\b\.?)?"
    r"|\d\d?h\d\d(?!\w)|\d\d?(?:\.\d\d)?\s?(?:Uhr|h|[ap]m|[ap]\.m\.)(?!\w)|(?:klo|kl)\.?\s\d\d?[.:]\d\d)"
    r"(?:\s?(?:GMT|UTC)?[+-]\d\d?(?::?\d\d)?)?(?!\d)",
    re.IGNORECASE,
)
_TOKEN = re.compile(r"\d+|[^\s\d,.;:/()|\[\]–—·-]+")
# Words between day, month and year: `de`, `of`, `gada`.
_LONGEST_LINK = 4
# A number such as 0912 is no year.
_EARLIEST_YEAR = 1000
# Times of clocks that are wrong, and of publications that are announced.
_AHEAD = timedelta(days=400)


class DayOrder(Enum):
    """What stands first in dates such as 03/04/2022."""

    DAY_FIRST = "day"
    MONTH_FIRST = "month"


@lru_cache(maxsize=4096)
def parse_day(text: str, *, order: DayOrder | None = None, locale: str = "") -> date | None:
    """The day of a date or timestamp in any common form: ISO 8601, RFC 5322, numbers, seconds since 1970, or
    with the name of a month in one of many languages.

    03/04/2022 has one only if the weekday beside it, the `order`, or that of the `locale` (`de`, `en-US`)
    tells which number is the month.
    """
    text = text.strip()
    if not text or len(text) > MAX_CHARACTERS:
        return None
    if not order and (day_first := day_comes_first(locale)) is not None:
        order = DayOrder.DAY_FIRST if day_first else DayOrder.MONTH_FIRST
    if found := _COMPACT.fullmatch(text):
        return _day(found[1], found[2], found[3])
    if found := _EPOCH.fullmatch(text):
        return _epoch_day(found[1])
    for pattern, groups in ((_EAST_ASIAN, (1, 2, 3)), (_YEAR_FIRST, (1, 3, 4))):
        if found := pattern.search(text):
            rest = text[: found.start()] + " " + text[found.end() :]
            return None if _has_date(rest) else _day(*(found[group] for group in groups))
    rest = _TIME.sub(" ", text)
    if numeric := _YEAR_LAST.search(rest):
        others = rest[: numeric.start()] + " " + rest[numeric.end() :]
        return None if _has_date(others) else _day_of_numbers(numeric, others, order)
    return _day_of_words(_TOKEN.findall(rest), locale.partition("-")[0].lower())


@lru_cache(maxsize=4096)
def parse_period(text: str, *, locale: str = "") -> str:
    """The year, or the month, that a text names without a day, as `2022` or `2022-03`; empty if it names
    none.
    """
    text = text.strip()
    if not text or len(text) > MAX_CHARACTERS:
        return ""
    if found := _YEAR_AND_MONTH.fullmatch(text):
        return _period(found["year"], int(found["month"] or 0))
    if found := _MONTH_AND_YEAR.fullmatch(text):
        return _period(found["year"], int(found["month"]))
    words = _TOKEN.findall(text)
    years = [word for word in words if word.isdigit()]
    months = [word for word in words if not word.isdigit() and len(word) > _LONGEST_LINK - 2]
    if len(years) != 1 or len(years[0]) != len("2022") or len(months) != 1:
        return ""
    month = _month(months[0], set(), locale.partition("-")[0].lower())
    return _period(years[0], month) if month else ""


def told_order(texts: Iterable[str]) -> DayOrder | None:
    """The order that dates of one author have, by those among them that can only be read in one; None if
    they differ.
    """
    seen: set[DayOrder] = set()
    for text in texts:
        if found := _YEAR_LAST.search(text[:MAX_CHARACTERS]):
            readings = dict(_readings(found))
            if len(set(readings.values())) == 1 and len(readings) == 1:
                seen.update(readings)
    return seen.pop() if len(seen) == 1 else None


def document_date(text: str) -> str | None:
    """The day, month or year of a W3CDTF timestamp, as .docx and .epub have it, in ISO form."""
    found = re.match(r"\d{4}(?:-\d\d){0,2}(?!\d)", text)
    return found and found[0]


def _day(year: str | int, month: str | int, day: str | int) -> date | None:
    with suppress(ValueError):
        return date(int(year), int(month), int(day))
    return None


def _period(year: str, month: int) -> str:
    """The period, unless it lies in the future; month 0 is the whole year."""
    first = _day(year, month or 1, 1)
    if not first or first > date.today() + _AHEAD or first.year < _EARLIEST_YEAR:
        return ""
    return first.isoformat()[: 7 if month else 4]


def _epoch_day(digits: str) -> date | None:
    """The day of seconds, milli-, micro- or nanoseconds since 1970, unless it lies in the future."""
    seconds = int(digits) // 10 ** {12: 3, 13: 3, 16: 6, 19: 9}.get(len(digits), 0)
    moment = datetime.fromtimestamp(seconds, UTC)
    return moment.date() if moment < datetime.now(UTC) + _AHEAD else None


def _has_date(rest: str) -> bool:
    """Whether there are more numbers than a time's, as in a range of days."""
    numbers = re.findall(r"\d+", _TIME.sub(" ", rest))
    return len(numbers) > 1 or any(len(number) > 2 for number in numbers)


def _readings(found: re.Match[str]) -> Iterator[tuple[DayOrder, date]]:
    first, second, year = found[1], found[3], _full_year(found[4])
    for order, day, month in (
        (DayOrder.DAY_FIRST, first, second),
        (DayOrder.MONTH_FIRST, second, first),
    ):
        if read := _day(year, month, day):
            yield order, read


def _full_year(digits: str) -> int:
    """The year of two digits is the last one of these that is not more than a year ahead."""
    if len(digits) != 2:
        return int(digits)
    newest = (date.today() + _AHEAD).year
    return newest - (newest - int(digits)) % 100


def _day_of_numbers(found: re.Match[str], others: str, order: DayOrder | None) -> date | None:
    """The day of a date such as 27.10.2022 or 10/27/2022; `others` is the text around it."""
    readings = dict(_readings(found))
    if found[2] == "." and DayOrder.DAY_FIRST in readings:
        return readings[DayOrder.DAY_FIRST]  # nobody writes points after the month of a month-first date
    if len(set(readings.values())) < 2:
        return next(iter(readings.values()), None)
    for word in _TOKEN.findall(others):
        weekdays = set(weekday_languages(word).values())
        fitting = [read for read in readings.values() if read.weekday() in weekdays]
        if len(fitting) == 1:
            return fitting[0]
    return readings[order] if order else None


def _day_of_words(tokens: list[str], language: str) -> date | None:
    """The day of a date that names its month: exactly one month, one day and one year, side by side."""
    words = [(at, token) for at, token in enumerate(tokens) if not token[0].isdigit()]
    numbers = [(at, token) for at, token in enumerate(tokens) if token[0].isdigit()]
    if len(numbers) != 2:
        return None
    among = {of for _, word in words for of in weekday_languages(word)}
    months = [(at, month) for at, word in words if (month := _month(word, among, language))]
    if len(months) != 1:
        return None
    [(place, month)] = months
    (first, one), (second, two) = numbers
    if len(one) == 4 and len(two) <= 2:
        year, day = one, two
    elif len(one) <= 2 and len(two) in {2, 4}:
        year, day = two, one
    else:
        return None
    between = range(min(first, place) + 1, max(second, place))
    if any(at not in {second, first, place} and len(tokens[at]) > _LONGEST_LINK for at in between):
        return None
    return _day(_full_year(year), month, day)


def _month(word: str, among: set[str], language: str) -> int | None:
    """The month, in a language that also has the weekday's name if there is one."""
    return month_of(word, among=among, language=language) or (
        month_of(word, language=language) if among else None
    )
