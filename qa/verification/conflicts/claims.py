"""The values that the sentences of passages give, each with what names the thing it is the value of."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from index.schemas import Hit
from index.text.normalization import WORD, stem
from index.text.sentences import sentence_spans
from qa.guardrails.prompt_injection import flag_instructions
from qa.guardrails.sanitizer import forged_turn_start, mask_invisible, sanitize
from qa.verification.conflicts.dates import DateMention, ScoreMention
from qa.verification.conflicts.office_holders import OfficeHolder
from qa.verification.conflicts.quantities import Quantity
from qa.verification.conflicts.target_value import TargetValue, Value
from qa.verification.entities import facts_within

# The words on either side of a value that tell what it is the value of.
WINDOW = 8

# What sort of figure it is, or of day. Where the words around one value say so and those around the
# other do not, there are two.
_FIGURES = (
    r"room for|capacity|licen[cs]e[ds]?|seats? for|holds?|carry|carries|carrying|on board|aboard",
    r"estimated at|estimates?|forecast\w*|predict\w*|project(?:ed|ions?)|target|goal of|aims?",
    r"average[ds]?|median|typical\w*|usual\w*|normal\w*",
    r"towards?|contribut\w+|subsid\w+|loans?|deposit",
    r"within|in (?:the|its|their) first|initially|half",
    r"of (?:the|all|these|those) \w+ who",
    r"a year (?:ago|earlier)|last year|the year before|compared (?:with|to)",
    r"(?:wins?|won|lost|leads?|led|ahead|majority|margin)\b.*\b(?:by|of) (?:\w+ ){0,2}so",
)
_EVENTS = (
    r"born|birth",
    r"die[ds]?|death|killed",
    r"closed?|closes|closing|closure|shut",
    r"ends?|ended|ending|finish(?:es|ed)?|until|expires?|deadline",
    r"returns?|returned|again|second|third|next",
)
_SORTS = {
    Quantity: [re.compile(rf"\b(?:{words})\b", re.IGNORECASE) for words in _FIGURES],
    ScoreMention: [
        re.compile(r"\bhad (?:won|lost|beaten|drawn)|\b(?:last|in) (?:spring|summer|autumn|winter)\b")
    ],
    DateMention: [re.compile(rf"\b(?:{words})\b", re.IGNORECASE) for words in _EVENTS],
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A value, the sentence that gives it, and its place in the article; `before` is the sentence before.
    It is `alone` where the sentence gives no other value of its sort, and the passage no higher toll: those
    could be what counts.
    """

    value: Value
    hit: Hit
    span: tuple[int, int]
    text: str
    before: str
    alone: bool

    @property
    def written(self) -> str:
        """The value as it can stand within a sentence."""
        first, last = self.value.span
        written = " ".join(self.text[first:last].split())
        return written.lower() if isinstance(self.value, Quantity) and written[0].isalpha() else written

    @property
    def needs(self) -> set[str]:
        """The facts that a text has which gives this value."""
        if isinstance(self.value, OfficeHolder):
            return {stem(self.value.name.split()[-1])}
        found = facts_within(self.written)
        # "on 16 March" says enough of 16 March 2024.
        return (
            found - {str(self.value.year)}
            if isinstance(self.value, DateMention) and self.value.month
            else found
        )

    @property
    def setting(self) -> str:
        """The title and the two sentences: what names the things this is about."""
        return f"{self.hit.title} {self.before} {self.text}"

    @property
    def masked(self) -> tuple[str, str]:
        """The words around the value, and the setting, both without the value."""
        first, last = self.value.span
        left, right = self.text[:first], self.text[last:]
        words = [word.start() for word in WORD.finditer(left)][-WINDOW:]
        ends = [word.end() for word in WORD.finditer(right)][:WINDOW]
        near = f"{left[words[0] if words else 0 :]}so{right[: ends[-1] if ends else 0]}"
        return near, f"{self.hit.title}. {self.before} {left}so{right}"

    @property
    def sorts(self) -> list[bool]:
        """What sort of figure or day it is, as the words around it say."""
        near, _ = self.masked
        return [bool(sort.search(near)) for sort in _SORTS.get(type(self.value), ())]


def said(kind: TargetValue, hits: Sequence[Hit], question: str) -> Iterator[Claim]:
    """The values of the asked kind that the passages tell, in order; see `flag_instructions` for what
    tells nothing.
    """
    for hit in hits:
        told = [one for one in _given(kind, hit) if not _is_order(one, hit, question)]
        yield from (replace(one, alone=one.alone and not _is_part(one, told)) for one in told)


def _given(kind: TargetValue, hit: Hit) -> Iterator[Claim]:
    """The values of the asked kind in the passage's sentences as a reader sees them."""
    passage = hit.passage
    before = ""
    for start, end in sentence_spans(mask_invisible(passage.text)):
        text = passage.text[start:end]
        values = list(kind.values(text))
        for value in values:
            alone = not any(value.alike(other) for other in values if other is not value)  # type: ignore[arg-type]
            span = (start + passage.start, end + passage.start)
            yield Claim(value=value, hit=hit, span=span, text=text, before=before, alone=alone)
        before = text


def _is_order(one: Claim, hit: Hit, question: str) -> bool:
    """Whether the sentence, or one beside it, orders what to answer instead of telling something."""
    ordered = flag_instructions([sanitize(one.before), sanitize(one.text)], question)
    return any(ordered) or one.span[0] - hit.passage.start >= forged_turn_start(hit.passage.text)


def _is_part(one: Claim, told: Sequence[Claim]) -> bool:
    """Whether the passage has a higher toll of the same sort, of which this one is likely a part."""
    toll = one.value
    return (
        isinstance(toll, Quantity)
        and bool(toll.fate)
        and any(
            isinstance(other.value, Quantity) and toll.alike(other.value) and other.value.number > toll.number
            for other in told
        )
    )
