"""What happened to people: killed, injured, missing, arrested or displaced."""

from __future__ import annotations

import re

from index.text.normalization import stems

# The most words between a number and the outcome of those it counts, and the words that a clause counts as.
_MAX_DISTANCE, _CLAUSE_WORDS = 9, 4
# Of two outcomes at the same distance from a number, the first one here counts.
_WORDS = {
    "dead": r"kill(?:ed|ing|s)?|dead|die[ds]?|dying|deaths?|fatalit\w+|lives|drowned|perished",
    "arrested": r"arrest\w*|detain\w*|jailed",
    "displaced": r"displaced|homeless|evacuat\w+|fled",
    "injured": r"injur\w+|wound\w+|hurt",
    "missing": r"missing|unaccounted",
}
_OUTCOME = re.compile(
    "|".join(rf"(?P<{outcome}>\b(?:{words})\b)" for outcome, words in _WORDS.items()), re.IGNORECASE
)
_CLAUSE = re.compile(r"[,;]|\b(?:and|but|while)\b")


def first_outcome(text: str) -> str:
    """The first outcome in the text, a key of the table; empty if there is none."""
    found = _OUTCOME.search(text)
    return (found.lastgroup or "") if found else ""


def outcome_near(text: str, start: int, end: int) -> str:
    """The outcome whose word is nearest to the number from `start` to `end`; empty if none is near."""
    nearest = min(
        _OUTCOME.finditer(text),
        key=lambda found: (_distance(text, start, end, found), list(_WORDS).index(found.lastgroup or "")),
        default=None,
    )
    if not nearest or _distance(text, start, end, nearest) > _MAX_DISTANCE:
        return ""
    return nearest.lastgroup or ""


def _distance(text: str, start: int, end: int, found: re.Match[str]) -> int:
    between = text[found.end() : start] if found.end() <= start else text[end : found.start()]
    return len(stems(between)) + _CLAUSE_WORDS * len(_CLAUSE.findall(between))
