"""Who holds an office that has one holder, such as the mayor of a town, according to a sentence."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from index.text.normalization import WORD, is_stop_word, stem, stems
from qa.verification.entities import CAPITALIZED

# Offices with one holder, unlike spokesman, minister or player.
_OFFICES = (
    "mayor|director|president|prime minister|premier|chief executive|ceo|chancellor|governor|captain"
    "|coach|manager|head teacher|editor|conductor|chairman|chairwoman|chair|owner|king|queen"
)
_OFFICE = rf"(?i:(?P<office>{_OFFICES}))"
_WORD = rf"{CAPITALIZED}\.?"
_NAME = rf"(?P<name>{_WORD}(?: (?:{_WORD}|van|von|de|der|da|di|bin|al)){{0,2}} {_WORD})"
_OF = rf"(?P<of>,? (?:of|at|for) (?:the |an? )?(?:[a-z-]+ ){{0,2}}{_WORD}(?: {_WORD})*(?: [a-z-]+){{0,2}})?"
_BEFORE = r"(?P<before>(?:[\w'’-]{1,40} ){0,4})"
_HOLDS_OFFICE = (
    # "Quellen's new mayor, Vera Holt", "the mayor of Quellen is Vera Holt", "Captain Nico Brandt"
    re.compile(rf"\b{_BEFORE}{_OFFICE}{_OF}(?:,| is| was)? {_NAME}"),
    # "Oskar Feld, director of the Tamsa zoo"
    re.compile(rf"{_NAME}, (?P<before>(?:[\w'’-]{{1,40}} ){{0,4}}?){_OFFICE}\b{_OF}"),
    # "Vera Holt is the mayor of Quellen"
    re.compile(
        rf"{_NAME} (?:is|was|became|becomes|as) (?P<before>(?:[\w'’-]{{1,40}} ){{0,3}}?){_OFFICE}\b{_OF}"
    ),
)
_SUCCEEDS = re.compile(
    rf"{_NAME},? (?:\w+ )?(?:succeed(?:s|ed)|replace[sd]|takes over|took over"
    r"|has been (?:named|appointed|elected))\b"
)
_DETERMINERS = frozenset("the its their a an".split())
# Words before an office that do not say which office it is ...
_NEUTRAL = _DETERMINERS | frozenset("his her our new current and club newly elected appointed".split())
# ... and words that say it is another office, or another time's.
_NOT_IN_OFFICE = frozenset(
    "deputy vice former ex then assistant acting outgoing late previous old next would interim".split()
)
_HEAD = re.compile(
    r"\b(runs?|leads?|heads?|charge|boss|leitet|führt|Leiter(?:in)?|Chef(?:in)?|Direktor(?:in)?)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeHolder:
    """A person in an office. `organization` is what the office belongs to; `office` is empty if the sentence
    only says that the person succeeds another.
    """

    span: tuple[int, int]
    name: str
    office: str
    organization: str

    def is_comparable(self, other: OfficeHolder) -> bool:
        """Whether both can hold the same office."""
        return not (self.office and other.office) or self.office == other.office

    def contradicts(self, other: OfficeHolder) -> bool:
        """Whether they are different persons."""
        one, two = ({stem(part) for part in holder.name.split()} for holder in (self, other))
        surnames = {stem(holder.name.split()[-1]) for holder in (self, other)}
        return self.is_comparable(other) and len(surnames) == 2 and not (one <= two or two <= one)


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeQuestion:
    """The offices that a question about a person asks for, and the stems of its words."""

    offices: frozenset[str]
    stems: frozenset[str]

    @classmethod
    def of(cls, question: str) -> OfficeQuestion | None:
        """None if the question names no office."""
        words = frozenset(stems(question))
        offices = _OFFICES.split("|")
        if not _HEAD.search(question):
            # By \w+, so that "mayor-elect" names the mayor.
            parts = {stem(word) for word in re.findall(r"\w+", question)}
            named = [office for office in offices if {stem(word) for word in office.split()} <= parts]
            offices = [max(named, key=len)] if named else []
        return cls(offices=frozenset(offices), stems=words) if offices else None

    def is_about(self, holder: OfficeHolder) -> bool:
        """Whether the holder can answer: "Dale's coach" is not the coach of Pell. A successor's office is
        unknown.
        """
        if not holder.office:
            return True
        organization = {stem(word) for word in WORD.findall(holder.organization) if not is_stop_word(word)}
        return holder.office in self.offices and organization <= self.stems


def office_holders(text: str) -> Iterator[OfficeHolder]:
    """The persons who hold an office or succeed another according to a sentence."""
    taken: list[tuple[int, int]] = []
    for pattern in (*_HOLDS_OFFICE, _SUCCEEDS):
        for found in pattern.finditer(text):
            start, end = found.span("name")
            if any(first < end and start < last for first, last in taken):
                continue
            if pattern is _SUCCEEDS:
                yield OfficeHolder(span=(start, end), name=found["name"], office="", organization="")
                continue
            taken.append((start, end))
            before = re.sub(r"['’]s", "", found["before"].lower())
            if not _NOT_IN_OFFICE & set(re.split(r"[ -]", before)):
                yield OfficeHolder(
                    span=(start, end),
                    name=found["name"],
                    office=found["office"].lower(),
                    organization=f"{_possessor(found['before'])} {found['of'] or ''}".strip(),
                )


def _possessor(before: str) -> str:
    """The words directly before the office that say what it belongs to: "Quellen's", "foreign", "Dale"."""
    kept: list[str] = []
    for word in reversed(before.split()):
        if word.lower() in _NEUTRAL:
            if kept or word.lower() in _DETERMINERS:
                break
            continue
        kept.append(word)
        if word[0].isupper() or len(kept) == 2:
            break
    return " ".join(reversed(kept))
