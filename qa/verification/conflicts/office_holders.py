"""Who a sentence says holds an office of which there is one: the mayor of a town, the coach of a team."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from index.text.normalization import stem

# Offices with one holder. Spokesmen, ministers and players are many.
_OFFICES = (
    "mayor|director|president|prime minister|premier|chief executive|ceo|chancellor|governor|captain"
    "|coach|manager|head teacher|editor|conductor|chairman|chairwoman|chair|owner|king|queen"
)
_OFFICE = rf"(?P<office>{_OFFICES})"
_WORD = r"[A-ZÀ-Ý][\w'’-]*\.?"
_NAME = rf"(?P<name>{_WORD}(?: (?:{_WORD}|van|von|de|der|da|di|bin|al)){{0,2}} {_WORD})"
_OF = rf"(?P<of>,? (?:of|at|for) (?:the |an? )?(?:[a-z-]+ ){{0,2}}{_WORD}(?: {_WORD})*(?: [a-z-]+){{0,2}})?"
_BEFORE = r"(?P<before>(?:[\w'’-]+ ){0,4})"
_HELD = (
    # "Quellen's new mayor, Vera Holt", "the mayor of Quellen is Vera Holt", "Captain Nico Brandt"
    re.compile(rf"\b{_BEFORE}(?i:{_OFFICE}){_OF}(?:,| is| was)? {_NAME}"),
    # "Oskar Feld, director of the Tamsa zoo"
    re.compile(rf"{_NAME}, (?P<before>(?:[\w'’-]+ ){{0,4}}?)(?i:{_OFFICE})\b{_OF}"),
    # "Vera Holt is the mayor of Quellen"
    re.compile(
        rf"{_NAME} (?:is|was|became|becomes|as) (?P<before>(?:[\w'’-]+ ){{0,3}}?)(?i:{_OFFICE})\b{_OF}"
    ),
)
_SUCCEEDS = re.compile(
    rf"{_NAME},? (?:\w+ )?(?:succeed(?:s|ed)|replace[sd]|takes over|took over"
    r"|has been (?:named|appointed|elected))\b"
)
# Before the office they say nothing of which office it is ...
_NEUTRAL = frozenset("the its their his her our a an new current and club newly elected appointed".split())
# ... these say that it is another one, or another time's.
_NOT_IN_OFFICE = frozenset(
    "deputy vice former ex then assistant acting outgoing late previous old next would interim".split()
)
_GENERAL = re.compile(r"\b(runs?|leads?|heads?|charge|boss)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeHolder:
    """A person in an office. `whose` is what the office is said to be of, `office` is empty where the
    sentence only says that this person succeeds another.
    """

    span: tuple[int, int]
    name: str
    office: str
    whose: str

    def alike(self, other: OfficeHolder) -> bool:
        """Whether both may hold one office."""
        return not (self.office and other.office) or self.office == other.office

    def clashes(self, other: OfficeHolder) -> bool:
        """Whether they are two persons."""
        one, two = ({stem(part) for part in holder.name.split()} for holder in (self, other))
        surnames = {stem(holder.name.split()[-1]) for holder in (self, other)}
        return self.alike(other) and len(surnames) == 2 and not (one <= two or two <= one)


def asked_office(question: str) -> re.Pattern[str] | None:
    """What matches the offices a question asks for, or None where it asks for none."""
    if not re.search(r"\b(who|whom|which|what is the name)\b", question, re.IGNORECASE):
        return None
    if _GENERAL.search(question):
        return re.compile(_OFFICES)
    words = {stem(word) for word in re.findall(r"\w+", question)}
    named = [office for office in _OFFICES.split("|") if {stem(word) for word in office.split()} <= words]
    return re.compile(re.escape(max(named, key=len))) if named else None


def holders(text: str) -> Iterator[OfficeHolder]:
    """The persons a sentence says are in an office, and those it says succeed another."""
    taken: list[tuple[int, int]] = []
    for pattern in _HELD:
        for found in pattern.finditer(text):
            start, end = found.span("name")
            before = found["before"].lower().replace("'s", "").replace("’s", "").split()
            if any(first < end and start < last for first, last in taken):
                continue
            taken.append((start, end))
            if _NOT_IN_OFFICE & set(re.split(r"[ -]", " ".join(before))):
                continue
            yield OfficeHolder(
                span=(start, end),
                name=found["name"],
                office=found["office"].lower(),
                whose=" ".join((_possessor(found["before"]), found["of"] or "")).strip(),
            )
    for found in _SUCCEEDS.finditer(text):
        if not any(first < found.end("name") and found.start("name") < last for first, last in taken):
            yield OfficeHolder(span=found.span("name"), name=found["name"], office="", whose="")


def _possessor(before: str) -> str:
    """The words right before the office that say what it is of: "Quellen's", "foreign", "Dale"."""
    kept: list[str] = []
    for word in reversed(before.split()):
        if word.lower() in _NEUTRAL:
            if kept or word.lower() in ("the", "its", "their", "a", "an"):
                break
            continue
        kept.append(word)
        if word[0].isupper() or len(kept) == 2:
            break
    return " ".join(reversed(kept))
