"""The values in the sentences of passages, each with the context that says what it is the value of."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from index.schemas import Hit
from index.text.letters import normalize_letters
from index.text.normalization import WORD, stem
from index.text.sentences import sentence_spans
from qa.guardrails.prompt_injection import flag_instructions, screen_title
from qa.guardrails.sanitizer import forged_turn_start, mask_invisible
from qa.verification.conflicts.dates import DateMention, ScoreMention
from qa.verification.conflicts.office_holders import OfficeHolder
from qa.verification.conflicts.quantities import Quantity
from qa.verification.conflicts.target_value import TargetValue, Value
from qa.verification.entities import fragment_entities

# The number of words on either side of a value that say what it is the value of.
WINDOW = 8

# Different kinds of numbers, and of dates. Values with words of different kinds around them are not of the
# same thing.
_QUANTITY_KINDS = (
    r"room for|capacity|licen[cs]e[ds]?|seats? for|holds?|carry|carries|carrying|on board|aboard",
    r"estimated at|estimates?|forecast\w*|predict\w*|project(?:ed|ions?)|target|goal of|aims?",
    r"average[ds]?|median|typical\w*|usual\w*|normal\w*",
    r"towards?|contribut\w+|subsid\w+|loans?|deposit",
    r"within|in (?:the|its|their) first|initially|half",
    r"of (?:the|all|these|those) \w+ who",
    r"a year (?:ago|earlier)|last year|the year before|compared (?:with|to)",
    r"(?:wins?|won|lost|leads?|led|ahead|majority|margin)\b.{0,200}\b(?:by|of) (?:\w+ ){0,2}so",
)
_DATE_KINDS = (
    r"born|birth",
    r"die[ds]?|death|killed",
    r"closed?|closes|closing|closure|shut",
    r"ends?|ended|ending|finish(?:es|ed)?|until|expires?|deadline",
    r"returns?|returned|again|second|third|next",
)
_KINDS = {
    Quantity: [re.compile(rf"\b(?:{words})\b", re.IGNORECASE) for words in _QUANTITY_KINDS],
    ScoreMention: [
        re.compile(r"\bhad (?:won|lost|beaten|drawn)|\b(?:last|in) (?:spring|summer|autumn|winter)\b")
    ],
    DateMention: [re.compile(rf"\b(?:{words})\b", re.IGNORECASE) for words in _DATE_KINDS],
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A value, the sentence that states it, with its span in the article, and the sentence `before`. It is
    `unambiguous` if the sentence has no other value of its kind, and the passage no higher toll.
    """

    value: Value
    hit: Hit
    span: tuple[int, int]
    text: str
    before: str
    unambiguous: bool

    @property
    def value_text(self) -> str:
        """The value in a form that fits within a sentence."""
        start, end = self.value.span
        text = " ".join(self.text[start:end].split())
        return text.lower() if isinstance(self.value, Quantity) and text[0].isalpha() else text

    @property
    def entities(self) -> set[str]:
        """The entities that a text with this value must have."""
        if isinstance(self.value, OfficeHolder):
            return {stem(self.value.name.split()[-1])}
        entities = fragment_entities(self.value_text)
        # "on 16 March" is enough for 16 March 2024.
        if isinstance(self.value, DateMention) and self.value.month:
            return entities - {str(self.value.year)}
        return entities

    @property
    def context(self) -> str:
        """The title and the two sentences, which name what the value is of."""
        return f"{screen_title(self.hit.title)} {self.before} {self.text}"

    @property
    def passage_context(self) -> str:
        """The title and the whole passage."""
        return f"{screen_title(self.hit.title)} {self.hit.passage.text}"

    @property
    def masked(self) -> tuple[str, str]:
        """The words around the value, and the context, both with the word "so" in place of the value."""
        start, end = self.value.span
        left, right = self.text[:start], self.text[end:]
        starts = [word.start() for word in WORD.finditer(left)][-WINDOW:]
        ends = [word.end() for word in WORD.finditer(right)][:WINDOW]
        window = f"{left[starts[0] if starts else 0 :]}so{right[: ends[-1] if ends else 0]}"
        return window, f"{self.hit.title}. {self.before} {left}so{right}"

    @property
    def kinds(self) -> list[bool]:
        """Which kinds of number or date the words around the value name."""
        window, _ = self.masked
        return [bool(kind.search(window)) for kind in _KINDS.get(type(self.value), ())]


def extract_claims(target: TargetValue, hits: Sequence[Hit], question: str) -> Iterator[Claim]:
    """The claims of the target value in the passages, in order. Prompt injections are left out."""
    for hit in hits:
        claims = [claim for claim in _claims(target, hit) if not _is_injection(claim, question)]
        for claim in claims:
            yield replace(claim, unambiguous=claim.unambiguous and not _is_part(claim, claims))


def _claims(target: TargetValue, hit: Hit) -> Iterator[Claim]:
    """The claims of the target value in the visible sentences of the passage."""
    passage = hit.passage
    before = ""
    for start, end in sentence_spans(mask_invisible(passage.text)):
        text = normalize_letters(passage.text[start:end])
        values = list(target.values(text))
        for value in values:
            others = (other for other in values if other is not value)
            yield Claim(
                value=value,
                hit=hit,
                span=(start + passage.start, end + passage.start),
                text=text,
                before=before,
                unambiguous=not any(value.is_comparable(other) for other in others),  # type: ignore[arg-type]
            )
        before = text


def _is_injection(claim: Claim, question: str) -> bool:
    """Whether the sentence, or the one before, gives instructions on what to answer."""
    passage = claim.hit.passage
    instructions = flag_instructions([claim.before, claim.text], question)
    return any(instructions) or claim.span[0] - passage.start >= forged_turn_start(passage.text)


def _is_part(claim: Claim, claims: Sequence[Claim]) -> bool:
    """Whether the passage has a higher toll of the same kind, which probably includes this one."""
    toll = claim.value
    return (
        isinstance(toll, Quantity)
        and bool(toll.outcome)
        and any(
            isinstance(other.value, Quantity)
            and toll.is_comparable(other.value)
            and other.value.number > toll.number
            for other in claims
        )
    )
