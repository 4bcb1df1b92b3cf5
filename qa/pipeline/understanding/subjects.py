"""The subject of the first part of a question in place of the pronouns of the others: "When does the work
begin, and what does it cost?".
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from index.text.calendar_words import is_calendar_word

_ASKED = re.compile(
    r"(?:(?:for|by|from|to|at|in|with|on|of|since|until) )?"
    r"(?:who|whom|what|when|where|why|how|which|whose)(?P<of> (?:\w+ ){0,2}?)?"
    r"(?:['’]s|\b(?P<verb>is|are|was|were|do|does|did|has|have|had|will|would|can|could|should)) ",
    re.IGNORECASE,
)
# "Who runs the museum": a verb, and what it is about.
_WHO = re.compile(
    r"(?i:who|what|which \w+|how many \w+) (?!(?:is|are|was|were|do|does|did|will|has|have|had)\b)\w+ "
    r"(?:to |of |for |with |on |in )?(?=(?:the|an?|its|their) |[A-Z])"
)
# "When the museum opens", after "tell me".
_INDIRECT = re.compile(r"(?i:when|where|why|how|what) (?=(?:the|an?|its|their) |[A-Z])")
# A question of when, where, why or how, and nothing more.
_ADVERB = re.compile(r"(?:since |until |from |by )?(?:when|where|why|how)\??$", re.IGNORECASE)
_ADVERBIAL = re.compile(
    r"(?:(?:since |until |from |by )?when|where|why|how)"
    r"(?= (?:is|are|was|were|do|does|did|has|have|had|will|would|can|could) )",
    re.IGNORECASE,
)
_DETERMINER = r"(?:the|an?|this|that|these|those|his|her|its|their|our|my|any|some|all|each|new)"
# After a verb comes what it is done to, when and how.
_AFTER_VERB = re.compile(
    rf"(?:{_DETERMINER}|for|from|to|by|until|per|on|with|back|out|up|it|them|him|\d\S*)\b", re.IGNORECASE
)
_PREPOSITION = re.compile(
    r"(?:at|in|on|of|for|from|to|by|with|between|over|near|under|and|&)\b", re.IGNORECASE
)
_PARTICIPLE = re.compile(
    r"[a-z]+(?:ing|ed|rt|ilt|ade|old)$|(?:going|due|closed|open|shut|set|found|won|put)$"
)
_PEOPLE = re.compile(r"\b(?P<owner>his)\b|\b(?P<person>he|she|him)\b|\b(?P<her>her)\b", re.IGNORECASE)
_THINGS = re.compile(r"\b(?P<owner>its|their)\b|\b(?P<thing>it|they|them)\b", re.IGNORECASE)
# "How long does it take", "is it true": it stands for nothing.
_IMPERSONAL = re.compile(
    r"\bit (?:takes?|took|true|rain\w*|snow\w*|likely|possible)\b|\bof it\b", re.IGNORECASE
)
# "When will they be finished": what is done to a thing.
_PASSIVE = re.compile(r" (?:be|been|being|get|go) |(?: \w+)? \w+ed\b")
_PAYS = re.compile(
    r"who(?:['’]s| is| are| was| will be)? (?:pay(?:s|ing)?|paid|footing the bill)(?: for)?\?*$",
    re.IGNORECASE,
)
_LOWER = ("the", "that", "this", "a", "an", "these", "those", "our", "new")


def with_subject(parts: Sequence[str], lead: str = "") -> list[str]:
    """The parts, with the `lead` of the question, or the subject of the first part, in place of pronouns.
    Where the subject is not clear, the parts stay as they are.
    """
    parts = _completed(parts)
    subject = lead.strip(" ,") or subject_of(parts[0])
    if not subject:
        return parts
    first = 0 if lead else 1
    # "Who owns the mill, and what is her dog called?": hers who is asked for.
    asks_person = not lead and bool(_WHO.match(parts[0])) and not subject[0].isupper()
    return [*parts[:first], *(_resolved(part, subject, asks_person) for part in parts[first:])]


def _completed(parts: Sequence[str]) -> list[str]:
    """A part such as "Why?" with the rest of a part of its kind: "When did it close, and why?"."""
    whole = next((part for part in parts if _ADVERBIAL.match(part)), None)
    if not whole:
        return list(parts)
    rest = whole[_ADVERBIAL.match(whole).end() :]  # type: ignore[union-attr]
    return [f"{part.rstrip('?')}{rest}" if _ADVERB.match(part) else part for part in parts]


def subject_of(question: str) -> str:
    """What the question is about, with its article, as far as its form tells; empty if it does not."""
    question = question.rstrip(" ?")
    if who := _WHO.match(question):
        return _phrase(question[who.end() :].split())
    if indirect := _INDIRECT.match(question):
        words = question[indirect.end() :].split()
        return " ".join(words[: _verb(words)])
    asked = _ASKED.match(question)
    if not asked:
        return ""
    words = question[asked.end() :].split()
    counted = (asked["of"] or "").split()
    if counted[:1] in (["many"], ["much"]) and not _is_noun(words):
        return f"the {' '.join(counted[1:])}" if counted[1:] else ""
    if not _is_noun(words):
        return ""
    if (asked["verb"] or "is").lower() in ("is", "are", "was", "were"):
        return _phrase(words[: _end_of_noun(words)])
    return " ".join(words[: _verb(words)])


def _is_noun(words: Sequence[str]) -> bool:
    """Whether the words begin as a subject does."""
    return bool(words) and bool(re.fullmatch(_DETERMINER, words[0], re.IGNORECASE) or words[0][:1].isupper())


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
    if len(words) > 2 and _PREPOSITION.fullmatch(words[-1]):
        return _verb(words[:-1])
    is_verb = len(words) > 1 and words[-1].islower() and not _PREPOSITION.match(words[-2])
    if is_verb and not re.fullmatch(_DETERMINER, words[-2], re.IGNORECASE):
        return len(words) - 1
    for at in range(1, len(words) - 1):
        determined = at == 1 and re.fullmatch(_DETERMINER, words[0], re.IGNORECASE)
        if words[at].islower() and not determined and _AFTER_VERB.match(words[at + 1]):
            return at
    return 0


def _phrase(words: Sequence[str]) -> str:
    """The words up to a preposition other than "of" and "in", or to a day."""
    for at, word in enumerate(words[1:], 1):
        if is_calendar_word(word) and words[at - 1] == "on":
            return " ".join(words[: at - 1])
        if re.fullmatch(r"for|from|to|by|with|and|when|after|before", word, re.IGNORECASE):
            return " ".join(words[:at])
    return " ".join(words)


def _resolved(part: str, subject: str, asks_person: bool) -> str:
    """The part with the subject in place of its first pronoun; of one that pays, with what for."""
    if not _is_name(subject):
        subject = subject[0].lower() + subject[1:] if subject.split()[0].lower() in _LOWER else subject
    people = _PEOPLE.search(part)
    if people:
        pronoun = None if asks_person else people
    else:
        pronoun = None if _IMPERSONAL.search(part) else _THINGS.search(part)
    if (
        pronoun
        and _is_they(pronoun[0])
        and not _is_plural(subject)
        and not _PASSIVE.match(part, pronoun.end())
    ):
        pronoun = None  # "they" are people that are not named
    if pronoun:
        groups = pronoun.groupdict()
        # "her dog" is whose dog, "of her" is whom.
        owns = groups.get("owner") or (groups.get("her") and re.match(r" [a-z]", part[pronoun.end() :]))
        ending = ("'" if subject.endswith("s") else "'s") if owns else ""
        return part[: pronoun.start()] + subject + ending + part[pronoun.end() :]
    if _PAYS.match(part):
        return f"{part.rstrip('?').removesuffix(' for')} for {subject}?"
    return part


def _is_name(subject: str) -> bool:
    """Whether it begins with a name: "The Salt Ledger", which keeps its capital."""
    return len(words := subject.split()) < 2 or words[1][:1].isupper()


def _is_they(pronoun: str) -> bool:
    return pronoun.lower() in ("they", "them", "their")


def _is_plural(subject: str) -> bool:
    """Whether its noun, before a preposition, looks like a plural."""
    noun = re.split(r" (?:at|in|on|of|for|from|to|by|with|between|over|near|under|that|who)\b", subject)[0]
    return noun.endswith("s") or " and " in noun
