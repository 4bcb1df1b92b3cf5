"""The default model as verifier, with the adapter that was trained to judge proofs."""

from __future__ import annotations

from qa.guardrails.sanitizer import sanitize
from qa.llm.chat_models import ChatModel, Task, first_token
from qa.llm.prompts import load_prompt
from qa.verification.verifiers.judge import (
    MAX_CHARACTERS,
    ask,
    dated_quote,
    probability,
)
from qa.verification.verifiers.proof import TUNED_PROOF
from qa.verification.verifiers.verifier import Hypothesis, Verdict

# What the adapter was trained to reply: proven, contradicted, or neither.
WORDS = ("yes", "false", "no")
# The three words together have nearly always more than this probability.
LEAST_TOTAL = 0.1


def tuned_judging_task() -> Task:
    """What the model does. Raises PromptInvalid."""
    prompt = load_prompt("verify_tuned", {"quote", "asked"})
    return Task(name="verify-tuned", prompt=prompt, max_tokens=1, adapted=True)


class TunedVerifier:
    """Asks a local model with the adapter once for both: whether a quote proves a claim or contradicts it."""

    coefficients = TUNED_PROOF

    def __init__(self, model: ChatModel) -> None:
        self.name = model.name
        self._model = model
        self._task = tuned_judging_task()
        self.tasks: tuple[Task, ...] = (self._task,)

    async def verify(self, hypothesis: Hypothesis) -> Verdict:
        reply = await ask(self._model, self._task, judged_values(hypothesis))
        token = first_token(reply)
        alternatives = (token or {}).get("top_logprobs") or ()
        proof, contradiction, neither = (probability(alternatives, word) for word in WORDS)
        # Where it says none of them it proves nothing.
        total = max(proof + contradiction + neither, LEAST_TOTAL)
        return Verdict(proof=proof / total, contradiction=contradiction / total)


def judged_values(hypothesis: Hypothesis) -> dict[str, str]:
    """The variables of the prompt."""
    return {"quote": dated_quote(hypothesis), "asked": _asked(hypothesis)}


def _asked(hypothesis: Hypothesis) -> str:
    claim = sanitize(hypothesis.claim)[:MAX_CHARACTERS]
    if not hypothesis.question:
        return f"Statement: {claim}"
    day = f" ({hypothesis.day})" if hypothesis.day else ""
    return f"Question{day}: {sanitize(hypothesis.question)}\nAnswer: {claim}"
