"""Finds claims that contradict another claim about the same thing."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from index.embedding.embedder import Vectors
from index.text.normalization import content_words, stem, stems
from qa.verification.conflicts.claims import Claim
from qa.verification.conflicts.dates import DateMention, ScoreMention
from qa.verification.conflicts.office_holders import OfficeHolder
from qa.verification.conflicts.quantities import Quantity
from qa.verification.conflicts.same_time import is_measurement, is_same_time
from qa.verification.conflicts.supersession import is_rising_toll, states_change
from qa.verification.entities import CAPITALIZED, extract_entities, extract_names, missing_entities

# The minimum cosine of two masked sentences, and its increase if they share none of the question's words.
MIN_COSINE, UNSHARED_COSINE = 0.45, 0.15
# Without a common name, sentences must share this many of the question's words.
MIN_SHARED_WORDS = 2
# A passage without this many of the question's words that the other sentence has is about something else.
MAX_MISSING_WORDS = 2
# The minimum share of the question's words in a sentence about the date of an event.
MIN_DATE_WORDS = 0.6

_SYNONYMS = dict.fromkeys("price bill pay paid worth spend fee fine".split(), "cost") | dict.fromkeys(
    "dead death killed kill toll drown".split(), "die"
)
# "On what day does it open?" is about opening, and "against" about nothing.
_IGNORED_WORDS = frozenset("day date month year time against dure after befor between into".split())
_NAME = rf"({CAPITALIZED}(?: {CAPITALIZED})*)"
_PLACE = re.compile(
    rf"\b(?:in|at|across|near|from|outside|around) (?:the |nearby |\w+ern )?{_NAME}|^\W*{_NAME}:"
)


def conflicting_claims(
    own: Claim, others: Sequence[Claim], question: str, encode: Callable[[Sequence[str]], Vectors]
) -> list[Claim]:
    """The claims that contradict `own` about the same thing, the most similar first, one for each value and
    article. `encode` is called only if values contradict each other.
    """
    pairs = [ClaimPair(own=own, other=other, question=question) for other in others]
    pairs = [pair for pair in pairs if pair.contradict]
    if not pairs:
        return []
    cosines = _cosines(own, [pair.other for pair in pairs], encode)
    chosen: list[Claim] = []
    for cosine, pair in sorted(zip(cosines, pairs, strict=True), key=lambda ranked: -ranked[0]):
        if cosine >= pair.min_cosine and all(
            pair.other.value.contradicts(earlier.value)  # type: ignore[arg-type]  # values are of one kind
            and _article(pair.other) != _article(earlier)
            for earlier in chosen
        ):
            chosen.append(pair.other)
    return chosen


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimPair:
    """Two claims of the value that a question asks for."""

    own: Claim
    other: Claim
    question: str

    @property
    def contradict(self) -> bool:
        """Whether the claims are of different articles and cannot both be true of one thing, as far as their
        words show.
        """
        return (
            not self._same_story
            and self._different_values
            and self.own.unambiguous
            and self.other.unambiguous
            and self.own.kinds == self.other.kinds
            and self._same_names
            and self._same_words
            and is_same_time(self.own, self.other, self.question)
            and not any(_states_both(*claims) for claims in self._orders)
        )

    @property
    def min_cosine(self) -> float:
        """The minimum similarity: the higher, the fewer of the question's words the sentences share."""
        if isinstance(self.own.value, OfficeHolder):
            return -1.0
        own, other = self._question_words
        return MIN_COSINE + UNSHARED_COSINE * len(own ^ other) / max(len(own | other), 1)

    @property
    def _orders(self) -> tuple[tuple[Claim, Claim], tuple[Claim, Claim]]:
        return (self.own, self.other), (self.other, self.own)

    @property
    def _same_story(self) -> bool:
        """Whether the articles are the same, or copies."""
        copies = {copy.id for claim in (self.own, self.other) for copy in claim.hit.also}
        ids = {_article(self.own), _article(self.other)}
        return len(ids) == 1 or bool(ids & copies)

    @property
    def _different_values(self) -> bool:
        own, other = self.own.value, self.other.value
        return own.contradicts(other) or is_rising_toll(self.own, self.other)  # type: ignore[arg-type]

    @property
    def _same_names(self) -> bool:
        """Whether both are about the names of the question, and not each about names of its own."""
        holders = [claim.value for claim in (self.own, self.other) if isinstance(claim.value, OfficeHolder)]
        persons = {stem(part) for holder in holders for part in holder.name.split()}
        asked = extract_names(self.question) - persons
        present, others_present = (
            asked - missing_entities(asked, claim.passage_context) for claim in (self.own, self.other)
        )
        if present != others_present or (asked and not present):
            return False
        if isinstance(self.own.value, Quantity) and any(_other_places(*pair, asked) for pair in self._orders):
            return False
        if any(
            isinstance(claim.value, ScoreMention) and missing_entities(asked, claim.text)
            for claim, _ in self._orders
        ):
            return False
        return self._share_names(asked, persons)

    def _share_names(self, asked: AbstractSet[str], persons: AbstractSet[str]) -> bool:
        """Whether the sentences have names in common, or else words of the question; or one says who succeeds
        the person of the other.
        """
        if any(_names_successor(*pair) for pair in self._orders):
            return True
        names = [(extract_names(claim.text) - persons, other) for claim, other in self._orders]
        if all(missing_entities(own_names, other.passage_context) for own_names, other in names):
            return False
        shared = [
            (own_names | asked) - missing_entities(own_names | asked, other.context)
            for own_names, other in names
        ]
        own_words, other_words = self._question_words
        return all(shared) or len(own_words & other_words) >= MIN_SHARED_WORDS

    @property
    def _same_words(self) -> bool:
        """Whether the question's words in one sentence are in the other one's context too."""
        own, other = self._question_words
        if isinstance(self.own.value, DateMention):
            # Different events can be at the same place, so that most words must be there.
            return own == other and len(own) >= MIN_DATE_WORDS * len(_content(self.question))
        if is_measurement(self.own):
            return own == other
        # "19 league matches" are not all matches.
        if any(
            isinstance(claim.value, Quantity) and claim.value.modifiers - set(stems(context.context))
            for claim, context in self._orders
        ):
            return False
        missing = (
            own - _shared_words(self.question, self.other.passage_context),
            other - _shared_words(self.question, self.own.passage_context),
        )
        return max(map(len, missing)) < MAX_MISSING_WORDS

    @property
    def _question_words(self) -> tuple[set[str], set[str]]:
        return (
            _shared_words(self.question, self.own.context),
            _shared_words(self.question, self.other.context),
        )


def _names_successor(claim: Claim, other: Claim) -> bool:
    """Whether the other sentence says who succeeds the holder of the office that the claim names."""
    if not (isinstance(claim.value, OfficeHolder) and isinstance(other.value, OfficeHolder)):
        return False
    return not other.value.office and not missing_entities(claim.entities, other.context)


def _article(claim: Claim) -> str:
    return claim.hit.passage.article_id


def _other_places(claim: Claim, other: Claim, asked: AbstractSet[str]) -> set[str]:
    """The places of a sentence that are not in the other one: a toll "in Kansas" is part of another one."""
    places = {
        name for found in _PLACE.finditer(claim.text) for name in extract_names(f"x {found[1] or found[2]}")
    }
    return missing_entities(places - asked, other.context)


def _states_both(claim: Claim, other: Claim) -> bool:
    """Whether the passage has the other value too, and does not state that it changed."""
    is_newer = bool(claim.hit.date and other.hit.date and claim.hit.date > other.hit.date)
    if is_newer and states_change(claim):
        return False
    return not missing_entities(other.entities, claim.hit.passage.text)


def _cosines(own: Claim, others: Sequence[Claim], encode: Callable[[Sequence[str]], Vectors]) -> list[float]:
    """The similarity of `own` with each of the others, -1 to 1: that of the words around the value or that
    of the whole context, whichever is higher.
    """
    vectors = encode([text for claim in (own, *others) for text in claim.masked])
    windows, contexts = vectors[0::2], vectors[1::2]
    return [
        max(float(window @ windows[0]), float(context @ contexts[0]))
        for window, context in zip(windows[1:], contexts[1:], strict=True)
    ]


def _shared_words(question: str, text: str) -> set[str]:
    """The question's content words that the text has."""
    return _content(question) & {_SYNONYMS.get(word, word) for word in stems(text)}


def _content(question: str) -> set[str]:
    """The stems of the question's content words, except names and numbers."""
    words = {stem(word) for word in content_words(question)} - extract_entities(question) - _IGNORED_WORDS
    return {_SYNONYMS.get(word, word) for word in words}
