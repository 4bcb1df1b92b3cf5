"""The time of day that a sentence names."""

from __future__ import annotations

import re

from index.text.numbers import NUMBER_WORD, number_value

MIDNIGHT = 24
_HOUR = rf"(?P<hour>\d{{1,2}}|{NUMBER_WORD})"
_TIMES = (
    # "at 7.40 a.m.", "at six p.m."
    re.compile(rf"\b{_HOUR}(?:[.:](?P<minute>\d\d))? ?(?P<half>[ap])\.?m\b", re.IGNORECASE),
    # "by 19:05"; "the 7.40 sailing" is the name of one.
    re.compile(
        r"\b(?:at|by|until|from|after|before|about|around) (?P<hour>\d{1,2})[:.](?P<minute>\d\d)(?![\d%])"
    ),
    # "shortly after eight,"
    re.compile(rf"\b(?:shortly|just|soon) (?:after|before) {_HOUR}(?=[,.;]| o[’']clock)", re.IGNORECASE),
    re.compile(rf"\b{_HOUR} o[’']clock", re.IGNORECASE),
)
_NAMED = re.compile(r"\b(?:(?P<noon>noon|midday)|midnight)\b", re.IGNORECASE)
_LATE = re.compile(r"\b(?:afternoon|evening|tonight|night)\b", re.IGNORECASE)


def time_of_day(text: str) -> str:
    """The first time that the text names, as `07:40`, so that times sort; empty if it names none. Without
    a.m. or p.m. it is after noon if the text speaks of an afternoon, an evening or a night.
    """
    for pattern in _TIMES:
        if found := pattern.search(text):
            parts = found.groupdict()
            hour = int(number_value(parts["hour"]) or MIDNIGHT + 1)
            half = (parts.get("half") or "").lower()
            if hour > MIDNIGHT or int(parts.get("minute") or 0) > 59:
                continue
            if half == "p" or (not half and _LATE.search(text)):
                hour += 12 * (hour < 12)
            elif half and hour == 12:
                hour = 0
            return f"{hour:02}:{int(parts.get('minute') or 0):02}"
    if found := _NAMED.search(text):
        return "12:00" if found["noon"] else "24:00"
    return ""
