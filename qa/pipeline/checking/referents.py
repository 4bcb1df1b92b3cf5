"""Finds whom or what "she", "it" or "the mayor" of a sentence stands for, in the sentences before it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from index.text.calendar_words import is_calendar_word
from index.text.normalization import is_stop_word
from qa.verification.entities import CAPITALIZED

# How many sentences back a pronoun reaches, and a noun with "the".
PRONOUN_REACH, NOUN_REACH = 3, 12

_THINGS = frozenset({"it", "its", "es"})
_PRONOUN = (
    r"(?P<pronoun>he|she|they|it|his|her|hers|their|its|him|them|er|sie|es|seine?[mnrs]?|ihre?[mnrs]?)\b"
)
_THE = r"(?:the|der|die|das)"
_ARTICLE = rf"(?:{_THE}|an?|one of the|eine?r?)"
# "The mayor"; not "the new mayor", "the mayor of Lissa" or "the mayor, Jan Brandt", which say who it is.
_ANOTHER = r"(?:new|former|previous|next|other|neue|frühere|ehemalige|nächste|andere)[mnrs]?"
_NOUN = rf"{_THE} (?!{_ANOTHER} )(?P<noun>[^\W\d_]{{3,}}(?: [^\W\d_]{{3,}})?)"
_REFERRING = re.compile(rf"\b(?:{_PRONOUN}|{_NOUN})", re.IGNORECASE)
_NAMED_ITSELF = re.compile(rf",?(?: (?:of|in|at|for|from|von|in))?(?: {_THE})? {CAPITALIZED}")
# "It rained", "it is clear that": this "it" stands for nothing.
_EXPLETIVE = re.compile(
    r"(?:it|es) (?:(?:is |was |has been |had )?(?:rain|snow|hail|thunder|freez)(?:s|ed|ing)?\b"
    r"|seem|appear|turn(?:s|ed) out|(?:is|was) \w+ (?:that|to)\b|regne|schnei|heißt|hieß)",
    re.IGNORECASE,
)
_PLACED = re.compile(r"\b(?:in|at|near|from|to|on|off|im|aus|nach|bei|the) \Z", re.IGNORECASE)
_NAME = re.compile(rf"{CAPITALIZED}(?:[ -](?:(?:of|the|de|van|von) )?{CAPITALIZED})*")
_IS = r"(?:is|was|became|becomes|has been|ist|war|wurde|wird)"


class Referent(NamedTuple):
    """What a sentence is about: a name, with "the" if it is a thing's."""

    name: str

    def before(self, sentence: str) -> str:
        """The sentence after the name, so that it can be understood alone."""
        return f"{self.name}: {sentence}"


def find_referent(sentence: str, before: Sequence[str]) -> Referent | None:
    """Whom the first pronoun, or noun with "the", of the sentence stands for; None if a name stands before
    it, or no sentence `before` it, oldest first, has the name.
    """
    for found in _REFERRING.finditer(sentence):
        if any(True for _ in names(sentence[: found.start()])):
            return None
        if found["noun"]:
            referent = None if _NAMED_ITSELF.match(sentence[found.end() :]) else _named(found["noun"], before)
        elif _EXPLETIVE.match(sentence, found.start()):
            continue
        else:
            referent = _of_pronoun(found[0].lower(), before)
        if referent or found["pronoun"]:
            return referent
    return None


def names(sentence: str) -> Iterator[tuple[int, str]]:
    """The names of the sentence with their offsets, the word that begins it only as part of a longer one."""
    for found in _NAME.finditer(sentence):
        words = found[0].split()
        # "In May Lena Voss": May is a month there, and Jan no month in "Jan Brandt".
        in_time = bool(_PLACED.search(sentence[: found.start()])) or len(words) == 1
        while words and (is_stop_word(words[0]) or (in_time and is_calendar_word(words[0]))):
            in_time = True
            del words[0]
        name = " ".join(words)
        opens = found[0] == name and found.start() == 0 and not sentence.startswith(f"{name}:")
        if words and not is_calendar_word(words[-1]) and not (opens and len(words) == 1):
            yield found.end() - len(name), name


def _of_pronoun(pronoun: str, before: Sequence[str]) -> Referent | None:
    for claim in reversed(before[-PRONOUN_REACH:]):
        for at, name in names(claim):
            has_article = re.search(rf"\b{_THE} \Z", claim[:at], re.IGNORECASE)
            if pronoun in _THINGS and has_article:
                return Referent(f"The {name}")
            # "In Lissa, Lena Voss …": she is not the town. Who are several can be anything.
            if pronoun not in _THINGS and not _PLACED.search(claim[:at]):
                return Referent(name)
    return None


def _named(noun: str, before: Sequence[str]) -> Referent | None:
    """Whom or what one of the sentences calls by the noun, or by its last word: the nearest one."""
    words = dict.fromkeys([noun, *reversed(noun.split())])
    for claim in reversed(before[-NOUN_REACH:]):
        for at, name in names(claim):
            for word in words:
                if name.lower().endswith((f" {word.lower()}", f"-{word.lower()}")):
                    return Referent(f"The {name}")
                if _is_called(word, claim[:at], claim[at + len(name) :]):
                    return Referent(name)
    return None


def _is_called(noun: str, before: str, after: str) -> bool:
    """Whether the text around a name says that it is the noun: "Jan Brandt, the mayor", "is the mayor"."""
    word, few = rf"{re.escape(noun)}\b", r"(?:[\w-]+ ){0,2}"
    follows = (
        rf"(?:, {_ARTICLE}?\s?{few}{word}|:? {_IS} {_ARTICLE} {few}{word}"
        rf"|:? {_IS} (?:elected|appointed|named)(?: as)?(?: {_ARTICLE})? {word})"
    )
    precedes = rf"\b{word}(?: (?:of|in|at|von) (?:{_THE} )?{_NAME.pattern})?,? \Z"
    return bool(re.match(follows, after, re.IGNORECASE) or re.search(precedes, before))
