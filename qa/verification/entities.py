"""The names and numbers of a text in a form that can be compared, and the words it negates."""

from __future__ import annotations

import difflib
import re
from collections.abc import Set as AbstractSet

from index.text.calendar_words import is_calendar_word
from index.text.letters import normalize_letters
from index.text.normalization import WORD, is_stop_word, stem
from index.text.number_words import in_english_form
from index.text.numbers import ORDINALS, SCALES, is_decimal, number_value, scaled, split_compound
from index.text.terms.related_words import same_name
from index.text.terms.stemming import ENGLISH

#: The pattern of a capitalised word.
CAPITALIZED = r"(?<!\w)[A-ZÀ-Ý][\w'’-]{0,60}"
#: The pattern that makes the number before it a percentage.
PERCENT = r" ?%| ?per ?cent| ?prozent"
_PERCENT = re.compile(PERCENT, re.IGNORECASE)
# The signs of percentages and currencies, and how a text can write them.
_SIGNS = {
    "%": _PERCENT,
    "$": re.compile(r"\$|dollar", re.IGNORECASE),
    "€": re.compile(r"€|\beuros?\b", re.IGNORECASE),
    "£": re.compile(r"£|\bpounds?\b|\bsterling\b", re.IGNORECASE),
}
# "3 to 4 million" has 3 million too.
_SHARED_SCALE = re.compile(
    rf"(?<!\S)(\S{{0,30}}\d)(?= ?(?:to|and|or|-|–) ?\S{{1,30}}[ -]({'|'.join(SCALES)})\b)", re.IGNORECASE
)
# "J. K. Rowling" and "J.K. Rowling" are the same name, and the points end no sentence.
_INITIALS = re.compile(r"\b(?:[A-Z]\.\s?){0,9}[A-Z]\.(?!\w)")
# "… told.Political geographers …": a text without the space after a full stop.
_LOST_SPACE = re.compile(r"(?<=[^\W\d_A-ZÀ-Ý]{3})\.(?=[A-ZÀ-Ý][^\W\d_A-ZÀ-Ý])")
_NEGATIONS = frozenset("no not never none nobody nothing neither nor without cannot".split())
# The similarity of two spellings of one name, such as Zelenskyy and Zelenskyj.
_SAME_NAME = 0.85


def extract_entities(text: str, language: str = ENGLISH) -> set[str]:
    """The names and numbers of `text`: "Two of the Reds' 1,200 fans" has 2, 1200, and red.

    A capitalised word is a name unless it is the first of its sentence; names are stemmed, months and
    weekdays shortened to three letters. Numbers are compared by value, up to ninety-nine also in words, and
    include their scale: "3 million" is 3000000, and not also 3. The sign of a percentage or a currency
    follows the number: "$5" is 5$, "5 per cent" 5%. In another language (ISO 639) numbers and months are
    those of that language: "3.000,50" is 3000.5, "vierzehn" 14, "marzo" mar.
    """
    text = _join_initials(in_english_form(normalize_letters(text), language))
    names: set[str] = set()
    numbers: list[tuple[str, int, int]] = []
    scalable, end = False, 0
    for match in WORD.finditer(text):
        scalable = scalable and text[end : match.start()] in (" ", "\N{NO-BREAK SPACE}")
        for part in split_compound(match.group()):
            number = number_value(part)
            if number is None:
                if _is_name(part) and not starts_sentence(text, match.start()):
                    names.add(_normalized(part))
            elif scalable and part.lower() in SCALES:
                value, start, _ = numbers[-1]
                numbers[-1] = scaled(value, part.lower()), start, match.end()
            else:
                numbers.append((number, *match.span()))
            scalable = number is not None and is_decimal(numbers[-1][0])
        end = match.end()
    return names.union(f"{value}{_sign(text, start, end)}" for value, start, end in numbers)


def fragment_entities(fragment: str, language: str = ENGLISH) -> set[str]:
    """The entities of a fragment of a sentence, such as a bare answer, whose first word can be a name."""
    return extract_entities(f"it is {fragment}", language)


def extract_names(text: str) -> set[str]:
    """The entities of `text` that are neither numbers nor months or weekdays."""
    return {name for name in extract_entities(text) if not (is_number(name) or is_calendar_word(name))}


def is_number(entity: str) -> bool:
    """Whether the entity is a number."""
    return entity[0].isdigit()


def missing_entities(entities: AbstractSet[str], text: str, language: str = ENGLISH) -> set[str]:
    """Those of the entities that `text` does not have, in any case and with small differences in the
    spelling of names. "3 million" has 3 as well: a text that says only 3 is incomplete but not wrong. The
    sign of a percentage or a currency may be anywhere in the text, also in words.
    """
    text = _join_initials(in_english_form(normalize_letters(text), language))
    parts = [part for word in WORD.findall(_LOST_SPACE.sub(r"\g<0> ", text)) for part in split_compound(word)]
    found = {number_value(part) or _normalized(part) for part in parts if part.lower() not in SCALES}
    ranges = (f"{number} {scale}" for number, scale in _SHARED_SCALE.findall(text))
    for each in (text, *ranges):
        found |= {entity.rstrip("".join(_SIGNS)) for entity in extract_entities(each)}
    found |= {ORDINALS[part.lower()] for part in parts if part.lower() in ORDINALS}
    signs = [sign for sign, pattern in _SIGNS.items() if pattern.search(text)]
    found |= {f"{entity}{sign}" for sign in signs for entity in found if entity and is_number(entity)}
    return {entity for entity in entities if entity not in found and not _is_respelled(entity, found)}


def negated_words(text: str) -> set[str]:
    """The stem of the word that each negation applies to, the next content word: "It will not open in May"
    negates open.
    """
    words = WORD.findall(normalize_letters(text))
    return {
        stem(next((later for later in words[at + 1 :] if not is_stop_word(later)), word))
        for at, word in enumerate(words)
        if word.lower() in _NEGATIONS or word.lower().endswith(("n't", "n’t"))
    }


def starts_sentence(text: str, at: int) -> bool:
    """Whether the word at offset `at` is the first of a sentence."""
    before = text[:at].rstrip(" \"'“‘(")
    return not before or before[-1] in ".!?:\n"


def _join_initials(text: str) -> str:
    return _INITIALS.sub(lambda initials: re.sub(r"\W", "", initials.group()), text)


def _sign(text: str, start: int, end: int) -> str:
    """The sign of the number from `start` to `end`; empty if it is neither a percentage nor a sum."""
    before = text[:start].rstrip()[-1:]
    if before and before in "$€£":
        return before
    return "%" if _PERCENT.match(text, end) else ""


def _is_name(word: str) -> bool:
    return word[:1].isupper() and not is_stop_word(word)


def _normalized(word: str) -> str:
    return word.lower()[:3] if is_calendar_word(word) else stem(word)


def _is_respelled(entity: str, found: AbstractSet[str]) -> bool:
    if len(entity) <= 5 or is_number(entity):
        return False
    return bool(difflib.get_close_matches(entity, found, 1, _SAME_NAME)) or any(
        same_name(entity, other) for other in found if not is_number(other)
    )
