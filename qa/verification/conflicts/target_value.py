"""What value a question asks for, and which values of a sentence could be that."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from index.text.normalization import WORD, is_stop_word, stem, stems
from qa.verification.answer_type import asks_number
from qa.verification.conflicts.dates import DateMention, ScoreMention, days, scores
from qa.verification.conflicts.office_holders import OfficeHolder, asked_office, holders
from qa.verification.conflicts.quantities import PEOPLE, Quantity, amounts, fate, unit

Value = Quantity | DateMention | ScoreMention | OfficeHolder

_SCORE = re.compile(r"\b(score|result)\b|\bhow did\b.*\b(end|finish|play)\b", re.IGNORECASE)
_AMOUNT = re.compile(
    r"\bhow (long|hot|cold|warm|strong|heavy|much|many|late)\b|\b(figures?|toll|temperature|turnout)\b",
    re.IGNORECASE,
)
_AGREE = re.compile(
    r"\b(agree|disagree|differ|every (news)?paper|other (news)?papers|all sources|more than one)\b",
    re.IGNORECASE,
)
_DAY = re.compile(r"\bwhen\b|\b(what|which) (day|date|year|month)\b", re.IGNORECASE)
# What is paid for what: a sentence about a price tells nothing of a fine.
_MONEY = tuple(
    re.compile(rf"\b(?:{words})\b", re.IGNORECASE)
    for words in (
        r"fine[ds]?|penalt\w+",
        r"earns?|earned|salar\w+|wages?",
        r"costs?|prices?|priced|bills?|fees?|fares?|tickets?|admission|worth|pays?|paid|spen[dt]\w*|budget\w*"
        r"|invest\w*|bought|sold|sale|deal|fetched|charg\w+|expens\w+",
    )
)
_PERCENT = re.compile(r"\b(percent|percentage|share|per cent)\b", re.IGNORECASE)
_OLD = re.compile(r"\b(how old|what age)\b", re.IGNORECASE)
_HOT = re.compile(r"\bhow (hot|cold|warm)\b|\btemperature\b", re.IGNORECASE)
# The day up to which something was counted.
_COUNTED_ON = re.compile(r"\b(?:as of|through|to date|compared (?:to|with))\s+(?:\w+,? )?$", re.IGNORECASE)
_MANY = re.compile(r"\b(?:how many|number of)\s+", re.IGNORECASE)
_LENGTH = frozenset("second minut hour day night week month year metr kilomet mile feet centimetr".split())


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetValue:
    """The kind of value a question asks for: `about` names it, `values` finds those in a sentence."""

    about: str
    values: Callable[[str], Iterable[Value]]


def asked(question: str) -> TargetValue | None:
    """What the question asks for, or None where its form does not tell or no values are compared."""
    if office := asked_office(question):
        own = set(stems(question))
        return TargetValue(
            about="who it is",
            values=lambda text: (
                holder
                for holder in holders(text)
                # "Dale's coach" is not the coach of Pell that the question is about.
                if not holder.office or (office.fullmatch(holder.office) and _matter(holder.whose) <= own)
            ),
        )
    if _SCORE.search(question):
        return TargetValue(about="the score", values=scores)
    # "How many drowned when the ferry sank?" asks for no day.
    if _DAY.search(question) and not asks_number(question):
        return TargetValue(
            about="the date",
            values=lambda text: (day for day in days(text) if not _COUNTED_ON.search(text[: day.span[0]])),
        )
    if asks_number(question) or _AMOUNT.search(question) or _AGREE.search(question):
        fits = _fitting(question)
        about = "the number"
        if of := _counted(question)[1]:
            about = f"the number of {of}"
        elif _money(question):
            about = "the amount of money"
        money = _money(question)
        return TargetValue(
            about=about,
            values=lambda text: (
                amount for amount in amounts(text) if fits(amount) and (not money or money.search(text))
            ),
        )
    return None


def _matter(text: str) -> set[str]:
    return {stem(word) for word in WORD.findall(text) if not is_stop_word(word)}


def _money(question: str) -> re.Pattern[str] | None:
    """What matches sentences about such money as the question is about, if it is about any."""
    if _counted(question)[0]:
        return None
    return next((words for words in _MONEY if words.search(question)), None)


def _counted(question: str) -> tuple[str, str]:
    """The stem of what a "how many" counts, and the words for it."""
    if not (found := _MANY.search(question)):
        return "", ""
    rest = question[found.end() :]
    counted, _, end = unit(rest)
    return counted, rest[:end]


def _fitting(question: str) -> Callable[[Quantity], bool]:
    """Whether an amount can be what the question asks for."""
    befell, (counted, _) = fate(question), _counted(question)
    if befell:
        return lambda amount: amount.fate == befell
    if counted:
        people = counted in PEOPLE
        return lambda amount: amount.is_people and not amount.fate if people else amount.unit == counted
    if _PERCENT.search(question):
        return lambda amount: amount.unit == "%"
    if _money(question):
        return lambda amount: amount.is_money
    if _OLD.search(question):
        return lambda amount: amount.unit == "year old"
    if _HOT.search(question):
        return lambda amount: amount.unit == "degre"
    if re.search(r"\bhow (long|far|high|deep|tall|wide)\b", question, re.IGNORECASE):
        return lambda amount: amount.unit in _LENGTH
    return lambda amount: bool(amount.unit)
