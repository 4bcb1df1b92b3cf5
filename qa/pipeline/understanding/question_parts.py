"""The parts of a question that asks for several things: "Who bought it, for how much, and when?"."""

from __future__ import annotations

import re

from qa.pipeline.understanding.subjects import with_subject

# What begins a question of its own, with a preposition before it if there is one. "Was" is a question only in
# German, so the languages are kept apart.
_INTERROGATIVES = (
    r"(?:(?:for|by|from|to|at|in|with|on|of|since|until) )?"
    r"(?:who|whom|whose|what|when|where|why|how|which)\b",
    r"(?:(?:über|für|von|seit|bis|an|in|mit|um) )?"
    r"(?:wer|wen|wem|was|wann|wo|woher|wohin|warum|wie|welche[rsnm]?)\b",
)
# What begins a question that is answered by yes or no: a verb, and the words that its subject begins with.
_POLAR = (
    (
        r"is|are|was|were|does|do|did|has|have|had|will|would|can|could|may|must|should",
        r"the|an?|this|that|these|those|there|it|he|she|they|his|her|its|their|any\w*|[A-Z]\w*",
    ),
    (
        r"ist|sind|war|waren|hat|haben|hatte|wird|werden|kann|können|darf|dürfen|soll|sollen",
        r"der|die|das|den|ein|eine|es|er|sie|seine?|ihre?|[A-ZÄÖÜ]\w*",
    ),
)
_OPENINGS = tuple(re.compile(words, re.IGNORECASE) for words in _INTERROGATIVES)
_AND = r"(?: ?[,;?] ?(?:(?i:and|und|or|oder) )?| (?i:and|und) )"
_BOUNDARIES = tuple(
    re.compile(rf"{_AND}(?=(?i:{words})|(?i:{verbs}) (?:{subjects})\b)")
    for words, (verbs, subjects) in zip(_INTERROGATIVES, _POLAR, strict=True)
)
# "That new striker – where …", "The bridge: when …": what the question is about, before its first part.
_LEAD = re.compile(r"(?P<lead>[^?]{3,80}?) ?(?:[–—:]| -|\.{3}|…) ?(?=(?P<asked>\w.*))")
# "Can you tell me who …", "I'd like to know when …".
_ASKING = re.compile(
    r"(?:(?:can|could|would|will) you (?:please )?|please )?(?:tell me|say|explain|find out)(?: please)?,? "
    r"|(?:i(?:['’]d| would) (?:like|love) to know|i want to know|do you know)(?: please)?,? ",
    re.IGNORECASE,
)
# "the mill, which burned, was empty"
_RELATIVE = re.compile(r"(?:\w+ )?(?:who|whom|whose|which|where|when|wo|welche[rsnm]?)\b", re.IGNORECASE)
# "When will it open?" has the verb before its subject, which no relative clause has.
_INVERTED = re.compile(
    r"(?:when|where) (?:is|are|was|were|do|does|did|will|would|can|could|has|have|had) ", re.IGNORECASE
)
MAX_PARTS = 4


def split_parts(question: str) -> list[str]:
    """The parts, each as a question that names its subject; one if there is only one, and if the first part
    is no question.
    """
    whole = " ".join(question.split())
    question = _ASKING.sub("", whole, count=1) if _ASKING.match(whole) else whole
    lead = _LEAD.match(question)
    if lead and any(opening.match(lead["asked"]) for opening in _OPENINGS):
        question = lead["asked"]
    else:
        lead = None
    for language, (opening, boundary) in enumerate(zip(_OPENINGS, _BOUNDARIES, strict=True)):
        if opening.match(question):
            separators = [found[0].strip() for found in boundary.finditer(question)]
            # A German comma begins a clause: "Wer entscheidet, wie das Land genutzt wird?"
            if language == 1 and set(separators) <= {","}:
                continue
            parts = _parts(boundary.split(question))
            if len(parts) > 1 and all(parts):
                parts = [part[0].upper() + part[1:] + "?" for part in parts[:MAX_PARTS]]
                return with_subject(parts, lead["lead"] if lead else "") if language == 0 else parts
    return [whole]


def has_questions(parts: list[str]) -> bool:
    """Whether a part after the first can only be a question, and no relative clause."""
    return any(not _RELATIVE.match(part) or _INVERTED.match(part) for part in parts[1:])


def _parts(pieces: list[str]) -> list[str]:
    parts: list[str] = []
    for piece in pieces:
        part = piece.strip(" ?.,;")
        if parts and _RELATIVE.match(part) and "," in part:
            parts[-1] += f", {part}"
        else:
            parts.append(part)
    return parts
