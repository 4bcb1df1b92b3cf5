"""The figures of a sentence: numbers with what they count."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from index.text.calendar_words import MONTH
from index.text.normalization import WORD, is_stop_word, stem
from index.text.numbers import NUMBER_WORD, SCALES, number_value, scaled

_SCALE = "|".join(SCALES)
_FIGURE = re.compile(
    rf"(?P<sign>[$€£])?(?<![\w.])(?P<number>\d[\d,]*(?:\.\d+)?|\b(?:{NUMBER_WORD})\b)"
    rf"(?:[ -](?P<scale>{_SCALE})\b)?(?P<percent> ?%| per ?cent)?",
    re.IGNORECASE,
)
# How near figures stand that share a unit, in characters.
SHARED = 30
# "5 million more than last year" is a difference already.
_COMPARES = re.compile(
    r"(?: \w+)? (?:more|fewer|less|higher|lower|extra|additional|longer|shorter|older|younger)\b",
    re.IGNORECASE,
)
_SIGNS = {"$": "dollars", "€": "euros", "£": "pounds"}
_YEARLIKE = re.compile(r"(?:19|20)\d\d")
_MONTH = re.compile(rf"(?:{MONTH})(?!\w)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A number with its unit, in words as written (`euros`, `per cent`, `people`; empty if none stands
    after it), and its place in the text.
    """

    value: Decimal
    unit: str
    span: tuple[int, int]

    def is_difference(self, text: str) -> bool:
        """Whether the text compares by it: "6 per cent more"."""
        return bool(_COMPARES.match(text, self.span[1]))

    @property
    def kind(self) -> str:
        """The unit in a form that can be compared."""
        return stem(self.unit.split()[-1]) if self.unit else ""


def figures(text: str) -> list[Figure]:
    """The figures of the text, in order, without years, days and times."""
    found = []
    for match in _FIGURE.finditer(text):
        number = number_value(match["number"])
        if number is None or not re.fullmatch(r"\d+(?:\.\d+)?", number):
            continue
        if match["scale"]:
            number = scaled(number, match["scale"].lower())
        unit = _unit(text, match)
        if unit is None or (_YEARLIKE.fullmatch(match[0]) and not unit):
            continue
        found.append(Figure(value=Decimal(number), unit=unit, span=match.span()))
    return _with_shared_units(found)


def _with_shared_units(found: Sequence[Figure]) -> list[Figure]:
    """Figures without a unit get that of their neighbour: "from 210 to 160 euros", "65 euros, up from 58"."""
    shared = list(found)
    for at, figure in enumerate(shared):
        before, after = shared[max(at - 1, 0) : at], shared[at + 1 : at + 2]
        for other in (*after, *before):
            gap = max(figure.span[0], other.span[0]) - min(figure.span[1], other.span[1])
            if not shared[at].unit and other.unit and gap <= SHARED:
                shared[at] = replace(figure, unit=other.unit)
    return shared


def _unit(text: str, match: re.Match[str]) -> str | None:
    """The word that the number counts; empty if a stop word or punctuation follows, None if it is a date
    or a time.
    """
    if match["percent"]:
        return "per cent"
    if match["sign"]:
        return _SIGNS[match["sign"]]
    after = re.match(r"[ -]?([a-z.]+(?:[ -][a-z]+)?)", text[match.end() :])
    following = WORD.match(text[match.end() :].lstrip())
    if following and _MONTH.match(following[0]):
        return None
    if not after:
        return ""
    first = after[1].split()[0].split("-")[0]
    if first in ("a.m", "p.m", "a.m.", "p.m.", "am", "pm"):
        return None
    return "" if is_stop_word(first) or first.rstrip(".").endswith("ed") else first.rstrip(".")
