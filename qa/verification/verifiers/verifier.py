"""What a verifier is: it judges whether a quote proves that a claim answers a question."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from qa.llm.chat_models import Task
from qa.verification.verifiers.proof import ProofCoefficients


@dataclass(frozen=True, slots=True, kw_only=True)
class Hypothesis:
    """A claim, and the quote that is to prove it.

    `day` is when the question was asked, and `quoted_on` when the quote was published, both ISO 8601 or
    empty. `context` are the sentences around it, which say who "she" is. Without a `question` the claim
    stands for itself. A `disputed` claim is known not to be proven: what counts is whether the quote
    contradicts it.
    """

    claim: str
    quote: str
    context: str = ""
    question: str = ""
    day: str = ""
    quoted_on: str = ""
    disputed: bool = False


class Verdict(NamedTuple):
    """Probabilities, 0 to 1: that the quote proves the claim and the claim answers the question, and that
    the quote contradicts the claim.
    """

    proof: float
    contradiction: float


class PlattScaling(NamedTuple):
    """Turns a score into a probability (Platt, "Probabilistic outputs for support vector machines", 1999)."""

    intercept: float
    slope: float

    def probability(self, score: float) -> float:
        """The probability, 0 to 1, of a score."""
        return 1 / (1 + math.exp(-(self.intercept + self.slope * score)))


class Verifier(Protocol):
    """Judges claims by their quotes. The `coefficients` calibrate what it says of answers; the `tasks` are
    what a chat model does for it, none if it needs no chat model.
    """

    name: str

    @property
    def coefficients(self) -> ProofCoefficients: ...

    @property
    def tasks(self) -> tuple[Task, ...]: ...

    async def verify(self, hypothesis: Hypothesis) -> Verdict:
        """The verdict on the hypothesis. Raises ModelUnavailable."""


# Coefficients by which probabilities are cut: thresholds that are fitted replace them.
_CUTS = {"threshold", "worth"}


def identity(verifier: Verifier | None) -> str:
    """What a verifier is to thresholds fitted with it: its name, what it asks a chat model, and how that is
    calibrated. If any of these changes, its probabilities are others. "none" if nothing verifies.
    """
    if verifier is None:
        return "none"
    calibration = verifier.coefficients._asdict().items()
    coefficients = ",".join(f"{value:g}" for name, value in calibration if name not in _CUTS)
    return " ".join((verifier.name, *(task.name for task in verifier.tasks), coefficients))
