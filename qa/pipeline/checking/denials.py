"""A claim and a quote of which one denies what the other states, without the denial: "will be closed" for
"will not be closed".

If the quote proves the claim then, it contradicts it as it stands.
"""

from __future__ import annotations

import re
from typing import NamedTuple

_SOMETHING = {"nobody": "somebody", "no one": "someone", "none": "some", "nothing": "something"}
_DENIAL = re.compile(
    r"\b(?P<something>nobody|no one|none|nothing)\b ?"
    r"|\b(?P<can>can)(?:not|[’']t)\b ?|\b(?P<will>wo)n[’']t\b ?"
    r"|\b(?:not|never|no|neither)\b(?! only\b)(?!\.? ?\d) ?|n[’']t\b",
    re.ASCII | re.IGNORECASE,
)


class Affirmed(NamedTuple):
    """The claim and the text of the quote, one of them without what it denies."""

    claim: str
    quote: str


def affirmed(claim: str, quote: str) -> Affirmed | None:
    """Both without the denial that only one of them has; None if both have one, or neither."""
    denies, denied = _DENIAL.search(claim), _DENIAL.search(quote)
    if bool(denies) == bool(denied):
        return None
    return Affirmed(_without_denial(claim), quote) if denies else Affirmed(claim, _without_denial(quote))


def _without_denial(text: str) -> str:
    return _DENIAL.sub(_stated, text)


def _stated(found: re.Match[str]) -> str:
    if found["something"]:
        return f"{_SOMETHING[found['something'].lower()]} "
    return "can " if found["can"] else "will " if found["will"] else ""
