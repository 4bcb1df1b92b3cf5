"""Names of months and weekdays in many languages, and the order of day and month, from the Unicode CLDR."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

# A shorter beginning, such as "ma", is of too many words.
_SHORTEST_BEGINNING = 3
_LANGUAGES = (
    "en de fr es it pt nl da nb nn sv fi is et lv lt pl cs sk sl hr sr sr_Latn bs mk bg ru uk be ro hu el tr "
    "az sq ca gl eu ga cy br lb af id ms sw fil vi kk uz hy ka he ar fa ur hi bn ta te mr gu ne th"
).split()

Numbers = Mapping[str, Mapping[str, int]]  # word → language → number


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarNames:
    """By folded word and language, the numbers of months (1 to 12) and of weekdays (Monday is 0)."""

    months: Numbers
    weekdays: Numbers


def month_of(word: str, *, among: Collection[str] = (), language: str = "") -> int | None:
    """The month that the word names, in full, abbreviated, or by a beginning of three letters.

    None if languages differ: `lip` is July in Polish and June in Croatian. `among` limits the languages,
    `language` (ISO 639) decides between them.
    """
    exact, beginning = _months(fold(word))
    for found in (exact, beginning):
        readings = {of: number for of, number in found.items() if not among or of in among}
        if language in readings:
            return readings[language]
        if len(set(readings.values())) == 1:
            return next(iter(readings.values()))
        if readings:
            return None
    return None


def weekday_languages(word: str) -> Mapping[str, int]:
    """The weekday that the word names, by language."""
    return _names().weekdays.get(fold(word), {})


def day_comes_first(locale: str) -> bool | None:
    """Whether a short date of the locale, such as `de` or `en-US`, starts with the day rather than the month.

    None if it starts with the year, the locale is unknown, or its countries differ, as those of `en` do.
    """
    from babel import Locale, UnknownLocaleError

    if not locale or locale.lower() == "en":
        return None
    try:
        pattern = str(Locale.parse(locale, sep="-").date_formats["short"].pattern)
    except (UnknownLocaleError, ValueError):
        return None
    first = next((letter for letter in pattern if letter in "dMy"), "")
    return {"d": True, "M": False}.get(first)


def fold(word: str) -> str:
    """The word in lower case, without accents and points."""
    letters = unicodedata.normalize("NFKD", word.casefold())
    return "".join(one for one in letters if not unicodedata.combining(one)).strip(".'’")


@cache
def _months(word: str) -> tuple[Mapping[str, int], Mapping[str, int]]:
    """By language, the month with this name, and the one whose name begins with it if there is only one."""
    names = _names().months
    beginnings: dict[str, set[int]] = defaultdict(set)
    if len(word) >= _SHORTEST_BEGINNING:
        for name, readings in names.items():
            if name.startswith(word):
                for language, number in readings.items():
                    beginnings[language].add(number)
    beginning = {of: next(iter(numbers)) for of, numbers in beginnings.items() if len(numbers) == 1}
    return names.get(word, {}), beginning


@cache
def _names() -> CalendarNames:
    from babel import Locale

    months: dict[str, dict[str, int]] = defaultdict(dict)
    weekdays: dict[str, dict[str, int]] = defaultdict(dict)
    for identifier in _LANGUAGES:
        locale, language = Locale.parse(identifier), identifier.partition("_")[0]
        for number, name in _all_names(locale.months):
            months[fold(name)][language] = number
        for number, name in _all_names(locale.days):
            weekdays[fold(name)][language] = number
    return CalendarNames(months=months, weekdays=weekdays)


def _all_names(table: Any) -> Iterator[tuple[int, str]]:
    for use in ("format", "stand-alone"):
        for width in ("wide", "abbreviated", "short"):
            yield from table[use].get(width, {}).items()
