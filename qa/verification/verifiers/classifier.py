"""A classifier of entailment as verifier: an NLI model with three labels, or a fact checker with two."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import NamedTuple

import numpy as np

from index.embedding.sequence_classifier import SequenceClassifier
from index.errors import QuothError, WeightsCorrupt
from index.text.normalization import WORD
from qa.errors import ModelUnavailable
from qa.guardrails.sanitizer import sanitize
from qa.llm.chat_models import Task
from qa.verification.verifiers.proof import PROOF
from qa.verification.verifiers.verifier import Hypothesis, Verdict

# What models call their labels, in lower case and without other signs.
PROVES = frozenset({"entailment", "entails", "entailed", "supported", "supports"})
CONTRADICTS = frozenset({"contradiction", "contradicts", "refuted", "refutes"})
NEITHER = frozenset(
    {"neutral", "notentailment", "notentailed", "notsupported", "unsupported", "notenoughinfo"}
)
# Fact checkers whose labels have no names count the supported ones as 1.
UNNAMED = ("label0", "label1")
# A claim of fewer words, such as a name, is no sentence.
MIN_SENTENCE_WORDS = 4


class LabelOrder(NamedTuple):
    """The places of the labels among a model's outputs; `contradiction` is None if no label means it."""

    proof: int
    contradiction: int | None


def label_order(labels: tuple[str, ...]) -> LabelOrder | None:
    """The order of a model's labels; None if they do not tell proven claims from others."""
    plain = tuple(re.sub(r"[\W_]", "", label.lower()) for label in labels)
    if plain == UNNAMED:
        return LabelOrder(proof=1, contradiction=None)
    proofs = [at for at, label in enumerate(plain) if label in PROVES]
    contradictions = [at for at, label in enumerate(plain) if label in CONTRADICTS]
    if len(plain) not in (2, 3) or len(proofs) != 1 or len(contradictions) > 1:
        return None
    if not set(plain) <= PROVES | CONTRADICTS | NEITHER:
        return None
    return LabelOrder(proof=proofs[0], contradiction=next(iter(contradictions), None))


class ClassifierVerifier:
    """A classifier in a local folder, which reads the quote and then the claim; loaded at its first use."""

    coefficients = PROOF
    tasks: tuple[Task, ...] = ()

    def __init__(self, folder: Path, *, name: str = "", threads: int = 1) -> None:
        """Raises WeightsMissing or WeightsCorrupt if the folder is not such a model."""
        self.name = name or folder.name
        self._model = SequenceClassifier(folder, use="verifier", setting="QUOTH_VERIFIER", threads=threads)
        order = label_order(self._model.labels)
        if order is None:
            raise WeightsCorrupt(
                f"the model in {folder} ({self._model.architecture or 'unknown'}, labels: "
                f"{', '.join(self._model.labels) or 'none'}) is not a verifier, whose labels are entailment, "
                "neutral and contradiction, or supported and not supported; name another, or set "
                "QUOTH_VERIFIER=model"
            )
        self._order = order

    async def verify(self, hypothesis: Hypothesis) -> Verdict:
        try:
            [logits] = await asyncio.to_thread(
                self._model.logits, [(_premise(hypothesis), _claim(hypothesis))]
            )
        except QuothError:
            raise
        except Exception as error:  # errors of arbitrary model files have no common base class
            raise ModelUnavailable(
                f"the verifier '{self.name}' did not verify the answer ({type(error).__name__}: {error}); "
                "see `quoth doctor`, or set QUOTH_VERIFIER=none to answer without"
            ) from error
        odds = np.exp(logits.astype(np.float64) - logits.max())
        probabilities = odds / odds.sum()
        at = self._order.contradiction
        return Verdict(
            proof=float(probabilities[self._order.proof]),
            contradiction=0.0 if at is None else float(probabilities[at]),
        )


def _premise(hypothesis: Hypothesis) -> str:
    day = f"({hypothesis.quoted_on}) " if hypothesis.quoted_on else ""
    return day + sanitize(f"{hypothesis.context} {hypothesis.quote}")


def _claim(hypothesis: Hypothesis) -> str:
    """The claim, after the question if it is no sentence: "Ada Quill" states nothing by itself."""
    claim = sanitize(hypothesis.claim)
    is_sentence = claim.rstrip("\"”’')").endswith((".", "!", "?")) and (
        len(WORD.findall(claim)) >= MIN_SENTENCE_WORDS
    )
    return claim if is_sentence else f"{sanitize(hypothesis.question)} {claim}".strip()
