"""Words of a collection that are related to a word by their letters: compounds, and names spelt otherwise."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from collections.abc import Set as AbstractSet
from functools import lru_cache

from anyascii import anyascii
from rapidfuzz import process
from rapidfuzz.distance import Levenshtein

from index.text.terms.stemming import ENGLISH, porter_stem, stem

# Languages that write a compound as one word.
COMPOUNDING = frozenset({"da", "de", "fi", "hu", "is", "nb", "nl", "nn", "no", "sv"})
# Shorter parts of a compound are endings or prefixes more often than words.
MIN_PART = 4
# The index stems what it is given once more: "haus" is "hau" there.
MIN_STEM = 3
# What German puts between the parts.
_LINKS = ("", "s", "n", "en", "es", "er", "e")
# Names of fewer letters have too many neighbours.
MIN_NAME = 5
# How alike two spellings of one name are at least, 0 to 1, by letters that sound alike; and of a name that
# the collection has as it was typed.
SAME_NAME, SAME_KNOWN_NAME = 0.8, 0.95
# The same for a name in a claim and in its quote.
SAME_SOUND = 0.87
SPELLINGS = 3
# What a related word counts of the word itself: part of a compound, compound, name, other word.
PART, COMPOUND, NAME, COGNATE = 0.3, 0.3, 0.7, 0.5
# A word that is part of more compounds than these says too little.
MAX_COMPOUNDS = 20
# Letters that languages write for one sound, most letters first: Tschechow and Chekhov.
_SOUNDS = (
    ("schtsch", "sh"), ("shch", "sh"), ("tsch", "h"), ("tch", "h"), ("sch", "s"), ("dsch", "j"), ("zh", "z"),
    ("sh", "s"), ("ch", "h"), ("kh", "h"), ("cz", "h"), ("ph", "f"), ("th", "t"), ("ts", "z"),
    ("tz", "z"), ("ck", "k"), ("qu", "kv"), ("q", "k"), ("x", "ks"), ("c", "k"), ("w", "v"),
    ("y", "i"), ("j", "i"),
)  # fmt: skip
# The letters that words begin with whose first sound is this one; of other sounds it is their own letter.
_INITIALS = {"z": "zst", "h": "htck", "k": "kcq", "v": "vw", "i": "iyj", "f": "fp", "j": "jd"}
_REPEATED = re.compile(r"(.)\1+")


@lru_cache(maxsize=500_000)
def sound(word: str) -> str:
    """The word in Latin letters, one for each sound: "Zichanouskaja", "Tsikhanouskaya" and "Циханоуская" are
    nearly alike.
    """
    latin = anyascii(word).lower().replace("'", "")
    for letters, one in _SOUNDS:
        latin = latin.replace(letters, one)
    latin = _REPEATED.sub(r"\1", latin)
    return "z" + latin[1:] if latin.startswith("s") else latin


def same_name(one: str, other: str) -> bool:
    """Whether two names are nearly certainly one, spelt as two languages or scripts do."""
    if min(len(one), len(other)) < MIN_NAME:
        return False
    return Levenshtein.normalized_similarity(sound(one), sound(other)) >= SAME_SOUND


class Vocabulary:
    """The stems of a collection's words, in lower case and without accents."""

    def __init__(self, stems: Collection[str]) -> None:
        self._stems = frozenset(one for one in stems if len(one) >= MIN_STEM and one.isalpha())
        self._by_initial: dict[str, list[str]] = {}
        for one in self._stems:
            self._by_initial.setdefault(anyascii(one[0]).lower()[:1], []).append(one)

    def related(self, word: str, languages: AbstractSet[str], *, known: bool) -> dict[str, float]:
        """Stems that are related to a word, with what each counts of it; `languages` are those of the
        collection, and `known` says whether it has the word itself.
        """
        found: dict[str, float] = {}
        for language in languages & COMPOUNDING:
            own = porter_stem(stem(word, language))
            found |= dict.fromkeys(self._parts(own), PART)
            if not known:
                found |= dict.fromkeys(self._compounds(own), COMPOUND)
        is_name = word[:1].isupper() or (not word.isascii() and word.lower() == word.upper())
        if not known and (is_name or languages - {ENGLISH}):
            found |= dict.fromkeys(self._spellings(word, SAME_NAME), NAME if is_name else COGNATE)
        elif is_name and len(languages) > 1:
            found |= dict.fromkeys(self._spellings(word, SAME_KNOWN_NAME), NAME)
        return found

    def _parts(self, whole: str) -> set[str]:
        """The stems that this one is made of, where it is made of two."""
        found: set[str] = set()
        for at in range(MIN_PART, len(whole) - MIN_PART + 1):
            if whole[at:] in self._stems:
                before = (whole[: at - len(link)] for link in _LINKS if whole[:at].endswith(link))
                if modifiers := self._stems.intersection(map(porter_stem, before)):
                    found |= {whole[at:], *modifiers}
        return found

    def _compounds(self, part: str) -> list[str]:
        """The stems that begin or end with this one, and whose rest is a stem too; none if they are many."""
        if len(part) < MIN_PART:
            return []
        found = [one for one in self._stems if one != part and part in one and self._is_compound(one, part)]
        return found if len(found) <= MAX_COMPOUNDS else []

    def _is_compound(self, whole: str, part: str) -> bool:
        after, before = whole.removeprefix(part), whole.removesuffix(part)
        rests = [after.removeprefix(link) for link in _LINKS if after != whole and after.startswith(link)]
        rests += [before.removesuffix(link) for link in _LINKS if before != whole and before.endswith(link)]
        return not self._stems.isdisjoint(rests)

    def _spellings(self, word: str, least: float) -> Iterator[str]:
        """The stems that are most probably other spellings of the word, best first."""
        own = sound(word)
        if len(own) < MIN_NAME:
            return
        near = (one for letter in _INITIALS.get(own[0], own[0]) for one in self._by_initial.get(letter, ()))
        sounds = {one: sound(one) for one in near if one != word.lower()}
        for _, _, one in process.extract(
            own, sounds, scorer=Levenshtein.normalized_similarity, score_cutoff=least, limit=SPELLINGS
        ):
            yield one
