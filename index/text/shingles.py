"""Comparing texts word for word, ignoring punctuation, case and line breaks."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import groupby
from typing import TYPE_CHECKING, Self

from index.text.numbers import NUMERALS

if TYPE_CHECKING:
    from datasketch import MinHash

# Longer than common phrases.
SHINGLE_WORDS = 5
# Shorter texts are copies only if they have the same words: shared phrases would decide otherwise.
SHORT_SHINGLES = 16
# Copies share at least this much of the shorter text, whose size is at least this much of the longer one's.
COPY_OVERLAP, COPY_LENGTH_RATIO = 0.75, 1 / 3
# A text is contained in another that has this share of its words, unless a number changed. A change is at
# most this many differing words between equal ones.
CONTAINED_SHARE, MAX_CHANGE_WORDS = 0.7, 12
# Two hashes per band: texts that share a third of their shingles have a common band with a probability of
# 0.98 (1 - (1 - 0.33**2)**32), texts that share a fiftieth with 0.01.
BANDS = 32

# Scripts without spaces between words are compared by character.
_WORD = re.compile(r"[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff]|[^\W_]+")


@dataclass(frozen=True, eq=False)
class Shingles:
    """The words of a text, lower case and in order."""

    words: tuple[str, ...]

    @classmethod
    def of(cls, text: str) -> Self:
        return cls(tuple(_WORD.findall(unicodedata.normalize("NFKC", text).casefold())))

    @cached_property
    def shingles(self) -> frozenset[str]:
        """All sequences of SHINGLE_WORDS words; a shorter text is one sequence."""
        if len(self.words) < SHINGLE_WORDS:
            return frozenset([" ".join(self.words)] if self.words else [])
        shifted = (self.words[start:] for start in range(SHINGLE_WORDS))
        return frozenset(map(" ".join, zip(*shifted, strict=False)))

    def bands(self) -> list[int]:
        """BANDS hashes; similar texts have some of them in common.

        MinHash with locality-sensitive hashing (Broder, 1997; Leskovec, Rajaraman & Ullman,
        "Mining of Massive Datasets", chapter 3). They are stored: with another seed, hash or scheme no
        copies of stored articles would be found.
        """
        if not self.shingles:
            return []
        sketch = _blank_sketch().copy()
        sketch.update_batch([shingle.encode() for shingle in self.shingles])
        values = [int(value) for value in sketch.hashvalues]
        return [(values[at] << 32 | values[at + 1]) - (1 << 63) for at in range(0, 2 * BANDS, 2)]

    def is_copy_of(self, other: Shingles) -> bool:
        """Whether the texts are equal except for an added line, a shortened end, or small changes."""
        fewer, more = sorted((len(self.shingles), len(other.shingles)))
        if fewer < SHORT_SHINGLES:
            return bool(fewer) and self.words == other.words
        return (
            fewer >= COPY_LENGTH_RATIO * more and len(self.shingles & other.shingles) >= COPY_OVERLAP * fewer
        )

    def is_contained_in(self, other: Shingles) -> bool:
        """Whether the other has most of this text in the same words, with the same numbers.

        A later edition of a report often changes only a number, which is then new information.
        """
        shared = [False] * len(self.words)
        for start in range(len(shared) - SHINGLE_WORDS + 1):
            if " ".join(self.words[start : start + SHINGLE_WORDS]) in other.shingles:
                shared[start : start + SHINGLE_WORDS] = [True] * SHINGLE_WORDS
        return sum(shared) >= CONTAINED_SHARE * len(shared) and not self._changed_numbers(shared) - set(
            other.words
        )

    def _changed_numbers(self, shared: Sequence[bool]) -> set[str]:
        """The numbers in short runs of words that are not shared, between shared ones."""
        runs = [
            (same, list(run)) for same, run in groupby(zip(shared, self.words, strict=True), lambda at: at[0])
        ]
        return {
            word
            for same, run in runs[1:-1]
            if not same and len(run) <= MAX_CHANGE_WORDS
            for _, word in run
            if word in NUMERALS or word[0].isdigit()
        }

    def has(self, other: Shingles) -> bool:
        """Whether the other's words occur here in sequence."""
        return f" {' '.join(other.words)} " in f" {' '.join(self.words)} "


@lru_cache(maxsize=1)
def _blank_sketch() -> MinHash:
    from zlib import crc32

    # Half a second of import, which searches are spared.
    from datasketch import MinHash

    return MinHash(2 * BANDS, seed=1, hashfunc=crc32, scheme="affine32")
