"""What a claim would say with the values of a quote: "the wall costs 640,000" for "the wall costs 460,000".

If a quote proves that, it speaks of the same thing as the claim and says it differently.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from itertools import islice
from typing import NamedTuple

from index.text.calendar_words import is_calendar_word
from index.text.numbers import SCALES
from qa.verification.entities import CAPITALIZED, PERCENT, extract_entities, is_number, missing_entities
from qa.verification.support import DraftSentence

# A verifier takes a second or two for each.
MAX_CORRECTIONS = 2

_MONTH = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*"
_DATE = rf"\d{{1,2}} {_MONTH}(?: \d{{4}})?|{_MONTH} \d{{1,2}}(?:, \d{{4}})?(?! ?\d)|{_MONTH} \d{{4}}"
_NUMBER = rf"\d+(?:[.,:]\d+)*(?:(?: |-)(?:{'|'.join(SCALES)})\b)?(?:{PERCENT})?"
_VALUE = re.compile(
    rf"(?P<date>\b(?:{_DATE})\b)|(?P<number>\b{_NUMBER})|(?P<name>\b{CAPITALIZED}(?: {CAPITALIZED})*)"
)


class CorrectedClaim(NamedTuple):
    """A claim with a quote's value, `given`, in the place of its own, `stated`."""

    text: str
    stated: str
    given: str


class _Value(NamedTuple):
    """A value in a text, `text[start:end]`; its kind is date, number, day or name."""

    kind: str
    start: int
    end: int
    text: str
    entities: frozenset[str]


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
        # "since 2020" for "since 2018", rather than "since 41".
        alike = sorted(theirs, key=lambda other: -SequenceMatcher(None, own.text, other.text).ratio())
        for other in alike:
            if other.kind == own.kind:
                corrected = sentence.text[: own.start] + other.text + sentence.text[own.end :]
                if not any(map(is_number, missing_entities(DraftSentence.of(corrected).entities, quote))):
                    yield CorrectedClaim(corrected, own.text, other.text)


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
        yield _Value(kind=kind, start=found.start(), end=found.end(), text=found[0], entities=entities)
