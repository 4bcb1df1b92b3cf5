"""The parts of a question that asks for several things: "Who bought it, for how much, and when?"."""

from __future__ import annotations

import re

# What begins a question of its own, with a preposition before it if there is one. "Was" is a question only in
# German, so the languages are kept apart.
_INTERROGATIVES = (
    r"(?:(?:for|by|from|to|at|in|with|on|of|since|until) )?"
    r"(?:who|whom|whose|what|when|where|why|how|which)\b",
    r"(?:(?:über|für|von|seit|bis|an|in|mit|um) )?"
    r"(?:wer|wen|wem|was|wann|wo|woher|wohin|warum|wie|welche[rsnm]?)\b",
)
_OPENINGS = tuple(re.compile(words, re.IGNORECASE) for words in _INTERROGATIVES)
_BOUNDARIES = tuple(
    re.compile(rf"(?: ?[,;?] ?(?:and |und )?| (?:and|und) )(?={words})", re.IGNORECASE)
    for words in _INTERROGATIVES
)
# "the mill, which burned, was empty"
_RELATIVE = re.compile(r"(?:\w+ )?(?:who|whom|whose|which|where|when|wo|welche[rsnm]?)\b", re.IGNORECASE)
MAX_PARTS = 4


def split_parts(question: str) -> list[str]:
    """The parts, each as a question; one if there is only one, and if the first part is no question."""
    question = " ".join(question.split())
    for words, opening, boundary in zip(_INTERROGATIVES, _OPENINGS, _BOUNDARIES, strict=True):
        if opening.match(question):
            separators = [found[0].strip() for found in boundary.finditer(question)]
            # A German comma begins a clause: "Wer entscheidet, wie das Land genutzt wird?"
            if words == _INTERROGATIVES[1] and set(separators) <= {","}:
                continue
            parts = _parts(boundary.split(question))
            if len(parts) > 1 and all(parts):
                return [part[0].upper() + part[1:] + "?" for part in parts[:MAX_PARTS]]
    return [question]


def has_questions(parts: list[str]) -> bool:
    """Whether a part after the first can only be a question, and no relative clause."""
    return any(not _RELATIVE.match(part) for part in parts[1:])


def _parts(pieces: list[str]) -> list[str]:
    parts: list[str] = []
    for piece in pieces:
        part = piece.strip(" ?.,;")
        if parts and _RELATIVE.match(part) and "," in part:
            parts[-1] += f", {part}"
        else:
            parts.append(part)
    return parts
