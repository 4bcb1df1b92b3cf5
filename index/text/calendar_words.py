"""English names of months and weekdays."""

from __future__ import annotations

MONTHS = "January February March April May June July August September October November December".split()
WEEKDAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
#: In lower case, with the abbreviations that newspapers use.
CALENDAR_WORDS = frozenset(
    form for name in map(str.lower, MONTHS + WEEKDAYS) for form in (name, name[:3])
) | {"sept", "tues", "thurs"}
#: The pattern of a month, in full or abbreviated.
MONTH = "|".join([*(rf"{name[:3]}(?:{name[3:]}|\.)?" for name in MONTHS), r"Sept\.?"])


def is_calendar_word(word: str) -> bool:
    """Whether the word is the name of a month or a weekday, or its abbreviation."""
    return word.lower() in CALENDAR_WORDS


def month_number(name: str) -> int:
    """1 to 12, by the first three letters. Raises ValueError if there is no such month."""
    return [month[:3].lower() for month in MONTHS].index(name[:3].lower()) + 1
