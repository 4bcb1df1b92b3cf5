"""The numbers of a sentence that count or measure something, so that two can be compared.

What is not sure to be the whole of a thing is left out: parts ("another 12", "31 of the hangers"),
ranges, ordinals, times, numbers of names. Figures that may be one figure rounded do not clash.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from index.text.normalization import WORD, is_stop_word, stem, stems
from qa.verification.entities import SCALES, SHARE, SHORT_SCALES, facts

# Figures this near to each other may be one figure, rounded; "about" may be this far off.
ROUNDED, ABOUT = 0.05, 0.15
# Two figures for one thing are seldom further apart than so many times; a toll may grow more.
FAR, FAR_TOLL = 3, 5
# Words between a number and what befell those it counts; a new clause is as far as so many words.
REACH, CLAUSE = 9, 4

_SCALES = SCALES | SHORT_SCALES
_UNIT_WORDS = "one|two|three|four|five|six|seven|eight|nine"
_WORDS = (
    rf"(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)(?:-(?:{_UNIT_WORDS}))?|ten|eleven|twelve"
    rf"|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen|{_UNIT_WORDS}"
)
_AMOUNT = re.compile(
    r"(?<![\w.,:/#–-])(?P<currency>(?:US|A|C)?\$|[£€])?"
    rf"(?P<figure>\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?|\d+(?:\.\d+)?|(?:{_WORDS})\b)"
    r"(?:[ -]?(?P<scale>hundred|thousand|million|billion|trillion|mn|bn|tn|m|k)\b)?"
    rf"(?P<age>-years?-old)?(?P<percent>{SHARE})?(?![\w:/]|[.,]\d|[-–]\w)",
    re.IGNORECASE,
)
_CLOCK = re.compile(r"\s*(?:[ap]\.?m\b|o'clock|GMT|ET\b|CET)", re.IGNORECASE)
_YEAR = re.compile(r"1[5-9]\d\d|20\d\d")
_MONTH = r"(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]*\.?"
_DATE_BEFORE = re.compile(rf"\b{_MONTH} $", re.IGNORECASE)
_DATE_AFTER = re.compile(rf" (?:of )?{_MONTH}(?!\w)", re.IGNORECASE)
_AGE_AROUND = re.compile(r"\w, $"), re.compile(r"[,.]")

_UNITS = {
    "$": "dollar", "us$": "dollar", "a$": "australian dollar", "c$": "canadian dollar", "£": "pound",
    "€": "euro", "km": "kilomet", "kilometr": "kilomet", "meter": "metr", "centimet": "centimetr",
    "ton": "tonn", "percentag": "%", "person": "peopl",
}  # fmt: skip
_MONEY = frozenset(
    "dollar euro pound crown krona krone rupe yen yuan rubl franc peso real lira rand".split()
) | {"australian dollar", "canadian dollar"}
# Plurals without an s.
_COUNTED = frozenset("people men women children police staff crew kg km feet".split())
PEOPLE = frozenset(
    stem(word)
    for word in """people persons passengers men women residents civilians workers soldiers victims crew
    others villagers miners pilgrims tourists employees""".split()
)
# The words before what is counted end it, and so does any that carries form.
_ENDS = frozenset(
    """after against during near over between into since across while within per before around among now
    still already yet late early""".split()
)
_BOUNDS = {
    "about": r"about|around|some|roughly|nearly|almost|approximately|close to|estimated|circa|well over"
    r"|just (?:short of|under|over)",
    "least": r"at least|more than|over|above|no (?:fewer|less) than|exceed\w*",
    "most": r"at most|up to|fewer than|less than|under|below|no more than|as (?:many|much) as",
}
_BOUND = {
    name: re.compile(rf"\b(?:{words})(?: an?| the)?\s*$", re.IGNORECASE) for name, words in _BOUNDS.items()
}
_PART_BEFORE = re.compile(
    r"\b(?:another|further|additional|extra|other|first|last|next|remaining|including|among them|among"
    r"|of (?:whom|which|the|these|those|its|their)|between|nos?\.|number|than(?: the)?|from|only|top"
    r"|aged?|needed|needs|requires?|(?:people|those|adults|men|women|children) (?:over|under|above|below))"
    r"(?: \w+)?\s*$",
    re.IGNORECASE,
)
# "Of the 31 dead, 27 were from Florida."
_PARTS = re.compile(r"\W*(?:of|among|including)\b", re.IGNORECASE)
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
_FATES = {
    "dead": r"kill(?:ed|ing|s)?|dead|die[ds]?|dying|deaths?|fatalit\w+|lives|drowned|perished",
    "hurt": r"injur\w+|wound\w+|hurt",
    "missing": r"missing|unaccounted",
    "held": r"arrest\w*|detain\w*|jailed",
    "homeless": r"displaced|homeless|evacuat\w+|fled",
}
_FATE = re.compile("|".join(rf"(?P<{name}>\b(?:{words})\b)" for name, words in _FATES.items()), re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity:
    """A number of something. `unit` is the stem of what it counts, `apart` are the stems between;
    `fate` is what befell those it counts: "dead", "hurt", "missing", "held", "homeless" or nothing.
    """

    span: tuple[int, int]
    number: float
    unit: str
    apart: frozenset[str]
    rate: str
    bound: str
    fate: str

    @property
    def is_money(self) -> bool:
        return self.unit in _MONEY

    @property
    def is_people(self) -> bool:
        return self.unit in PEOPLE or bool(self.fate)

    def alike(self, other: Quantity) -> bool:
        """Whether both count the same sort of thing."""
        if self.fate or other.fate:
            unsaid = {"", "peopl"}
            units = self.unit == other.unit or {self.unit, other.unit} <= unsaid
            return self.fate == other.fate and units
        return bool(self.unit) and (self.unit, self.rate) == (other.unit, other.rate)

    def clashes(self, other: Quantity) -> bool:
        """Whether both cannot hold of one thing: rounding, "about" and limits are allowed for."""
        fewer, more = sorted((self.number, other.number))
        if more > (FAR_TOLL if self.fate else FAR) * fewer:
            return False
        return self.alike(other) and not (self._allows(other) or other._allows(self))

    def _allows(self, other: Quantity) -> bool:
        off = abs(self.number - other.number) / max(self.number, other.number, 1e-9)
        if off <= ROUNDED and _is_round_of(self.number, other.number):
            return True
        if self.bound == "about":
            return off <= ABOUT
        if self.bound == other.bound:
            return False
        # A limit may be rounded too.
        return (self.bound == "least" and other.number >= self.number * (1 - ROUNDED)) or (
            self.bound == "most" and other.number * (1 - ROUNDED) <= self.number
        )


def fate(text: str) -> str:
    """What befell people, as the first word for it in `text` says, or nothing."""
    found = _FATE.search(text)
    return (found.lastgroup or "") if found else ""


def unit(text: str) -> tuple[str, frozenset[str], int]:
    """What the beginning of `text` counts, the stems of the words before it, and where it ends."""
    before: list[str] = []
    end = 0
    for word in WORD.finditer(text):
        gap = text[end : word.start()]
        plain = word.group().lower()
        letters = word.group().isupper()  # as in US, which is neither "us" nor many
        if gap.strip() or (is_stop_word(plain) and not letters) or plain in _ENDS or len(before) == 3:
            break
        end = word.end()
        plural = plain.endswith("s") and not plain.endswith("ss") and not letters
        if plural or plain in _COUNTED or (not before and stem(plain) in _UNITS):
            return _UNITS.get(stem(plain), stem(plain)), frozenset(map(stem, before)), end
        before.append(plain)
    return "", frozenset(), 0


def amounts(text: str) -> Iterator[Quantity]:
    """The numbers of a sentence that count or measure the whole of something."""
    if _PARTS.match(text):
        return
    for found in _AMOUNT.finditer(text):
        start, end = found.span()
        before, after = text[:start], text[end:]
        plain = not (found["currency"] or found["percent"] or found["age"] or found["scale"])
        if plain and (_CLOCK.match(after) or _DATE_AFTER.match(after) or _DATE_BEFORE.search(before)):
            continue
        share = found["percent"] and _OF.match(after)
        part = _PART_BEFORE.search(before) or (_PART_AFTER.match(after) and not share)
        if part and not found["age"]:
            continue
        of, apart, length = _unit_of(found, before, after)
        # What may be a year, or "no one", is a number of something only where it says of what.
        if not of and plain and (_YEAR.fullmatch(found["figure"]) or found["figure"].lower() == "one"):
            continue
        rate = _RATE.match(after)
        befell = "" if of and of not in PEOPLE and of not in _FATE_UNITS else _fate_at(text, start, end)
        yield Quantity(
            span=(start, end + length),
            number=_number(found),
            unit="" if of in _FATE_UNITS else of,
            apart=apart,
            rate=(rate[1] or rate[2]).lower() if rate else "",
            bound=next((name for name, bound in _BOUND.items() if bound.search(before)), ""),
            fate=befell,
        )


_FATE_UNITS = frozenset(map(stem, "deaths fatalities lives injuries victims".split()))


def as_written(number: str, text: str) -> str:
    """A bare number with the currency, scale and percentage that the text gives it: "3 million" as "$3
    million". As it is where the text has its figure never, or in more than one way.
    """
    given = _AMOUNT.fullmatch(number)
    if not given:
        return number
    same = [found for found in _AMOUNT.finditer(text) if found["figure"] == given["figure"]]
    ways = {found.group() for found in same}
    # What the number has itself is not exchanged for something else.
    fits = all(
        given[part] in (None, found[part]) for found in same for part in ("currency", "scale", "percent")
    )
    return ways.pop() if len(ways) == 1 and fits and not same[0]["age"] else number


def _unit_of(found: re.Match[str], before: str, after: str) -> tuple[str, frozenset[str], int]:
    if found["currency"]:
        return _UNITS[found["currency"].lower()], frozenset(), 0
    if found["percent"]:
        return "%", frozenset(), 0
    if found["age"] or (not found["scale"] and _AGE_AROUND[0].search(before) and _AGE_AROUND[1].match(after)):
        return "year old", frozenset(), 0
    return unit(after)


def _number(found: re.Match[str]) -> float:
    [value] = [fact for fact in facts(found["figure"]) if fact[0].isdigit()]
    return float(value) * _SCALES.get((found["scale"] or "").lower(), 1)


def _fate_at(text: str, start: int, end: int) -> str:
    """The fate whose word stands nearest to the number, if it is near."""
    near = [(_distance(text, start, end, found), found.lastgroup or "") for found in _FATE.finditer(text)]
    distance, befell = min(near, default=(REACH + 1, ""))
    return befell if distance <= REACH else ""


def _distance(text: str, start: int, end: int, found: re.Match[str]) -> int:
    between = text[found.end() : start] if found.end() <= start else text[end : found.start()]
    clauses = len(re.findall(r"[,;]|\b(?:and|but|while)\b", between))
    return len(stems(between)) + CLAUSE * clauses


def _is_round_of(one: float, other: float) -> bool:
    """Whether one of the numbers is the other with fewer digits, as 14 is of 14.2, and 20 of 19."""
    fewer, more = sorted((one, other), key=_digits)
    return one == other or (max(one, other) >= 20 and _digits(fewer) < _digits(more))


def _digits(number: float) -> int:
    """How many digits it takes to write the number, leaving off the zeros at its end."""
    return len(f"{number:.6f}".rstrip("0").rstrip(".").replace(".", "").strip("0"))
