"""Two figures of one kind that the articles set against each other, or that can be."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from qa.pipeline.composition.evidence.figures import Figure, figures
from qa.pipeline.composition.evidence.sentences import ArticleSentence

# What a pair gains whose figures stand in one sentence, and one from two outlets if both are named.
SAME_SENTENCE, BOTH_OUTLETS = 0.15, 0.3
# What a pair gains whose unit stands in the question: "How many more people …?"
ASKED_UNIT = 0.4
# What stands between two figures that are compared, or shortly before them: "from 7.5 to 9.2 metres".
_CONTRASTS = re.compile(
    r"\b(?:from|than|of|compared|against|versus|instead|rather|up|down|earlier|previous\w*|before|record"
    r"|surpass\w*|beat\w*|br[eo]k\w*|break\w*|von|statt|als|gegen\w*)\b",
    re.IGNORECASE,
)
CONTRAST_BEFORE = 8
_FROM = re.compile(r"\b(?:from|von) (?:about |some |around )?$", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two figures of one kind with the sentences that have them, and how likely they are those asked for;
    `of_outlets` if each is of another one of several outlets.
    """

    one: Figure
    other: Figure
    sentences: tuple[ArticleSentence, ...]
    score: float
    of_outlets: bool = False

    @property
    def is_together(self) -> bool:
        """Whether both figures stand in one sentence, or in two neighbouring ones."""
        first, last = self.sentences[0], self.sentences[-1]
        return first.article.id == last.article.id and abs(first.nth - last.nth) <= 1

    @property
    def is_contrast(self) -> bool:
        """Whether the one sentence that has both sets one against the other."""
        (sentence,) = self.sentences
        first, second = sorted((self.one.span, self.other.span))
        between = sentence.text[first[0] - min(first[0], CONTRAST_BEFORE) : second[0]]
        return bool(_CONTRASTS.search(between))

    @property
    def base(self) -> Figure | None:
        """The one that a change begins with: "up from 58", "from 210,000 to 160,000"; None if it is none."""
        text = self.sentences[0].text
        return next((one for one in (self.one, self.other) if _FROM.search(text[: one.span[0]])), None)


def pairs_of(
    near: Sequence[tuple[ArticleSentence, float]], outlets: Sequence[str], asked: frozenset[str]
) -> Iterator[Pair]:
    """The pairs in sentences with their similarities with the question, whose stems are `asked`; of several
    outlets, those with a figure of each.
    """
    found = [(figure, sentence, cosine) for sentence, cosine in near for figure in figures(sentence.text)]
    for (one, first, near_one), (other, second, near_other) in combinations(found, 2):
        if one.is_difference(first.text) or other.is_difference(second.text):
            continue
        if one.value == other.value or not one.kind or one.kind != other.kind:
            continue
        if len(outlets) > 1 and first.article.outlet == second.article.outlet:
            continue  # one figure of each outlet is asked for
        score = (near_one + near_other) / 2 + SAME_SENTENCE * (first is second)
        score += ASKED_UNIT * (one.kind in asked)
        if len(outlets) > 1:
            score += BOTH_OUTLETS * ({first.article.outlet, second.article.outlet} == set(outlets[:2]))
        sentences = (first,) if first is second else (first, second)
        yield Pair(one=one, other=other, sentences=sentences, score=score, of_outlets=len(outlets) > 1)


def without_thirds(pairs: Sequence[Pair]) -> list[Pair]:
    """The pairs without those that take one of two figures which a sentence sets against each other, and a
    third one from elsewhere: "22 minutes today and 38 during the closure" is compared with no other journey.
    """
    contrasted = [
        (pair.sentences[0], (pair.one, pair.other))
        for pair in pairs
        if len(pair.sentences) == 1 and pair.is_contrast
    ]
    return [
        pair
        for pair in pairs
        if len(pair.sentences) == 1
        or not any(
            sentence in pair.sentences and (pair.one in both or pair.other in both)
            for sentence, both in contrasted
        )
    ]
