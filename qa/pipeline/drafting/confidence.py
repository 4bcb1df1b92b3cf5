"""The probability that the articles answer a question, from what was retrieved and how the draft began.

Questions are declined below the thresholds; `quoth eval --calibrate` fits these to other articles.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from index.schemas import Hit
from qa.schemas import Thresholds
from qa.verification.excerpts import Excerpt

# Below the first a question is declined before the model is asked, below the second after its first token.
# The first only saves time where plainly nothing is found, and is low: questions of the test sets share the
# articles' words, and none that is answerable is below 0.37 (234 of half a); people put it in other words.
DEFAULT = Thresholds(search=0.25, answer=0.5, proof=0.5)
# The share of the first threshold that suffices in a language that the embedder does not support: there it
# says little of whether the articles answer, and the draft and its proof still decide.
UNSUPPORTED_SEARCH = 0.6
# Below this probability of a refusal the model did not consider one, and smaller values carry no information.
LEAST_REFUSAL = 1e-2


class Features(NamedTuple):
    """What the confidence depends on. Each means the same in every search, whatever the articles' ages and
    with or without a reranker; a hit's `score` does not.

    `relevance` is the best sentence's and `similarity` the most similar passage's, both 0 to 1; `refusal` is
    the probability, 0 to 1, of a refusal in the place of the draft's first token.
    """

    relevance: float
    refusal: float
    similarity: float

    @classmethod
    def of(cls, hits: Sequence[Hit], excerpts: Sequence[Excerpt], refusal: float) -> Features:
        """The features of a question whose search found the hits and selected the excerpts."""
        return cls(
            relevance=max((value for excerpt in excerpts for value in excerpt.relevance), default=0.0),
            refusal=refusal,
            similarity=max((hit.similarity for hit in hits), default=0.0),
        )

    def terms(self) -> tuple[float, float, float]:
        """The regression's inputs: the features, the refusal by its logarithm."""
        return self.relevance, math.log(self.refusal + LEAST_REFUSAL), self.similarity


class Coefficients(NamedTuple):
    """A logistic regression over `Features.terms`."""

    intercept: float
    relevance: float
    refusal: float
    similarity: float

    def probability(self, features: Features) -> float:
        """The probability, 0 to 1, that the articles answer the question."""
        z = self.intercept + sum(w * x for w, x in zip(self[1:], features.terms(), strict=True))
        return 1 / (1 + math.exp(-z))


# Both are fitted by `make fit-confidence`, for archives that answer two of three questions.
GENERATED = Coefficients(intercept=-5.68, relevance=3.87, refusal=-2.29, similarity=3.18)
"""With a model that reports the probabilities of its tokens."""
EXTRACTIVE = Coefficients(intercept=-4.02, relevance=4.51, refusal=0.0, similarity=4.08)
"""Without a model, or with one that reports none."""


def search_confidence(hits: Sequence[Hit]) -> float:
    """How well the best hit fits, 0 to 1: a weighted mean of its similarity and its coverage."""
    return max((max(hit.similarity, 0.0) + hit.coverage / 2 for hit in hits), default=0.0) / 1.5


def answer_confidence(hits: Sequence[Hit], excerpts: Sequence[Excerpt], refusal: float | None) -> float:
    """The probability, 0 to 1, that the excerpts answer the question. `refusal` is the probability that the
    model gave to a refusal; None if it reports none.
    """
    if refusal is None:
        return EXTRACTIVE.probability(Features.of(hits, excerpts, 0.0))
    return GENERATED.probability(Features.of(hits, excerpts, refusal))
