"""What two texts have in common, word for word, whatever their marks, case and line breaks."""

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

# Runs of this many words are compared: common phrases are shorter.
SHINGLE_WORDS = 5
# Shorter texts are copies only of what has the same words: chance and phrases would decide.
SHORT_SHINGLES = 16
# Copies share this much of the shorter text, which is at least this much of the longer one.
COPIED, TRIMMED = 0.75, 1 / 3
# A passage that has this share of its words elsewhere tells little new, unless a number changed: one
# within so many words that differ between words that are the same.
RETOLD, CHANGED_WORDS = 0.7, 12
# Two values a band: texts that share a third of their shingles meet in one of the bands with a
# probability of 0.98 (1 - (1 - 0.33**2)**32), those that share a fiftieth with 0.01.
BANDS = 32

# Scripts that put no blanks between words are compared character by character.
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
        """Every run of five words; of fewer words, the one run that there is."""
        if len(self.words) < SHINGLE_WORDS:
            return frozenset([" ".join(self.words)] if self.words else [])
        shifted = (self.words[start:] for start in range(SHINGLE_WORDS))
        return frozenset(map(" ".join, zip(*shifted, strict=False)))

    def bands(self) -> list[int]:
        """32 hashes, of which texts that have much in common share some.

        MinHash with locality-sensitive hashing (Broder, 1997; Leskovec, Rajaraman & Ullman,
        "Mining of Massive Datasets", chapter 3). They are kept: another seed, hash or scheme
        would find no copies among what was kept before.
        """
        if not self.shingles:
            return []
        sketch = _blank_sketch().copy()
        sketch.update_batch([shingle.encode() for shingle in self.shingles])
        values = [int(value) for value in sketch.hashvalues]
        return [(values[at] << 32 | values[at + 1]) - (1 << 63) for at in range(0, 2 * BANDS, 2)]

    def is_copy_of(self, other: Shingles) -> bool:
        """Whether one is the other, but for a line of its own, a trimmed end, or small changes."""
        fewer, more = sorted((len(self.shingles), len(other.shingles)))
        if fewer < SHORT_SHINGLES:
            return bool(fewer) and self.words == other.words
        return fewer >= TRIMMED * more and len(self.shingles & other.shingles) >= COPIED * fewer

    def is_told_by(self, other: Shingles) -> bool:
        """Whether the other says most of this in the same words, and with the same numbers.

        A later edition of a story often changes just a number, and then it is news.
        """
        told = [False] * len(self.words)
        for start in range(len(told) - SHINGLE_WORDS + 1):
            if " ".join(self.words[start : start + SHINGLE_WORDS]) in other.shingles:
                told[start : start + SHINGLE_WORDS] = [True] * SHINGLE_WORDS
        return sum(told) >= RETOLD * len(told) and not self._changed(told) - set(other.words)

    def _changed(self, told: Sequence[bool]) -> set[str]:
        """The numbers in short stretches that are not told, between words that are."""
        runs = [
            (same, list(run)) for same, run in groupby(zip(told, self.words, strict=True), lambda at: at[0])
        ]
        return {
            word
            for same, run in runs[1:-1]
            if not same and len(run) <= CHANGED_WORDS
            for _, word in run
            if word in NUMERALS or word[0].isdigit()
        }

    def has(self, other: Shingles) -> bool:
        """Whether the other's words stand here, one after another and with nothing between."""
        return f" {' '.join(other.words)} " in f" {' '.join(self.words)} "


@lru_cache(maxsize=1)
def _blank_sketch() -> MinHash:
    from zlib import crc32

    # Half a second of import, which a search is spared.
    from datasketch import MinHash

    return MinHash(2 * BANDS, seed=1, hashfunc=crc32, scheme="affine32")
