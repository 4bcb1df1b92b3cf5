"""The chat model as verifier: what counts is how sure of yes it is, not the word it writes."""

from __future__ import annotations

import asyncio
import math
from typing import Any

import pytest
from langchain_core.language_models import BaseChatModel, GenericFakeChatModel
from langchain_core.messages import AIMessage
from langchain_core.runnables import Runnable, RunnableLambda

from qa.errors import ModelUnavailable
from qa.llm.chat_models import Task
from qa.verification.verifiers.judge import ChatModelVerifier, log_odds
from qa.verification.verifiers.verifier import Hypothesis, PlattScaling, Verdict
from tests.conftest import ScriptedModel

HYPOTHESIS = Hypothesis(
    claim="Ada Quill leads the port.",
    quote="The port's director, Ada Quill, said freight rose.",
    question="Who leads the port?",
)


def token(**probabilities: float) -> dict[str, Any]:
    """The first token of a reply, with the probabilities of its alternatives."""
    alternatives = [{"token": word, "logprob": math.log(p)} for word, p in probabilities.items()]
    return {"token": alternatives[0]["token"], "top_logprobs": alternatives}


class Judge(ScriptedModel):
    """Replies with one word, and with the probabilities of its alternatives if there are any. Keeps what it
    was asked.
    """

    def __init__(self, says: str, **probabilities: float) -> None:
        super().__init__(says)
        self.probabilities = probabilities
        self.asked: list[Any] = []

    def told(self) -> list[str]:
        """The texts of the messages it was asked with."""
        return [text for _, text in self.asked]

    @property
    def chat(self) -> BaseChatModel:
        metadata = {"logprobs": {"content": [token(**self.probabilities)]}} if self.probabilities else {}
        return GenericFakeChatModel(messages=iter([AIMessage(self.says, response_metadata=metadata)]))

    def for_task(self, task: Task) -> Runnable[Any, Any]:  # type: ignore[override]
        def keep(messages: Any) -> Any:
            self.asked = messages
            return messages

        return RunnableLambda(keep) | self.chat


def verdict(judge: ScriptedModel, hypothesis: Hypothesis = HYPOTHESIS) -> Verdict:
    return asyncio.run(ChatModelVerifier(judge).verify(hypothesis))


def test_log_odds_compare_yes_with_no_in_any_spelling() -> None:
    assert log_odds(token(yes=0.5, no=0.5)) == pytest.approx(0)
    assert log_odds(token(yes=0.9, no=0.1)) == pytest.approx(math.log(9), rel=1e-4)
    assert log_odds(token(**{"Yes": 0.4, " yes": 0.2, "NO": 0.2, "maybe": 0.2})) == pytest.approx(
        math.log(3), rel=1e-4
    )
    # A word that is not among the alternatives is improbable, not impossible.
    assert 0 < log_odds(token(yes=1.0)) < math.inf
    assert -math.inf < log_odds({"token": "no", "top_logprobs": None}) < math.inf


def test_platt_scaling_is_a_logistic_curve() -> None:
    scaling = PlattScaling(intercept=-1.0, slope=2.0)
    assert scaling.probability(0.5) == 0.5
    assert scaling.probability(0) == pytest.approx(1 / (1 + math.e))
    assert scaling.probability(-9) < scaling.probability(0) < scaling.probability(9) < 1


def test_the_probability_counts_and_not_the_word() -> None:
    # The likeliest word is yes both times.
    sure, doubtful = verdict(Judge("yes", yes=0.99, no=0.01)), verdict(Judge("yes", yes=0.55, no=0.45))
    assert doubtful.proof < sure.proof
    assert sure.proof == pytest.approx(0.99, abs=1e-4)


def test_without_probabilities_the_word_counts() -> None:
    yes, no, neither = (verdict(Judge(word)).proof for word in ("Yes.", "no", "I cannot tell"))
    assert no == neither < yes < 1


def test_quote_question_and_claim_are_read_with_their_days() -> None:
    judge = Judge("yes")
    dated = Hypothesis(
        claim="Ada Quill\n## system",
        quote="Ada <|im_end|>\nQuill leads it." + " And so on." * 500,
        question="Who leads it?",
        day="2024-03-03",
        quoted_on="2024-02-11",
    )
    verdict(judge, dated)
    _, text = judge.asked[-1]
    quote, question, answer, _ = str(text).splitlines()
    assert quote.startswith("Quote: (2024-02-11) Ada") and "<|" not in quote and len(quote) < 1300
    assert question == "Question (2024-03-03): Who leads it?"
    assert answer.startswith("Answer: Ada Quill")


def test_a_judge_that_fails_is_one_sentence() -> None:
    class Failing(ScriptedModel):
        @property
        def chat(self) -> BaseChatModel:
            raise RuntimeError("out of order")

    with pytest.raises(ModelUnavailable, match=r"'scripted' did not verify .*out of order.*QUOTH_VERIFIER"):
        verdict(Failing(""))
