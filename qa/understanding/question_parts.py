"""The parts of a question that asks for several things: "Who bought it, for how much, and when?"."""

from __future__ import annotations

import re

# What begins a question of its own, with a preposition before it if there is one.
_INTERROGATIVE = (
    r"(?:(?:for|by|from|to|at|in|with|on|of|since|until|über|für|von|seit|bis) )?"
    r"(?:who|whom|whose|what|when|where|why|how|which"
    r"|wer|wen|wem|was|wann|wo|woher|wohin|warum|wie|welche[rsnm]?)\b"
)
_BOUNDARY = re.compile(rf"(?:\s*[,;?]\s*(?:and |und )?|\s+(?:and|und)\s+)(?={_INTERROGATIVE})", re.IGNORECASE)
_OPENS = re.compile(_INTERROGATIVE, re.IGNORECASE)
MAX_PARTS = 4


def split_parts(question: str) -> list[str]:
    """The parts, each as a question; one if there is only one, and if the first part is no question."""
    parts = [part.strip(" ?.,;") for part in _BOUNDARY.split(question)]
    if not _OPENS.match(parts[0]) or not all(parts):
        return [question]
    return [part[0].upper() + part[1:] + "?" for part in parts[:MAX_PARTS]]
