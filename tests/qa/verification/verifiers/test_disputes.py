"""The chat model as judge of a disputed claim is asked whether the quote contradicts it."""

from __future__ import annotations

import asyncio
import math
from dataclasses import replace
from typing import Any

from langchain_core.language_models import GenericFakeChatModel
from langchain_core.messages import AIMessage
from langchain_core.runnables import Runnable, RunnableLambda

from qa.llm.chat_models import Task
from qa.verification.verifiers.judge import ChatModelVerifier
from qa.verification.verifiers.verifier import Hypothesis
from tests.conftest import ScriptedModel

HELD = Hypothesis(
    claim="Freight rose by 15 percent.",
    quote="Freight rose by 12 percent, said Ada Quill.",
    quoted_on="2021-05-04",
    disputed=True,
)


class Asked(ScriptedModel):
    """Says yes with the given probability, and keeps the task and the last message."""

    def __init__(self, yes: float) -> None:
        super().__init__("yes")
        words = {"yes": yes, "no": 1 - yes}
        alternatives = [{"token": word, "logprob": math.log(p)} for word, p in words.items()]
        self.metadata = {"logprobs": {"content": [{"token": "yes", "top_logprobs": alternatives}]}}
        self.asked: list[tuple[str, str]] = []

    def for_task(self, task: Task) -> Runnable[Any, Any]:  # type: ignore[override]
        def keep(messages: list[tuple[str, str]]) -> list[tuple[str, str]]:
            self.asked.append((task.name, messages[-1][1]))
            return messages

        reply = AIMessage("yes", response_metadata=self.metadata)
        return RunnableLambda(keep) | GenericFakeChatModel(messages=iter([reply]))


def test_a_disputed_claim_is_asked_about_by_itself() -> None:
    model = Asked(0.9)
    verdict = asyncio.run(ChatModelVerifier(model).verify(HELD))
    assert verdict.proof == 0 and verdict.contradiction > 0.5
    [(task, message)] = model.asked
    assert task == "dispute"
    assert message.splitlines()[:2] == [
        "Quote: (2021-05-04) Freight rose by 12 percent, said Ada Quill.",
        "Statement: Freight rose by 15 percent.",
    ]
    assert asyncio.run(ChatModelVerifier(Asked(0.2)).verify(HELD)).contradiction < 0.5


def test_a_fragment_is_disputed_with_its_question() -> None:
    model = Asked(0.9)
    fragment = replace(HELD, claim="15 percent", question="How much did freight rise?")
    asyncio.run(ChatModelVerifier(model).verify(fragment))
    assert "Statement: How much did freight rise? 15 percent" in model.asked[0][1]


def test_a_claim_without_a_question_is_asked_as_a_statement() -> None:
    model = Asked(0.9)
    verdict = asyncio.run(ChatModelVerifier(model).verify(replace(HELD, disputed=False)))
    assert verdict.proof > 0.5 and verdict.contradiction == 0
    [(task, message)] = model.asked
    assert task == "verify"
    assert "Question: What happened, according to the quote?" in message
