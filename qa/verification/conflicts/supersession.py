"""Whether a newer value supersedes an older one."""

from __future__ import annotations

import re

from qa.verification.conflicts.claims import Claim
from qa.verification.conflicts.dates import DateMention
from qa.verification.conflicts.office_holders import OfficeHolder
from qa.verification.conflicts.quantities import Quantity

_CORRECTION = re.compile(r"\b(?:revised|corrected|lowered|down from|rather than|instead)\b", re.IGNORECASE)
_CHANGE = re.compile(
    r"\b(now|new|newest|revised|updated?|latest|later|instead|rather than|no longer|up from|down from|rose"
    r"|risen|rising|climbed|grown|increased|raised|reached|postponed|put off|delayed|brought forward|moved"
    r"|rescheduled|corrected|previously|recount|earlier (?:figure|estimate|report|count)s?|succeed(?:s|ed)"
    r"|replaces|replaced|takes over|took over|stepp(?:ed|ing) down|resign(?:s|ed))\b",
    re.IGNORECASE,
)


def supersedes(newer: Claim, older: Claim) -> bool:
    """Whether the newer claim supersedes the older one: its article is newer, and the value is one that
    changes (a toll, an office, a date) or its sentence states a change.
    """
    if not (older.hit.date and newer.hit.date and older.hit.date < newer.hit.date):
        return False
    if isinstance(newer.value, Quantity) and isinstance(older.value, Quantity) and newer.value.outcome:
        # A toll that is lower in a newer article is another count, unless it is a correction.
        return newer.value.number > older.value.number or bool(_CORRECTION.search(newer.text))
    return isinstance(newer.value, DateMention | OfficeHolder) or states_change(newer)


def states_change(claim: Claim) -> bool:
    """Whether the sentence states that something changed."""
    return bool(_CHANGE.search(claim.text))


def is_rising_toll(one: Claim, other: Claim) -> bool:
    """Whether the newer of two tolls of the same kind is an update of the older one."""
    if not (isinstance(one.value, Quantity) and isinstance(other.value, Quantity)):
        return False
    if not (one.value.outcome and one.value.is_comparable(other.value)):
        return False
    newer, older = (other, one) if supersedes(other, one) else (one, other)
    return supersedes(newer, older) and states_change(newer)
