"""The chat model as verifier: it is asked whether the quote proves the claim, and how sure it is counts."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from qa.errors import ModelUnavailable
from qa.guardrails.sanitizer import sanitize
from qa.llm.chat_models import ChatModel, Task, first_token, reason_for
from qa.llm.prompts import load_prompt
from qa.verification.verifiers.proof import PROOF
from qa.verification.verifiers.verifier import Hypothesis, PlattScaling, Verdict

PROMPT_VARIABLES = {"quote", "day", "question", "answer"}
DISPUTE_VARIABLES = {"quote", "statement"}
# What a claim answers that was not asked for.
NO_QUESTION = "What happened, according to the quote?"
# The limit of the quote and of the claim in the prompt.
MAX_CHARACTERS = 1_200
# What a bare yes or no of a server that returns no probabilities counts as: a word alone says little.
WORD_LOG_ODDS = 2.0
# The probability of a word that is not among the returned alternatives is at most this.
LEAST_PROBABILITY = 1e-6
# Of disputed claims a small model is never sure: on 30 sentences about the sample articles its log-odds are
# 0.2 to 1.2 for the contradicted ones, and -0.4 to 0.3 for those that the quotes do not speak of.
DISPUTE_CALIBRATION = PlattScaling(intercept=-1.0, slope=5.0)


def judging_task() -> Task:
    """What the model does. Raises PromptInvalid."""
    return Task(name="verify", prompt=load_prompt("verify", PROMPT_VARIABLES), max_tokens=1)


def disputing_task() -> Task:
    """What the model does with a disputed claim. Raises PromptInvalid."""
    return Task(name="dispute", prompt=load_prompt("dispute", DISPUTE_VARIABLES), max_tokens=1)


class ChatModelVerifier:
    """Asks a chat model for a yes or no, and compares the probabilities of the two.

    The word that a small model writes is nearly always yes; the ratio of the probabilities tells proven
    claims from others.
    """

    coefficients = PROOF

    def __init__(self, model: ChatModel) -> None:
        self.name = model.name
        self._model = model
        self._judging = judging_task()
        self.tasks: tuple[Task, ...] = (self._judging,)
        self._disputing = disputing_task()

    async def verify(self, hypothesis: Hypothesis) -> Verdict:
        """The verdict. That a quote contradicts a claim is asked by itself, and only of a disputed one."""
        if hypothesis.disputed:
            score = await self._ask(self._disputing, _disputed(hypothesis))
            return Verdict(proof=0.0, contradiction=DISPUTE_CALIBRATION.probability(score))
        score = await self._ask(self._judging, _judged(hypothesis))
        return Verdict(proof=1 / (1 + math.exp(-score)), contradiction=0.0)

    async def _ask(self, task: Task, values: Mapping[str, str]) -> float:
        """The log-odds of a yes."""
        reply = await ask(self._model, task, values)
        token = first_token(reply)
        return log_odds(token) if token else _of_word(str(reply.text))


async def ask(model: ChatModel, task: Task, values: Mapping[str, str]) -> Any:
    """The model's reply, a message of LangChain, to the task's prompt with these values. Raises
    ModelUnavailable.
    """
    try:
        return await model.for_task(task).ainvoke(task.prompt.messages(values))
    except Exception as error:
        # LangChain's providers share no base class of errors.
        raise ModelUnavailable(
            f"the model '{model.name}' did not verify the answer ({reason_for(error, model)}); "
            "see `quoth doctor`, or set QUOTH_VERIFIER=none to answer without"
        ) from error


def _judged(hypothesis: Hypothesis) -> dict[str, str]:
    return {
        "quote": dated_quote(hypothesis),
        "day": f" ({hypothesis.day})" if hypothesis.day else "",
        "question": sanitize(hypothesis.question) or NO_QUESTION,
        "answer": sanitize(hypothesis.claim)[:MAX_CHARACTERS],
    }


def _disputed(hypothesis: Hypothesis) -> dict[str, str]:
    claim = f"{hypothesis.question} {hypothesis.claim}"
    return {"quote": dated_quote(hypothesis), "statement": sanitize(claim)[:MAX_CHARACTERS]}


def dated_quote(hypothesis: Hypothesis) -> str:
    """The quote as a model reads it, after the day on which it was published."""
    quote = sanitize(hypothesis.quote)[:MAX_CHARACTERS]
    return f"({hypothesis.quoted_on}) {quote}" if hypothesis.quoted_on else quote


def log_odds(token: Mapping[str, Any]) -> float:
    """The logarithm of P(yes) / P(no) in the token's place; it has `top_logprobs` as in OpenAI's API."""
    yes, no = (probability(token.get("top_logprobs") or (), word) for word in ("yes", "no"))
    return math.log(yes + LEAST_PROBABILITY) - math.log(no + LEAST_PROBABILITY)


def probability(alternatives: Sequence[Mapping[str, Any]], word: str) -> float:
    """The probability of a word in any spelling; `alternatives` are as `top_logprobs` in OpenAI's API."""
    return sum(math.exp(each["logprob"]) for each in alternatives if each["token"].strip().lower() == word)


def _of_word(reply: str) -> float:
    return WORD_LOG_ODDS if reply.strip().lower().startswith("yes") else -WORD_LOG_ODDS
