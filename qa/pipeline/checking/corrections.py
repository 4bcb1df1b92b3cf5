"""What a claim would say with the values of a quote: "the wall costs 640,000" for "the wall costs 460,000".

If a quote proves that, it speaks of the same thing as the claim and says it differently.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from itertools import islice
from typing import NamedTuple

from index.text.calendar_words import MONTH, is_calendar_word
from index.text.normalization import WORD, is_stop_word, stem
from index.text.numbers import NUMBER_WORD, SCALES
from qa.verification.draft_sentence import DraftSentence
from qa.verification.entities import CAPITALIZED, PERCENT, extract_entities, is_number, missing_entities

# A verifier takes a second or two for each.
MAX_CORRECTIONS = 2

_DATE = (
    rf"\d{{1,2}} (?:{MONTH})(?: \d{{4}})?"
    rf"|(?:{MONTH}) \d{{1,2}}(?:, \d{{4}})?(?! ?\d)|(?:{MONTH}) \d{{4}}"
)
# "£21m", "3 million", "40 per cent", "nineteen"; "one" is mostly no number.
_AMOUNT = rf"(?:[$€£] ?|\b)\d+(?:[.,:]\d+)*(?:(?:m|bn|tn|k)\b|(?: |-)(?:{'|'.join(SCALES)})\b)?(?:{PERCENT})?"
_WORDS = rf"(?i:\b(?!one\b)(?:{NUMBER_WORD})\b(?:[ -](?:{'|'.join(SCALES)})\b)?)(?! [A-Z])"
_VALUE = re.compile(
    rf"(?P<date>\b(?:{_DATE})\b)|(?P<number>{_AMOUNT}|{_WORDS})|(?P<name>\b{CAPITALIZED}(?: {CAPITALIZED})*)"
)
_YEAR = re.compile(r"(?:1[5-9]|20)\d\d")

_SIGN = re.compile(rf"[$€£]|{PERCENT}", re.IGNORECASE)


class CorrectedClaim(NamedTuple):
    """A claim with a quote's value, `given`, in the place of its own, `stated`; `alike` is whether both are
    surely of one kind, as two days, or two numbers of euros.
    """

    text: str
    stated: str
    given: str
    alike: bool = False


class _Value(NamedTuple):
    """A value in a text, `text[start:end]`; its kind is date, number, day or name. The unit of a number is
    its sign, or the stem of the word after it; empty if there is none.
    """

    kind: str
    start: int
    end: int
    text: str
    entities: frozenset[str]
    unit: str = ""


def corrections(sentence: DraftSentence, quote: str) -> list[CorrectedClaim]:
    """The sentence with one of its values replaced by one of the quote's that it lacks, of the same kind, if
    the quote then has all its numbers; at most MAX_CORRECTIONS. If one is not enough, all values that the
    quote lacks are replaced, each by the next of its kind: "20 votes to 17" for "21 votes to 16".
    """
    single = islice(dict.fromkeys(_corrections(sentence, quote)), MAX_CORRECTIONS)
    return list(single) or list(_correction_of_all(sentence, quote))


def _correction_of_all(sentence: DraftSentence, quote: str) -> Iterator[CorrectedClaim]:
    missing = missing_entities(sentence.entities, quote)
    wrong = [own for own in _values(sentence.text) if own.entities & missing]
    theirs = [value for value in _values(quote) if value.entities - sentence.entities]
    text, given, shift = sentence.text, [], 0
    for own in wrong:
        other = next((value for value in theirs if value.kind == own.kind), None)
        if other is None:
            return
        theirs.remove(other)
        text = text[: own.start + shift] + other.text + text[own.end + shift :]
        shift += len(other.text) - len(own.text)
        given.append(other.text)
    if len(wrong) > 1 and not any(map(is_number, missing_entities(DraftSentence.of(text).entities, quote))):
        stated = ", ".join(own.text for own in wrong)
        yield CorrectedClaim(text, stated, ", ".join(given))


def _corrections(sentence: DraftSentence, quote: str) -> Iterator[CorrectedClaim]:
    missing = missing_entities(sentence.entities, quote)
    theirs = [value for value in _values(quote) if value.entities - sentence.entities]
    for own in _values(sentence.text):
        if not own.entities & missing:
            continue
        # "27 days" for "72 days", rather than "34"; "since 2020" for "since 2018", rather than "since 41".
        alike = sorted(
            theirs,
            key=lambda other: (
                not _count_alike(own, other),
                -SequenceMatcher(None, own.text, other.text).ratio(),
            ),
        )
        for other in alike:
            if other.kind == own.kind:
                given = _without_repeated(other.text, sentence.text) if own.kind == "name" else other.text
                corrected = sentence.text[: own.start] + given + sentence.text[own.end :]
                if not any(map(is_number, missing_entities(DraftSentence.of(corrected).entities, quote))):
                    yield CorrectedClaim(corrected, own.text, given, _count_alike(own, other))


def _count_alike(own: _Value, other: _Value) -> bool:
    """Whether two values of one kind surely stand for the same: days do, and numbers of the same things."""
    if own.kind != other.kind or own.kind == "name":
        return False
    years = _YEAR.fullmatch(own.text) and _YEAR.fullmatch(other.text)
    return own.kind != "number" or own.unit == other.unit != "" or bool(years)


def _without_repeated(name: str, claim: str) -> str:
    """The name without the words before it that the claim has too: "Transport Minister Ann Bell"."""
    words, said = name.split(), {word.lower() for word in WORD.findall(claim)}
    while len(words) > 1 and words[0].lower() in said:
        del words[0]
    return " ".join(words)


def _values(text: str) -> Iterator[_Value]:
    named = extract_entities(text)
    for found in _VALUE.finditer(text):
        # With the text before it a word that begins the sentence is no name.
        entities = frozenset(extract_entities(f"it is {found[0]}") & named)
        if not entities:
            continue
        kind = str(found.lastgroup)
        if kind == "name" and all(map(is_calendar_word, found[0].split())):
            kind = "day"
        unit = _unit(text, found) if kind == "number" else ""
        yield _Value(kind, found.start(), found.end(), found[0], entities, unit)


def _unit(text: str, found: re.Match[str]) -> str:
    if sign := _SIGN.search(found[0]):
        return "%" if sign[0] not in "$€£" else sign[0]
    word = WORD.match(text[found.end() :].lstrip(" -"))
    return stem(word[0]) if word and not is_stop_word(word[0]) and word[0][0].islower() else ""
