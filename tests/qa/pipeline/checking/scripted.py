"""A verifier that judges by words, so that tests need no model."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from index.text.normalization import content_words, stem
from qa.llm.chat_models import Task
from qa.verification.verifiers.proof import PROOF, ProofCoefficients
from qa.verification.verifiers.verifier import Hypothesis, Verdict

PROVES, NO_PROOF, CONTRADICTION = 0.9, 0.1, 0.8


@dataclass
class WordVerifier:
    """A quote proves a claim whose words it has, and contradicts every disputed one. Keeps what it
    was asked.
    """

    coefficients: ClassVar[ProofCoefficients] = PROOF
    tasks: ClassVar[tuple[Task, ...]] = ()
    name: str = "words"
    asked: list[Hypothesis] = field(default_factory=list)

    async def verify(self, hypothesis: Hypothesis) -> Verdict:
        self.asked.append(hypothesis)
        if hypothesis.disputed:
            return Verdict(proof=0.0, contradiction=CONTRADICTION)
        claim, quote = (
            {stem(word) for word in content_words(text)} for text in (hypothesis.claim, hypothesis.quote)
        )
        return Verdict(proof=PROVES if claim <= quote else NO_PROOF, contradiction=0.0)
