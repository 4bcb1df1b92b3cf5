"""What kind of thing a question asks for, by its form: a number, a time, a name, a reason, or anything."""

from __future__ import annotations

import re
from collections.abc import Callable

from qa.verification.entities import CALENDAR, facts

_NUMBER = re.compile(
    r"\bhow (many|much|old|far|high|big|large|deep|tall|heavy|wide|fast|often)\b"
    r"|\b(what|which) ((?!one\b)\w+ )?(number|percentage|price|share|age|fee|fine|sum|amount|total)\b"
    r"|\bwhat (\w+ )?cost\b"
    r"|\bwhat (is|are|was|were|does|do|did|will|would|can|must|has|have)\b.*\b(cost|pay|paid|worth)\b(?! for)"
    r"|\bwie (viele?|alt|weit|hoch|groß|tief|oft)\b",
    re.IGNORECASE,
)
_TIME = re.compile(
    r"\bwhen\b|\b(what|which) (year|day|date|month|time|week)\b|\bhow long\b|\b(wann|wie lange)\b",
    re.IGNORECASE,
)
_NAME = re.compile(r"\b(who|whom|whose|where|which|wer|wen|wem|wo|welche[rsmn]?)\b", re.IGNORECASE)
_REASON = re.compile(r"\b(why|how come|warum|wieso|weshalb)\b", re.IGNORECASE)
_CHOICE = re.compile(r"\b(or|oder)\b", re.IGNORECASE)


def asks_choice(question: str) -> bool:
    """Whether the answer may stand in the question: "Is it red or blue?"."""
    return bool(_CHOICE.search(question))


def asks_number(question: str) -> bool:
    """Whether only a number can answer: "How many ...?", "What does it cost?"."""
    return bool(_NUMBER.search(question))


def asks_reason(question: str) -> bool:
    """Whether something is to be explained, for which a name or a number is no answer."""
    return bool(_REASON.search(question))


def expected(question: str) -> Callable[[str], bool]:
    """A test of a sentence: does it have a fact of the asked kind which the question has not?

    Always false where the form of the question does not tell the kind, so that it decides nothing.
    """
    known = facts(question)
    if asks_number(question):
        return lambda sentence: any(fact[0].isdigit() for fact in facts(sentence) - known)
    if _TIME.search(question):
        return lambda sentence: any(
            fact[0].isdigit() or CALENDAR.fullmatch(fact) for fact in facts(sentence) - known
        )
    if _NAME.search(question):
        return lambda sentence: any(not fact[0].isdigit() for fact in facts(sentence) - known)
    return lambda sentence: False
