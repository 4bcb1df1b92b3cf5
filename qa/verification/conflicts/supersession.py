"""Whether a newer value takes the place of an older one."""

from __future__ import annotations

import re

from qa.verification.conflicts.claims import Claim
from qa.verification.conflicts.dates import DateMention
from qa.verification.conflicts.office_holders import OfficeHolder
from qa.verification.conflicts.quantities import Quantity

_CORRECTS = re.compile(r"\b(?:revised|corrected|lowered|down from|rather than|instead)\b", re.IGNORECASE)
_OVERTAKES = re.compile(
    r"\b(now|new|newest|revised|updated?|latest|later|instead|rather than|no longer|up from|down from|rose"
    r"|risen|rising|climbed|grown|increased|raised|reached|postponed|put off|delayed|brought forward|moved"
    r"|rescheduled|corrected|previously|recount|earlier (?:figure|estimate|report|count)s?|succeed(?:s|ed)"
    r"|replaces|replaced|takes over|took over|stepp(?:ed|ing) down|resign(?:s|ed))\b",
    re.IGNORECASE,
)


def overtakes(older: Claim, newer: Claim) -> bool:
    """Whether the newer value takes the place of the older one: its article is newer, and the thing is
    one that changes (a toll, an office, a date) or the newer sentence says that it has changed.
    """
    if not (older.hit.date and newer.hit.date and older.hit.date < newer.hit.date):
        return False
    if isinstance(newer.value, Quantity) and isinstance(older.value, Quantity) and newer.value.fate:
        # A toll that is lower in a newer article was counted elsewhere, unless it is said to be corrected.
        return newer.value.number > older.value.number or bool(_CORRECTS.search(newer.text))
    return isinstance(newer.value, DateMention | OfficeHolder) or says_changed(newer)


def says_changed(one: Claim) -> bool:
    """Whether the sentence says that something has changed."""
    return bool(_OVERTAKES.search(one.text))


def risen(one: Claim, other: Claim) -> bool:
    """Whether a toll of at least so many is now, in the newer of the articles, a higher one."""
    if not (isinstance(one.value, Quantity) and isinstance(other.value, Quantity)):
        return False
    if not (one.value.fate and one.value.alike(other.value)):
        return False
    in_order = (one, other) if overtakes(one, other) else (other, one)
    return overtakes(*in_order) and says_changed(in_order[1])
