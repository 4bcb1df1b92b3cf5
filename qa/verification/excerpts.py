"""The numbered excerpts that an answer is drafted from and verified against."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from index.schemas import Hit
from qa.guardrails.prompt_injection import screen_sentences
from qa.guardrails.sanitizer import sanitize


@dataclass(frozen=True, slots=True, kw_only=True)
class Excerpt:
    """Sentences of one passage, in its order.

    `spans` are their offsets into the article's text. `relevance` says how well each sentence by itself fits
    the question, 0 to 1, and compares between searches; `ranks` include the passage's score and order the
    sentences of one search.
    """

    number: int
    hit: Hit
    spans: tuple[tuple[int, int], ...]
    ranks: tuple[float, ...]
    relevance: tuple[float, ...]

    def quote(self, first: int, last: int) -> str:
        """The article's text from sentence `first` to `last`, which must be in one run."""
        return self._text(self.spans[first][0], self.spans[last][1])

    @property
    def runs(self) -> list[tuple[int, int]]:
        """The indices of the first and last sentence of each consecutive run in the article, in order."""
        breaks = [
            nth
            for nth, (before, after) in enumerate(pairwise(self.spans), 1)
            if self._text(before[1], after[0]).strip()
        ]
        return list(zip([0, *breaks], [*(nth - 1 for nth in breaks), len(self.spans) - 1], strict=True))

    @property
    def windows(self) -> list[tuple[int, int]]:
        """The indices of the first and last of each sentence and each two consecutive ones."""
        return [
            (first, last)
            for begin, end in self.runs
            for first in range(begin, end + 1)
            for last in range(first, min(first + 1, end) + 1)
        ]

    @property
    def quotes(self) -> list[str]:
        """The article's text of each run."""
        return [self.quote(first, last) for first, last in self.runs]

    @property
    def shown(self) -> str:
        """The excerpt in the prompt: one line, sanitized so that the article can only contribute text."""
        day = self.hit.date.isoformat() if self.hit.date else self.hit.period or "undated"
        return f"[{self.number}] ({day}) {' … '.join(map(sanitize, self.quotes))}"

    def _text(self, start: int, end: int) -> str:
        shift = self.hit.passage.start
        return self.hit.passage.text[start - shift : end - shift]


def text_around(hit: Hit, start: int, end: int) -> str:
    """The trusted sentences of the hit's passage next before and next after `article.text[start:end]`, with
    an ellipsis in its place; empty if there are none.
    """
    passage = hit.passage
    screened = (one for one in screen_sentences(passage.text, "") if one.trusted)
    spans = [(passage.start + one.start, passage.start + one.end) for one in screened]
    before = [span for span in spans if span[1] <= start][-1:]
    after = [span for span in spans if span[0] >= end][:1]
    texts = [passage.text[first - passage.start : last - passage.start] for first, last in before]
    texts += ["…"] if before or after else []
    texts += [passage.text[first - passage.start : last - passage.start] for first, last in after]
    return " ".join(texts)
