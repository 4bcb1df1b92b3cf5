"""The hard facts of a sentence: names and numbers, in a form that can be compared."""

from __future__ import annotations

import difflib
import re
from collections.abc import Set as AbstractSet
from decimal import Decimal

from index.text.normalization import WORD, is_stop_word, stem

_UNITS = """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen
    sixteen seventeen eighteen nineteen""".split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
#: By how much a word multiplies the number before it.
SCALES = {"hundred": 10**2, "thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}
_NUMBERS = (
    {word: value for value, word in enumerate(_UNITS)}
    | {word: value * 10 for value, word in enumerate(_TENS, 2)}
    | {
        f"{ten}-{unit}": value * 10 + _UNITS.index(unit)
        for value, ten in enumerate(_TENS, 2)
        for unit in _UNITS[1:10]
    }
    | SCALES
)
# "$3bn" is 3 billion, "3m" 3 million. That it may be metres, no two sentences about one thing differ in.
SHORT_SCALES = {"k": 10**3, "m": 10**6, "mn": 10**6, "bn": 10**9, "tn": 10**12}
_SHORT = re.compile(rf"(\d+(?:\.\d+)?)({'|'.join(SHORT_SCALES)})")
# "3 to 4 million" tells of 3 million too.
_SHARED = re.compile(rf"(?<!\S)(\S*\d)(?= ?(?:to|and|or|-|–) ?\S+[ -]({'|'.join(SCALES)})\b)", re.IGNORECASE)
#: What makes the number before it a share of a hundred.
SHARE = r" ?%| ?per ?cent| ?prozent"
_SHARE = re.compile(SHARE, re.IGNORECASE)
# The signs of what a share or a sum is of, and how a text writes them.
_MEASURES = {
    "%": _SHARE,
    "$": re.compile(r"\$|dollar", re.IGNORECASE),
    "€": re.compile(r"€|\beuros?\b", re.IGNORECASE),
    "£": re.compile(r"£|\bpounds?\b|\bsterling\b", re.IGNORECASE),
}
_SIGNS = "".join(_MEASURES)
# "Its third title" tells of three. The first and a second are said of much that nobody counts.
_ORDINAL_WORDS = {
    word: str(value)
    for value, word in enumerate("third fourth fifth sixth seventh eighth ninth tenth".split(), 3)
}
_ORDINAL = re.compile(r"(\d+)(?:st|nd|rd|th)")
# "Oct." and "October" are one: months and weekdays count by their first three letters.
CALENDAR = re.compile(
    r"jan(uary)?|feb(ruary)?|mar(ch)?|apr(il)?|may|june?|july?|aug(ust)?|sept?(ember)?|oct(ober)?|nov(ember)?"
    r"|dec(ember)?|mon(day)?|tue(s|sday)?|wed(nesday)?|thu(rs|rsday)?|fri(day)?|sat(urday)?|sun(day)?"
)
# "J. K. Rowling" and "J.K. Rowling" are one, and no sentence ends within.
_INITIALS = re.compile(r"\b(?:[A-Z]\.\s?)*[A-Z]\.(?!\w)")
_NEGATIONS = frozenset("no not never none nobody nothing neither nor without cannot".split())
# Two spellings of one name, such as Zelenskyy and Zelenskyj, are at least this alike.
_ALIKE = 0.85


def facts(text: str) -> set[str]:
    """The names and numbers of `text`: "Two of the Reds' 1,200 fans" has 2, 1200, and red.

    A word counts as a name where it is written with a capital and is not just the first of a
    sentence; numbers are compared by value, written in figures or in words up to ninety-nine, each with
    the scale behind it: "3 million" is 3000000, and has neither 3 nor a million. A share or a sum has the
    sign of what it is behind it: "$5" is 5$, "5 per cent" 5%.
    """
    text = _INITIALS.sub(_without_points, text)
    names: set[str] = set()
    figures: list[tuple[str, int, int]] = []
    scalable, end = False, 0
    for match in WORD.finditer(text):
        scalable = scalable and text[end : match.start()] in (" ", "\N{NO-BREAK SPACE}")
        for part in _parts(match.group()):
            number = _number(part)
            if number is None:
                if part[:1].isupper() and not is_stop_word(part) and not starts_sentence(text, match.start()):
                    names.add(_name(part))
            elif scalable and part.lower() in SCALES:
                value, start, _ = figures[-1]
                figures[-1] = _written(Decimal(value) * SCALES[part.lower()]), start, match.end()
            else:
                figures.append((number, *match.span()))
            scalable = number is not None and _is_decimal(figures[-1][0])
        end = match.end()
    return names.union(f"{value}{_sign(text, start, end)}" for value, start, end in figures)


def facts_within(part: str) -> set[str]:
    """The facts of a part of a sentence, such as a bare answer: its first word counts as a name too, as it
    does behind a word of small letters.
    """
    return facts(f"it is {part}")


def missing(needed: AbstractSet[str], text: str) -> set[str]:
    """Which of the facts `text` does not have, whatever the case it writes them in. Of "3 million" it has
    the 3 as well: who says no more says nothing false, but too little. A share or a sum is one in `text`
    too, with its sign or in words.
    """
    text = _INITIALS.sub(_without_points, text)
    parts = [part for word in WORD.findall(text) for part in _parts(word)]
    had = {_number(part) or _name(part) for part in parts if part.lower() not in SCALES}
    told = [text, *(f"{figure} {scale}" for figure, scale in _SHARED.findall(text))]
    had |= {fact.rstrip(_SIGNS) for one in told for fact in facts(one)}
    had |= {_ORDINAL_WORDS[part.lower()] for part in parts if part.lower() in _ORDINAL_WORDS}
    signs = [sign for sign, written in _MEASURES.items() if written.search(text)]
    had |= {f"{fact}{sign}" for sign in signs for fact in had if fact[:1].isdigit()}
    return {fact for fact in needed if fact not in had and not _respelled(fact, had)}


def denied(text: str) -> set[str]:
    """The stem of the word that each negation is about, the next one that carries matter:
    "It will not open in May" denies open.
    """
    words = WORD.findall(text)
    return {
        stem(next((later for later in words[at + 1 :] if not is_stop_word(later)), word))
        for at, word in enumerate(words)
        if word.lower() in _NEGATIONS or word.lower().endswith(("n't", "n’t"))
    }


def _without_points(initials: re.Match[str]) -> str:
    return re.sub(r"\W", "", initials.group())


def _sign(text: str, start: int, end: int) -> str:
    """The sign of the share or the sum that the figure from `start` to `end` is of, or nothing."""
    before = text[:start].rstrip()[-1:]
    return before if before and before in "$€£" else "%" * bool(_SHARE.match(text, end))


def _number(word: str) -> str | None:
    plain = word.lower().replace(",", "")
    if ordinal := _ORDINAL.fullmatch(plain):
        plain = ordinal.group(1)
    if short := _SHORT.fullmatch(plain):
        return _written(Decimal(short[1]) * SHORT_SCALES[short[2]])
    if _is_decimal(plain):
        return _written(Decimal(plain))
    if plain[:1].isdigit():
        return plain
    return str(_NUMBERS[plain]) if plain in _NUMBERS else None


def _is_decimal(number: str) -> bool:
    return number.replace(".", "", 1).isdecimal()


def _written(number: Decimal) -> str:
    return f"{number.normalize():f}"


def _parts(word: str) -> list[str]:
    """The words in a compound one: "Kyiv-Minsk" is two, "forty-seven" is a number."""
    return [word] if word.lower() in _NUMBERS else re.split(r"[\-–&]", word)


def _name(word: str) -> str:
    lower = word.lower()
    return lower[:3] if CALENDAR.fullmatch(lower) else stem(word)


def _respelled(fact: str, had: AbstractSet[str]) -> bool:
    return len(fact) > 5 and not fact[0].isdigit() and bool(difflib.get_close_matches(fact, had, 1, _ALIKE))


def starts_sentence(text: str, at: int) -> bool:
    """Whether the word at offset `at` is the first of a sentence."""
    before = text[:at].rstrip(" \"'“‘(")
    return not before or before[-1] in ".!?:\n"
