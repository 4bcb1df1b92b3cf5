"""How likely it is that the articles answer a question: by what was found, and by how the model wrote.

Questions are declined below the thresholds; `quoth eval --calibrate` fits these to other articles.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from index.articles import Hit
from qa.answers import Thresholds
from qa.evidence import Excerpt

# Declined without asking a model below the first, whatever it wrote below the second.
DEFAULT = Thresholds(search=0.37, answer=0.5)
# The best sentence of an answer without a model is as likely right as wrong at this fit, and the
# steepness with which that changes.
EVEN_FIT, STEEPNESS = 0.5, 20.0
# A model that could not think of refusing gives it no probability at all.
LEAST_REFUSAL = 1e-4


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """What a model's probabilities tell of a piece of its draft.

    `refusal` is the probability it gave to a refusal in the place of its first token, 0 to 1; `least`
    the natural logarithm of the probability of its least certain token.
    """

    refusal: float
    least: float


def of_search(hits: Sequence[Hit]) -> float:
    """How well the best hit fits, 0 to 1: a weighted mean of its similarity and its coverage."""
    return max((max(hit.similarity, 0.0) + hit.coverage / 2 for hit in hits), default=0.0) / 1.5


def of_draft(excerpts: Sequence[Excerpt], doubts: Sequence[Doubt]) -> float:
    """The probability that the excerpts answer the question, 0 to 1, once a draft is written; where no
    model told its `doubts` piece by piece, by the excerpts alone.

    A logistic regression, fitted on half of some questions about news, an encyclopedia and invented
    towns that the articles do or do not answer.
    """
    fit = max((fit for excerpt in excerpts for fit in excerpt.fits), default=0.0)
    if not doubts:
        return _logistic(STEEPNESS * (fit - EVEN_FIT))
    unrefused = -math.log(doubts[0].refusal + LEAST_REFUSAL)
    least = min(doubt.least for doubt in doubts)
    return _logistic(-7.3 + 14.6 * fit + 0.23 * unrefused + 3.19 * least)


def _logistic(x: float) -> float:
    return 1 / (1 + math.exp(-x))
