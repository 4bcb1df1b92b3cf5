"""The probability that a sentence is proven, by a verifier and by what its quote does not mention."""

from __future__ import annotations

import math
from typing import NamedTuple

from index.schemas import Missing

# Verdicts closer to certainty than this are taken for less certain.
LEAST_DOUBT = 1e-3


class ProofCoefficients(NamedTuple):
    """A logistic regression over the log-odds of a verifier's verdict, and over how rare what the quote, its
    neighbours, title and date lack of the question is: a quote that never mentions Ultifi answers no question
    about it, however sure the verifier is. Other words than names and numbers count less, because an article
    says most things in words of its own. What is less probable than the `threshold` is not shown. Questions
    whose articles are less probable to answer them than `worth` are declined before a draft is verified.
    """

    intercept: float
    log_odds: float
    name: float
    word: float
    threshold: float = 0.5
    worth: float = 0.5

    def probability(self, verdict: float, missing: Missing) -> float:
        """The probability, 0 to 1, of a verdict, 0 to 1."""
        bounded = min(max(verdict, LEAST_DOUBT), 1 - LEAST_DOUBT)
        log_odds = math.log(bounded / (1 - bounded))
        z = self.intercept + self.log_odds * log_odds
        return 1 / (1 + math.exp(-(z + self.name * missing.name + self.word * missing.word)))


# Fitted by `make fit-verifier`: with the default model as verifier, and with its adapter for judging.
PROOF = ProofCoefficients(intercept=-0.22, log_odds=0.8, name=-3.17, word=-0.55, threshold=0.35)
TUNED_PROOF = ProofCoefficients(intercept=0.64, log_odds=0.53, name=-2.45, word=-0.93, worth=0.2)
