"""The numbered excerpts that an answer is read from, and that its sentences are held against."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from index.schemas import Hit
from qa.guardrails.sanitizer import sanitize


@dataclass(frozen=True, slots=True, kw_only=True)
class Excerpt:
    """Sentences of one passage, in its order.

    `spans` are their offsets into the article's text; `fits` say how well each fits the question,
    0 to 1.
    """

    number: int
    hit: Hit
    spans: tuple[tuple[int, int], ...]
    fits: tuple[float, ...]

    def quote(self, first: int, last: int) -> str:
        """The article's own words from sentence `first` to `last`, which are of one run."""
        return self._text(self.spans[first][0], self.spans[last][1])

    @property
    def runs(self) -> list[tuple[int, int]]:
        """The first and the last of sentences that follow one another in the article, in order."""
        breaks = [
            nth
            for nth, (before, after) in enumerate(pairwise(self.spans), 1)
            if self._text(before[1], after[0]).strip()
        ]
        return list(zip([0, *breaks], [*(nth - 1 for nth in breaks), len(self.spans) - 1], strict=True))

    @property
    def quotes(self) -> list[str]:
        """The article's own words, run for run."""
        return [self.quote(first, last) for first, last in self.runs]

    @property
    def shown(self) -> str:
        """The excerpt as a model sees it: one line, in which the article has words and nothing else."""
        day = self.hit.date.isoformat() if self.hit.date else "undated"
        return f"[{self.number}] ({day}) {' … '.join(map(sanitize, self.quotes))}"

    def _text(self, start: int, end: int) -> str:
        shift = self.hit.passage.start
        return self.hit.passage.text[start - shift : end - shift]
