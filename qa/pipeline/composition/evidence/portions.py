"""Percentages of an amount: "8.4 million euros, of which the state pays 60 per cent"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from qa.pipeline.composition.evidence.figures import Figure, figures
from qa.pipeline.composition.evidence.sentences import ArticleSentence

PERCENT = "per cent"
# Of fewer things nobody tells a share: "two places above them, they get 15 per cent of the fee".
LEAST = 10
# "raised by 3.2 per cent", "up 6 per cent", "4 per cent more": a change, and no part of anything.
_CHANGED = re.compile(
    r"\b(?:by|up|down|r[io]se|risen|f[ae]ll|fallen|grew|grown|gained|lost|increased?|cut|raised)"
    r"(?: (?:by|to|about|some|almost|nearly|around)){0,3} $",
    re.IGNORECASE,
)


# "half of it", "a third of that": of the amount before.
_FRACTION = re.compile(
    r"\b(?P<share>half|(?:a|one) (?:third|quarter|fifth|tenth)"
    r"|(?:two|three) (?:thirds|quarters|fifths))"
    r" (?:of )?(?:it|that|this|them|which|the (?:sum|money|cost|total|bill))\b",
    re.IGNORECASE,
)
_PARTS = {"half": 2, "third": 3, "quarter": 4, "fifth": 5, "tenth": 10}
_TIMES = {"two": 2, "three": 3}


@dataclass(frozen=True, slots=True, kw_only=True)
class Portion:
    """A share of an amount, as the text says it (`60 per cent`, `half`), with the sentences of both."""

    share: str
    rate: Decimal
    amount: Figure
    sentences: tuple[ArticleSentence, ...]

    @property
    def value(self) -> Decimal:
        """To four digits: a third of 19 million is 6.333 million."""
        exact = self.amount.value * self.rate
        return +exact if exact == int(exact) else Decimal(f"{exact:.4g}")


def portions(sentences: Sequence[ArticleSentence]) -> Iterator[Portion]:
    """The portions whose share stands beside its amount in one sentence, or in the one after it."""
    for at, sentence in enumerate(sentences):
        own = [one for one in figures(sentence.text) if _is_amount(one)]
        before = sentences[at - 1] if at else sentence
        beside = before.article.id == sentence.article.id and before.nth == sentence.nth - 1
        earlier = [one for one in figures(before.text) if _is_amount(one)] if beside else []
        for share, rate, start in _shares(sentence.text):
            nearest = min(own, key=lambda one: abs(one.span[0] - start), default=None)
            if nearest:
                yield Portion(share=share, rate=rate, amount=nearest, sentences=(sentence,))
            elif earlier:
                yield Portion(share=share, rate=rate, amount=earlier[-1], sentences=(before, sentence))


def _shares(text: str) -> Iterator[tuple[str, Decimal, int]]:
    for figure in figures(text):
        if figure.unit == PERCENT and not _is_change(figure, text):
            yield text[slice(*figure.span)].strip(), figure.value / 100, figure.span[0]
    for found in _FRACTION.finditer(text):
        *times, part = found["share"].lower().split()
        rate = Decimal(_TIMES.get(times[0], 1) if times else 1) / _PARTS[part.rstrip("s")]
        yield found["share"], rate, found.start()


def _is_amount(figure: Figure) -> bool:
    return bool(figure.unit) and figure.unit != PERCENT and figure.value > LEAST


def _is_change(figure: Figure, text: str) -> bool:
    return bool(_CHANGED.search(text[: figure.span[0]])) or figure.is_difference(text)
