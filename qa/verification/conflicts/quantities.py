"""The numbers in a sentence that count or measure something.

Numbers that may not be the whole are left out: parts ("another 12", "31 of the hangers"), ranges, ordinals,
times and numbers in names. Numbers that can be the same number rounded do not contradict each other.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from index.text.calendar_words import MONTHS
from index.text.normalization import stem
from index.text.numbers import NUMBER_WORD, SCALE_ABBREVIATIONS, SCALES, number_value
from qa.verification.conflicts.outcomes import outcome_near
from qa.verification.conflicts.units import CANONICAL, MONEY, PEOPLE, Unit, leading_unit
from qa.verification.entities import PERCENT

# The relative difference of a number and its rounding, and of a number and one that is "about" it.
ROUNDING, ABOUT = 0.05, 0.15
# Larger ratios are numbers of different things; a toll can rise further.
MAX_RATIO, MAX_TOLL_RATIO = 3, 5

_SCALES = SCALES | SCALE_ABBREVIATIONS
_QUANTITY = re.compile(
    r"(?<![\w.,:/#–-])(?P<currency>(?:US|A|C)?\$|[£€])?"
    rf"(?P<figure>\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?|\d+(?:\.\d+)?|(?:{NUMBER_WORD})\b)"
    rf"(?:[ -]?(?P<scale>{'|'.join(sorted(_SCALES, key=len, reverse=True))})\b)?"
    rf"(?P<age>-years?-old)?(?P<percent>{PERCENT})?(?![\w:/]|[.,]\d|[-–]\w)",
    re.IGNORECASE,
)
_CLOCK = re.compile(r"\s*(?:[ap]\.?m\b|o'clock|GMT|ET\b|CET)", re.IGNORECASE)
_YEAR_OR_ONE = re.compile(r"1[5-9]\d\d|20\d\d|one", re.IGNORECASE)
_MONTH = rf"(?:{'|'.join(month[:3] for month in MONTHS)})[a-z]*\.?"
_DATE_BEFORE = re.compile(rf"\b{_MONTH} $", re.IGNORECASE)
_DATE_AFTER = re.compile(rf" (?:of )?{_MONTH}(?!\w)", re.IGNORECASE)
# "Relling, 41, leads it"
_APPOSITION = re.compile(r"\w, $"), re.compile(r"[,.]")
_OUTCOME_UNITS = frozenset(map(stem, "deaths fatalities lives injuries victims".split()))

_BOUNDS = {
    name: re.compile(rf"\b(?:{words})(?: an?| the)?\s*$", re.IGNORECASE)
    for name, words in {
        "about": r"about|around|some|roughly|nearly|almost|approximately|close to|estimated|circa|well over"
        r"|just (?:short of|under|over)",
        "least": r"at least|more than|over|above|no (?:fewer|less) than|exceed\w*",
        "most": r"at most|up to|fewer than|less than|under|below|no more than|as (?:many|much) as",
    }.items()
}
# "Of the 31 dead, 27 were from Florida."
_PART_SENTENCE = re.compile(r"\W*(?:of|among|including)\b", re.IGNORECASE)
_PART_BEFORE = re.compile(
    r"\b(?:another|further|additional|extra|other|first|last|next|remaining|including|among them|among"
    r"|of (?:whom|which|the|these|those|its|their)|between|nos?\.|number|than(?: the)?|from|only|top"
    r"|aged?|needed|needs|requires?|(?:people|those|adults|men|women|children) (?:over|under|above|below))"
    r"(?: \w+)?\s*$",
    re.IGNORECASE,
)
_PART_AFTER = re.compile(
    r"(?:\s+\w+){0,2}\s+(?:more|others?|additional|extra|further|new)\b"
    r"|(?:\s+\w+)?\s+in [\w' ]{2,30} and \d"  # 258 people in one place and 115 in another
    r"|\s+of\b|\s*(?:[-–]|to|or|and)\s*\d|\s+or (?:so|more)\b|\s+(?:times|out of|in (?:ten|five|four|\d))\b",
    re.IGNORECASE,
)
_OF = re.compile(r"\s+of\b")
_PER = "second|minute|hour|day|night|week|month|year|season|person|head|household|share|tonne|game|match"
_RATE = re.compile(
    rf"(?:\s+\w+){{0,2}}?\s+(?:(?:an?|per|each|every)\s+({_PER})|(daily|weekly|monthly|annually|yearly))\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity:
    """A number of something. `unit` is the stem of what it counts, `modifiers` those of the words before;
    `rate` is the period or thing it is per; `bound` is "about", "least", "most" or empty; `outcome` is what
    happened to the people it counts, or empty.
    """

    span: tuple[int, int]
    number: float
    unit: str
    modifiers: frozenset[str]
    rate: str
    bound: str
    outcome: str

    @property
    def is_money(self) -> bool:
        return self.unit in MONEY

    @property
    def is_people(self) -> bool:
        return self.unit in PEOPLE or bool(self.outcome)

    def is_comparable(self, other: Quantity) -> bool:
        """Whether both count the same kind of thing."""
        if self.outcome or other.outcome:
            same_unit = self.unit == other.unit or {self.unit, other.unit} <= {"", "peopl"}
            return self.outcome == other.outcome and same_unit
        return bool(self.unit) and (self.unit, self.rate) == (other.unit, other.rate)

    def contradicts(self, other: Quantity) -> bool:
        """Whether both cannot be true of one thing, considering rounding, "about" and bounds."""
        fewer, more = sorted((self.number, other.number))
        if more > (MAX_TOLL_RATIO if self.outcome else MAX_RATIO) * fewer:
            return False
        return self.is_comparable(other) and not (self._allows(other) or other._allows(self))

    def _allows(self, other: Quantity) -> bool:
        difference = abs(self.number - other.number) / max(self.number, other.number, 1e-9)
        if difference <= ROUNDING and _is_rounding(self.number, other.number):
            return True
        if self.bound == "about":
            return difference <= ABOUT
        if self.bound == other.bound:
            return False
        # A bound can be rounded too.
        return (self.bound == "least" and other.number >= self.number * (1 - ROUNDING)) or (
            self.bound == "most" and other.number * (1 - ROUNDING) <= self.number
        )


def quantities(text: str) -> Iterator[Quantity]:
    """The numbers in a sentence that count or measure the whole of something."""
    if _PART_SENTENCE.match(text):
        return
    for found in _QUANTITY.finditer(text):
        if not (_is_time(found) or _is_part(found)) and (quantity := _quantity(found)):
            yield quantity


def _quantity(found: re.Match[str]) -> Quantity | None:
    """The quantity; None if the number can be a year, or the pronoun "one", and counts nothing."""
    (start, end), text = found.span(), found.string
    unit = _unit(found)
    if not unit.stem and _is_plain(found) and _YEAR_OR_ONE.fullmatch(found["figure"]):
        return None
    before, rate = text[:start], _RATE.match(text[end:])
    counts_people = not unit.stem or unit.stem in PEOPLE | _OUTCOME_UNITS
    return Quantity(
        span=(start, end + unit.length),
        number=_number(found),
        unit="" if unit.stem in _OUTCOME_UNITS else unit.stem,
        modifiers=unit.modifiers,
        rate=(rate[1] or rate[2]).lower() if rate else "",
        bound=next((name for name, bound in _BOUNDS.items() if bound.search(before)), ""),
        outcome=outcome_near(text, start, end) if counts_people else "",
    )


def _is_plain(found: re.Match[str]) -> bool:
    return not (found["currency"] or found["percent"] or found["age"] or found["scale"])


def _is_time(found: re.Match[str]) -> bool:
    """Whether the number is a time of day or part of a date."""
    before, after = found.string[: found.start()], found.string[found.end() :]
    in_time = _CLOCK.match(after) or _DATE_AFTER.match(after) or _DATE_BEFORE.search(before)
    return _is_plain(found) and bool(in_time)


def _is_part(found: re.Match[str]) -> bool:
    """Whether the number is a part of another one. A percentage of something and an age are not."""
    before, after = found.string[: found.start()], found.string[found.end() :]
    is_share = found["percent"] and _OF.match(after)
    part = _PART_BEFORE.search(before) or (_PART_AFTER.match(after) and not is_share)
    return bool(part) and not found["age"]


def _unit(found: re.Match[str]) -> Unit:
    before, after = found.string[: found.start()], found.string[found.end() :]
    if found["currency"]:
        return Unit(stem=CANONICAL[found["currency"].lower()])
    if found["percent"]:
        return Unit(stem="%")
    in_apposition = _APPOSITION[0].search(before) and _APPOSITION[1].match(after)
    if found["age"] or (in_apposition and not found["scale"]):
        return Unit(stem="year old")
    return leading_unit(after)


def _number(found: re.Match[str]) -> float:
    return float(number_value(found["figure"]) or 0) * _SCALES.get((found["scale"] or "").lower(), 1)


def _is_rounding(one: float, other: float) -> bool:
    """Whether one of the numbers is the other with fewer digits, such as 14 and 14.2, or 20 and 19."""
    fewer, more = sorted((one, other), key=_significant_digits)
    shorter = _significant_digits(fewer) < _significant_digits(more)
    return one == other or (max(one, other) >= 20 and shorter)


def _significant_digits(number: float) -> int:
    return len(f"{number:.6f}".rstrip("0").rstrip(".").replace(".", "").strip("0"))
