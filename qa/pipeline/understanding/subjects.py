"""The subject of a question's first part, put in place of the pronouns of the others: "When do the works begin,
and what do they cost?".
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_ASKED = re.compile(
    r"(?:(?:for|by|from|to|at|in|with|on|of|since|until) )?"
    r"(?:who|whom|what|when|where|why|how|which|whose)(?P<of> (?:\w+ ){0,2}?)?"
    r"(?:['’]s|\b(?P<verb>is|are|was|were|do|does|did|has|have|had|will|would|can|could|should)) ",
    re.IGNORECASE,
)
# "Who runs the museum": a verb, and what it is about.
_WHO = re.compile(r"(?:who|what|which \w+) (?!(?:is|are|was|were)\b)\w+ (?=(?:the|an?|its|their) |[A-Z])", re.IGNORECASE)
_DETERMINER = r"(?:the|an?|this|that|these|those|his|her|its|their|our|my|any|some|all|each|new)"
# After a verb come what it is done to, when and how.
_AFTER_VERB = re.compile(
    rf"(?:{_DETERMINER}|for|from|to|by|until|per|on|with|back|out|up|it|them|him|\d\S*)\b", re.IGNORECASE
)
_PREPOSITION = re.compile(r"(?:at|in|on|of|for|from|to|by|with|between|over|near|under|and|&)\b", re.IGNORECASE)
_PARTICIPLE = re.compile(r"[a-z]+(?:ing|ed|rt|ilt|ade|old)$|(?:going|due|closed|open|shut|set|found|won|put)$")
_PEOPLE = re.compile(r"\b(?P<owner>his)\b|\b(?P<person>he|she|him)\b|\b(?P<her>her)\b", re.IGNORECASE)
_THINGS = re.compile(r"\b(?P<owner>its|their)\b|\b(?P<thing>it|they|them)\b", re.IGNORECASE)
# "How long does it take", "is it true": it stands for nothing.
_IMPERSONAL = re.compile(r"\bit (?:takes?|took|true|rain\w*|snow\w*|likely|possible)\b|\bof it\b", re.IGNORECASE)
_SHORT_PAYING = re.compile(
    r"who(?:['’]s| is| are| was| were)? (?:pay\w*|paid|will pay)(?: for)?\??$", re.IGNORECASE
)


def with_subject(parts: Sequence[str], lead: str = "") -> list[str]:
    """The parts, with the `lead` of the question, or the subject of the first part, in place of pronouns.
    A person is no "it"; where the subject is not clear, the parts stay as they are.
    """
    subject = lead.strip(" ,") or subject_of(parts[0])
    if not subject:
        return list(parts)
    first = 0 if lead else 1
    return [*parts[:first], *(_resolved(part, subject) for part in parts[first:])]


def subject_of(question: str) -> str:
    """What the question is about, with its article, as far as its form tells; empty if it does not."""
    question = question.rstrip(" ?")
    if who := _WHO.match(question):
        return _phrase(question[who.end() :].split())
    asked = _ASKED.match(question)
    if not asked:
        return ""
    words = question[asked.end() :].split()
    if not words:
        return ""
    if (asked["verb"] or "is").lower() in ("is", "are", "was", "were"):
        return " ".join(words[: _end_of_noun(words)])
    return " ".join(words[: _verb(words)])


def _end_of_noun(words: Sequence[str]) -> int:
    """Where a participle ends the subject: "the harbour deepening | costing"."""
    ends = [
        at
        for at, word in enumerate(words)
        if at > 1 and _PARTICIPLE.match(word) and (at == len(words) - 1 or _PREPOSITION.match(words[at + 1]))
    ]
    # "the harbour deepening" has the form of a participle itself.
    return ends[-1] if ends else len(words)


def _verb(words: Sequence[str]) -> int:
    """Where the verb stands: last, or before what it is done to."""
    if len(words) > 1 and words[-1].islower() and not _PREPOSITION.match(words[-2]):
        if not re.fullmatch(_DETERMINER, words[-2], re.IGNORECASE):
            return len(words) - 1
    for at in range(1, len(words) - 1):
        determined = at == 1 and re.fullmatch(_DETERMINER, words[0], re.IGNORECASE)
        if words[at].islower() and not determined and _AFTER_VERB.match(words[at + 1]):
            return at
    return 0


def _phrase(words: Sequence[str]) -> str:
    """The words up to a preposition other than "of" and "in"."""
    for at, word in enumerate(words[1:], 1):
        if re.fullmatch(r"for|from|to|by|with|and|when|after|before", word, re.IGNORECASE):
            return " ".join(words[:at])
    return " ".join(words)


def _resolved(part: str, subject: str) -> str:
    """The part with the subject in place of its first pronoun."""
    subject = re.sub(r"^(?:That|This|The|An?|These|Those|Our)\b", lambda found: found[0].lower(), subject)
    pronoun = _PEOPLE.search(part) or (None if _IMPERSONAL.search(part) else _THINGS.search(part))
    if pronoun:
        owns = "owner" in pronoun.groupdict() and pronoun["owner"]
        # "her dog" is whose dog, "of her" is whom.
        followed = re.match(r" [a-z]", part[pronoun.end() :])
        if "her" in pronoun.groupdict() and pronoun["her"] and followed:
            owns = True
        named = f"{subject}{'’' if subject.endswith('s') else '’s'}" if owns else subject
        return part[: pronoun.start()] + named + part[pronoun.end() :]
    if _SHORT_PAYING.match(part):
        return re.sub(r"(?: for)?\??$", f" for {subject}?", part)
    return part
