"""Which values of a sentence can be the one that a question asks for."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from index.text.messages.phrase import Phrase
from qa.verification.answer_type import ExpectedAnswer
from qa.verification.conflicts.dates import DateMention, ScoreMention, date_mentions, score_mentions
from qa.verification.conflicts.office_holders import OfficeHolder, OfficeQuestion, office_holders
from qa.verification.conflicts.outcomes import first_outcome
from qa.verification.conflicts.quantities import Quantity, quantities
from qa.verification.conflicts.units import LENGTHS, PEOPLE, leading_unit

Value = Quantity | DateMention | ScoreMention | OfficeHolder

# What a sum is: a sentence about a price says nothing about a fine.
_MONEY = tuple(
    re.compile(rf"\b(?:{words})\b", re.IGNORECASE)
    for words in (
        r"fine[ds]?|penalt\w+",
        r"earns?|earned|salar\w+|wages?",
        r"costs?|prices?|priced|bills?|fees?|fares?|tickets?|admission|worth|pays?|paid|spen[dt]\w*|budget\w*"
        r"|invest\w*|bought|sells?|sold|sale|deal|fetched|charg\w+|expens\w+",
    )
)
_PERCENT = re.compile(r"\b(percent|percentage|share|per cent)\b", re.IGNORECASE)
# The units that a question asks for without naming them.
_UNITS = (
    (re.compile(r"\b(how old|what age)\b", re.IGNORECASE), frozenset({"year old"})),
    (re.compile(r"\bhow (hot|cold|warm)\b|\btemperature\b", re.IGNORECASE), frozenset({"degre"})),
    (re.compile(r"\bhow (long|far|high|deep|tall|wide)\b", re.IGNORECASE), LENGTHS),
)
# The date of a count is not the date of an event.
_COUNT_DATE = re.compile(r"\b(?:as of|through|to date|compared (?:to|with))\s+(?:\w+,? )?$", re.IGNORECASE)
_HOW_MANY = re.compile(r"\b(?:how many|number of)\s+", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetValue:
    """The value that a question asks for: `about` names it, `values` finds the candidates in a
    sentence.
    """

    about: Phrase
    values: Callable[[str], Iterable[Value]]


def target_value(question: str) -> TargetValue | None:
    """The value that the question asks for; None if its form does not determine one that can be compared."""
    expected = ExpectedAnswer.of(question)
    if "person" in expected.kinds and (office := OfficeQuestion.of(question)):
        return TargetValue(
            about=Phrase("who it is"), values=lambda text: filter(office.is_about, office_holders(text))
        )
    if "score" in expected.kinds:
        return TargetValue(about=Phrase("the score"), values=score_mentions)
    if expected.date:
        return TargetValue(about=Phrase("the date"), values=_event_dates)
    return _target_quantity(question) if expected.quantity else None


def _event_dates(text: str) -> Iterable[DateMention]:
    return (date for date in date_mentions(text) if not _COUNT_DATE.search(text[: date.span[0]]))


def _target_quantity(question: str) -> TargetValue:
    counted, phrase = _counted(question)
    money = None if counted else next((words for words in _MONEY if words.search(question)), None)
    about = Phrase("the amount of money") if money else Phrase("the number")
    about = Phrase("the number of {things}", things=phrase) if phrase else about
    is_target = _quantity_filter(question, counted, is_money=bool(money))

    def values(text: str) -> Iterable[Quantity]:
        found = quantities(text) if not money or money.search(text) else ()
        return (quantity for quantity in found if is_target(quantity))

    return TargetValue(about=about, values=values)


def _counted(question: str) -> tuple[str, str]:
    """The stem of what a "how many" counts, and the words for it."""
    if not (found := _HOW_MANY.search(question)):
        return "", ""
    rest = question[found.end() :]
    unit = leading_unit(rest)
    return unit.stem, rest[: unit.length]


def _quantity_filter(question: str, counted: str, *, is_money: bool) -> Callable[[Quantity], bool]:
    """A test of whether a quantity can be what the question asks for."""
    if outcome := first_outcome(question):
        return lambda quantity: quantity.outcome == outcome
    if counted in PEOPLE:
        return lambda quantity: quantity.is_people and not quantity.outcome
    if counted:
        return lambda quantity: quantity.unit == counted
    if _PERCENT.search(question):
        return lambda quantity: quantity.unit == "%"
    if is_money:
        return lambda quantity: quantity.is_money
    units = next((units for pattern, units in _UNITS if pattern.search(question)), None)
    return lambda quantity: quantity.unit in units if units else bool(quantity.unit)
