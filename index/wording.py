"""What two texts have in common, word for word, whatever their marks, case and line breaks."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from datasketch import MinHash

# Runs of this many words are compared: common phrases are shorter.
SHINGLE_WORDS = 5
# Shorter texts are copies only of what has the same words: chance and phrases would decide.
SHORT_SHINGLES = 16
# Copies share this much of the shorter text, which is at least this much of the longer one.
COPIED, TRIMMED = 0.75, 1 / 3
# A passage whose text has this share of its shingles elsewhere tells nothing new.
RETOLD = 0.6
# Two values a band: texts that share a third of their shingles meet in one of the bands with a
# probability of 0.98 (1 - (1 - 0.33**2)**32), those that share a fiftieth with 0.01.
BANDS = 32

# Scripts that put no blanks between words are compared character by character.
_WORD = re.compile(r"[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff]|[^\W_]+")
_NUMBER_WORDS = frozenset(
    """two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen
    eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety""".split()
)


@dataclass(frozen=True, eq=False)
class Wording:
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

    @property
    def numbers(self) -> set[str]:
        """Its words that count something."""
        return {word for word in self.words if word in _NUMBER_WORDS or word[0].isdigit()}

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

    def is_copy_of(self, other: Wording) -> bool:
        """Whether one is the other, but for a line of its own, a trimmed end, or small changes."""
        fewer, more = sorted((len(self.shingles), len(other.shingles)))
        if fewer < SHORT_SHINGLES:
            return bool(fewer) and self.words == other.words
        return fewer >= TRIMMED * more and len(self.shingles & other.shingles) >= COPIED * fewer

    def is_told_by(self, other: Wording) -> bool:
        """Whether the other says most of this in the same words, and has all its numbers.

        A later edition of a story often changes just a number, and then it is news.
        """
        shared = len(self.shingles & other.shingles)
        return shared >= RETOLD * len(self.shingles) and self.numbers <= other.numbers

    def has(self, other: Wording) -> bool:
        """Whether the other's words stand here, one after another and with nothing between."""
        return f" {' '.join(other.words)} " in f" {' '.join(self.words)} "


@lru_cache(maxsize=1)
def _blank_sketch() -> MinHash:
    from zlib import crc32

    # Half a second of import, which a search is spared.
    from datasketch import MinHash

    return MinHash(2 * BANDS, seed=1, hashfunc=crc32, scheme="affine32")
