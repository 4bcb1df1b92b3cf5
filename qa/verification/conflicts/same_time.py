"""Whether two claims can be about the same time."""

from __future__ import annotations

import re
from datetime import date, timedelta

from qa.verification.conflicts.claims import Claim
from qa.verification.conflicts.dates import DateMention, date_mentions, event_dates
from qa.verification.conflicts.office_holders import OfficeHolder
from qa.verification.conflicts.quantities import Quantity
from qa.verification.conflicts.supersession import supersedes

# The longest time between articles about one event, and about one plan or a value that changed.
MAX_EVENT_GAP, MAX_PLAN_GAP = timedelta(days=14), timedelta(days=300)
_MEASURED_UNITS = frozenset("degre % point barrel case".split())
_PER_UNIT = re.compile(
    r"\b(?:gallon|lit(?:er|re)|barrel|share|ounce|tonne|kilowatt|megawatt|jackpot)", re.IGNORECASE
)
_PAST = re.compile(r"\b(?:was|were|did)\b")


def is_same_time(one: Claim, other: Claim, question: str) -> bool:
    """Whether both claims can be about the same time."""
    if isinstance(one.value, OfficeHolder):
        return True
    gap = abs(one.hit.date - other.hit.date) if one.hit.date and other.hit.date else timedelta(0)
    if isinstance(one.value, DateMention):
        is_past = bool(_PAST.search(question))
        return gap <= MAX_PLAN_GAP and (is_past or (_is_future(one) and _is_future(other)))
    events, other_events = (event_dates(claim.text, claim.hit.date) for claim in (one, other))
    if (events and other_events and not events & other_events) or not _dates_agree(one, other):
        return False
    if is_measurement(one):
        return bool(events & other_events) or one.hit.date == other.hit.date
    changed = supersedes(one, other) or supersedes(other, one)
    return gap <= (MAX_PLAN_GAP if changed else MAX_EVENT_GAP)


def is_measurement(claim: Claim) -> bool:
    """Whether the value is measured regularly, such as a temperature, so that it differs between days."""
    if not isinstance(claim.value, Quantity):
        return False
    is_unit_price = claim.value.is_money and bool(_PER_UNIT.search(claim.text))
    return claim.value.unit in _MEASURED_UNITS or is_unit_price


def _dates_agree(one: Claim, other: Claim) -> bool:
    """Whether the dates written in the sentences do not all contradict each other, and no sentence alone has
    a year that is not one of the articles' own.
    """
    dates, other_dates = (list(date_mentions(claim.text)) for claim in (one, other))
    if dates and other_dates and all(a.contradicts(b) for a in dates for b in other_dates):
        return False
    years = {mention.year for mention in dates} ^ {mention.year for mention in other_dates}
    return not years - {None, *(claim.hit.date.year for claim in (one, other) if claim.hit.date)}


def _is_future(claim: Claim) -> bool:
    """Whether the date can be after the article's; without a year, it is in the nearest one."""
    if not (isinstance(claim.value, DateMention) and claim.hit.date and claim.value.month):
        return True
    mention, published = claim.value, claim.hit.date
    day = min(mention.day or 28, 28)
    years = [mention.year] if mention.year else [published.year + step for step in (-1, 0, 1)]
    dates = (date(year, mention.month or 1, day) for year in years)
    return min(dates, key=lambda candidate: abs(candidate - published)) >= published
