"""How likely it is that the articles answer a question: by what was found, and by how the model wrote.

Questions are declined below the thresholds; `quoth eval --calibrate` fits these to other articles.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from index.schemas import Hit
from qa.schemas import Thresholds
from qa.verification.excerpts import Excerpt

# Declined without asking a model below the first, whatever it wrote below the second.
DEFAULT = Thresholds(search=0.37, answer=0.5)
# The best sentence of an answer without a model is as likely right as wrong at this fit, and the
# steepness with which that changes.
EVEN_FIT, STEEPNESS = 0.5, 20.0
# Below this probability of a refusal the model did not think of refusing, and how much below tells no more.
LEAST_REFUSAL = 1e-3


def of_search(hits: Sequence[Hit]) -> float:
    """How well the best hit fits, 0 to 1: a weighted mean of its similarity and its coverage."""
    return max((max(hit.similarity, 0.0) + hit.coverage / 2 for hit in hits), default=0.0) / 1.5


def of_draft(hits: Sequence[Hit], excerpts: Sequence[Excerpt], refusal: float | None) -> float:
    """The probability that the excerpts of the hits answer the question, 0 to 1. `refusal` is the
    probability, 0 to 1, that the model gave to a refusal in the place of its draft's first token; where no
    model told it, the excerpts alone decide.

    A logistic regression on how well the best sentence fits, how nearly the model refused, how well the best
    hit was found, and how alike in meaning the most similar one is; fitted on half of 736 questions about
    news, an encyclopedia and invented towns that the articles do or do not answer, for archives that answer
    two questions of three.
    """
    fit = max((fit for excerpt in excerpts for fit in excerpt.fits), default=0.0)
    if refusal is None:
        return _logistic(STEEPNESS * (fit - EVEN_FIT))
    found = max((hit.score for hit in hits), default=0.0)
    alike = max((hit.similarity for hit in hits), default=0.0)
    refused = math.log(refusal + LEAST_REFUSAL)
    return _logistic(-9.09 + 6.65 * fit - 0.73 * refused + 2.22 * found + 4.53 * alike)


def _logistic(x: float) -> float:
    return 1 / (1 + math.exp(-x))
