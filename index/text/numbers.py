"""Numbers written in digits or in English words, by value."""

from __future__ import annotations

import re
from decimal import Decimal

_UNITS = """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen
    sixteen seventeen eighteen nineteen""".split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
#: Number words from "two" to "ninety", without compounds. "One" is often a pronoun.
NUMERALS = frozenset(_UNITS[2:] + _TENS)
#: The pattern of a number from one to ninety-nine in words.
NUMBER_WORD = "|".join(
    [rf"(?:{'|'.join(_TENS)})(?:-(?:{'|'.join(_UNITS[1:10])}))?", *_UNITS[10:], *_UNITS[1:10]]
)
#: The factor by which a word multiplies the number before it.
SCALES = {"hundred": 10**2, "thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}
# "$3bn" is 3 billion. "3m" is read as 3 million, although it can be 3 metres.
SCALE_ABBREVIATIONS = {"k": 10**3, "m": 10**6, "mn": 10**6, "bn": 10**9, "tn": 10**12}
#: Ordinals that imply a count: a third title implies three. "First" and "second" often do not.
ORDINALS = {
    word: str(value)
    for value, word in enumerate("third fourth fifth sixth seventh eighth ninth tenth".split(), 3)
}
_VALUES = (
    {word: value for value, word in enumerate(_UNITS)}
    | {word: 10 * value for value, word in enumerate(_TENS, 2)}
    | {
        f"{ten}-{unit}": 10 * value + _UNITS.index(unit)
        for value, ten in enumerate(_TENS, 2)
        for unit in _UNITS[1:10]
    }
    | SCALES
)
_ABBREVIATED = re.compile(rf"(\d+(?:\.\d+)?)({'|'.join(SCALE_ABBREVIATIONS)})")
_ORDINAL_DIGITS = re.compile(r"(\d+)(?:st|nd|rd|th)")


def number_value(word: str) -> str | None:
    """The number that the word states, in plain digits: "1,200" is "1200", "3bn" is "3000000000", "27th" is
    "27", "forty-seven" is "47". A word that only begins with a digit is returned in lower case without
    commas; None for all others.
    """
    plain = word.lower().replace(",", "")
    if plain in _VALUES:
        return str(_VALUES[plain])
    if ordinal := _ORDINAL_DIGITS.fullmatch(plain):
        plain = ordinal[1]
    if abbreviated := _ABBREVIATED.fullmatch(plain):
        return _digits(Decimal(abbreviated[1]) * SCALE_ABBREVIATIONS[abbreviated[2]])
    if is_decimal(plain):
        return _digits(Decimal(plain))
    return plain if plain[:1].isdigit() else None


def scaled(number: str, scale: str) -> str:
    """The number times the scale: "3" and "million" are "3000000"."""
    return _digits(Decimal(number) * SCALES[scale])


def is_decimal(number: str) -> bool:
    """Whether the number consists of digits and at most one point."""
    return number.replace(".", "", 1).isdecimal()


def split_compound(word: str) -> list[str]:
    """The words of a compound: "Kyiv-Minsk" has two, but "forty-seven" is one number."""
    return [word] if word.lower() in _VALUES else re.split(r"[\-–&]", word)


def _digits(number: Decimal) -> str:
    return f"{number.normalize():f}"
