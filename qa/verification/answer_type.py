"""What kind of answer a question asks for, by its form."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Self

from index.text.calendar_words import is_calendar_word
from index.text.languages import ENGLISH
from qa.verification.entities import extract_entities, is_number

_PATTERNS = {
    "number": r"\bhow (many|much|old|far|high|big|large|deep|tall|heavy|wide|fast|often)\b"
    r"|\b(what|which) ((?!one\b)\w+ )?(number|percentage|price|share|age|fee|fine|sum|amount|total)\b"
    r"|\bwhat (\w+ )?cost\b"
    r"|\bwhat (is|are|was|were|does|do|did|will|would|can|must|has|have)\b"
    r".{0,200}\b(cost|pay|paid|worth|(sell|sold) for)\b(?! for)"
    r"|\bwie (viele?|alt|weit|hoch|groß|tief|oft)\b",
    "date": r"\bwhen\b|\b(what|which) (day|date|year|month)\b",
    "time": r"\bwhen\b|\b(what|which) (year|day|date|month|time|week)\b|\bhow long\b|\b(wann|wie lange)\b",
    "duration": r"\b(how long|wie lange)\b",
    "name": r"\b(who|whom|whose|where|which|wer|wen|wem|wo|welche[rsmn]?)\b",
    "person": r"\b(who|whom|which|what is the name|wer|wen|wem|welche[rn]?)\b",
    "score": r"\b(score|result)\b|\bhow did\b.{0,200}\b(end|finish|play)\b",
    # Neither a name nor a number explains anything.
    "reason": r"\b(why|how come|warum|wieso|weshalb)\b",
    # The answer can be in the question: "Is it red or blue?".
    "choice": r"\b(or|oder)\b",
    # Forms that a number can answer, but also something else.
    "quantity": r"\bhow (long|hot|cold|warm|strong|heavy|much|many|late)\b"
    r"|\b(figures?|toll|temperature|turnout)\b"
    r"|\b(agree|disagree|differ|every (news)?paper|other (news)?papers|all sources|more than one)\b",
}
_DURATION = re.compile(
    r"\b(?:seconds?|minutes?|hours?|days?|nights?|weeks?|months?|years?|decades?|centur(?:y|ies)|seasons?"
    r"|forever|lifelong|until|since|sekunden?|minuten?|stunden?|tage?n?|wochen?|monate?n?|jahre?n?|bis|seit)\b",
    re.IGNORECASE,
)
_COMPILED = {kind: re.compile(pattern, re.IGNORECASE) for kind, pattern in _PATTERNS.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedAnswer:
    """The kinds of answer that a question asks for; there can be several, or none. `known` are the entities
    of the question, which answer nothing; `language` is the question's and its answers'.
    """

    kinds: frozenset[str]
    known: frozenset[str]
    language: str = ENGLISH

    @classmethod
    def of(cls, question: str, language: str = ENGLISH) -> Self:
        """In languages other than English and German, the kinds are not told."""
        forms = _COMPILED.items() if language in (ENGLISH, "de") else ()
        kinds = frozenset(kind for kind, pattern in forms if pattern.search(question))
        return cls(kinds=kinds, known=frozenset(extract_entities(question, language)), language=language)

    @property
    def number(self) -> bool:
        """Whether only a number can answer: "How many ...?", "What does it cost?"."""
        return "number" in self.kinds

    @property
    def duration(self) -> bool:
        """Whether only a length of time, or a length, can answer: "How long does it last?"."""
        return "duration" in self.kinds

    @property
    def quantity(self) -> bool:
        """Whether a number can answer."""
        return self.number or "quantity" in self.kinds

    @property
    def date(self) -> bool:
        """Whether a date answers. "How many drowned when the ferry sank?" asks for none."""
        return "date" in self.kinds and not self.number

    def found_in(self, sentence: str) -> bool:
        """Whether the sentence has an entity of the expected kind that the question does not have. False
        if the form of the question does not determine the kind.
        """
        if not self.kinds & {"number", "time", "name"}:
            return False
        new = extract_entities(sentence, self.language) - self.known
        if self.number:
            return any(map(is_number, new))
        if "time" in self.kinds:
            lasting = self.duration and bool(_DURATION.search(sentence))
            return lasting or any(is_number(entity) or is_calendar_word(entity) for entity in new)
        return not all(map(is_number, new))
