"""The probability that a sentence is proven, by a verifier and by what its quote does not mention."""

from __future__ import annotations

import math
from typing import NamedTuple

# Verdicts closer to certainty than this are taken for less certain.
LEAST_DOUBT = 1e-3


class ProofCoefficients(NamedTuple):
    """A logistic regression over the log-odds of a verifier's verdict, and over the rarity, 0 to 1, of the
    rarest name or number of the question that neither the quote nor its neighbours, title and date have: a
    quote that never mentions Ultifi answers no question about it, however sure the verifier is. Other words
    do not count, because an article says most things in words of its own. What is less probable than the
    `threshold` is not shown.
    """

    intercept: float
    log_odds: float
    missing: float
    threshold: float = 0.5

    def probability(self, verdict: float, missing: float) -> float:
        """The probability, 0 to 1, of a verdict, 0 to 1."""
        bounded = min(max(verdict, LEAST_DOUBT), 1 - LEAST_DOUBT)
        log_odds = math.log(bounded / (1 - bounded))
        return 1 / (1 + math.exp(-(self.intercept + self.log_odds * log_odds + self.missing * missing)))


# Fitted by `make fit-verifier`: with the default model as verifier, and with its adapter for judging.
PROOF = ProofCoefficients(intercept=-0.56, log_odds=0.83, missing=-3.13, threshold=0.35)
TUNED_PROOF = ProofCoefficients(intercept=0.17, log_odds=0.53, missing=-2.44)
