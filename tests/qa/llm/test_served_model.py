"""A tiny model on a server of llama.cpp over TCP, beside the same one in this process."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path

import pytest
from langchain_core.messages import BaseMessage

from index.library import Library
from qa.assistant import Assistant
from qa.errors import Busy, ModelUnavailable
from qa.llm.chat_models import ChatModel, LocalChatModel, RemoteChatModel, Task, first_token
from qa.llm.prompts import Message
from qa.pipeline.drafting.answer_prompt import GRAMMAR, REFUSAL_BIAS, answering_task, prompt_values
from qa.pipeline.drafting.chain import refusal_probability
from qa.pipeline.model_queue import ModelQueue
from qa.schemas import Question
from qa.verification.verifiers.judge import ChatModelVerifier
from qa.verification.verifiers.verifier import Hypothesis
from tests.qa.llm.tinychat import CONTEXT, chat_server, save_chat_model

SLOTS = 2
HYPOTHESES = [
    Hypothesis(claim="It is open.", quote="It opened on Monday.", question="Is it open?"),
    Hypothesis(
        claim="Rome", quote="The museum stands in Milan.", question="Where does it stand?", day="2022-10-27"
    ),
    Hypothesis(claim="It never opened.", quote="It opened on Monday.", disputed=True),
]


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_chat_model(tmp_path_factory.mktemp("tiny") / "tiny.gguf")


@pytest.fixture(scope="module")
def url(weights: Path) -> Iterator[str]:
    with chat_server(weights, slots=SLOTS) as url:
        yield url


@pytest.fixture
def served(url: str) -> Iterator[RemoteChatModel]:
    model = RemoteChatModel("openai:tiny", url, None)
    yield model
    model.close()


@pytest.fixture
def local(weights: Path, tmp_path: Path) -> Iterator[LocalChatModel]:
    model = LocalChatModel("tiny", lambda: weights, 1, tmp_path / "states")
    yield model
    model.close()


def test_proofs_are_as_probable_as_in_this_process(served: ChatModel, local: ChatModel) -> None:
    for hypothesis in HYPOTHESES:
        told, expected = (asyncio.run(ChatModelVerifier(m).verify(hypothesis)) for m in (served, local))
        assert told == pytest.approx(expected, rel=1e-3)
        assert hypothesis.disputed or 0.001 < expected.proof < 0.999


async def drafted(model: ChatModel) -> tuple[float, str]:
    """The probability of a refusal, and the draft."""
    task = replace(answering_task(), max_tokens=20)
    values = prompt_values(Question(question="Who made the offer?"), ())
    parts = [part async for part in model.for_task(task).astream(task.prompt.messages(values))]
    [token, *_] = [token for part in parts if (token := first_token(part))]
    return refusal_probability(token), "".join(str(part.text) for part in parts)


def test_drafts_and_refusals_are_as_in_this_process(served: ChatModel, local: ChatModel) -> None:
    (refusal, draft), (expected, same) = (asyncio.run(drafted(model)) for model in (served, local))
    assert refusal == pytest.approx(expected, rel=1e-3)
    assert 0.001 < expected < 1
    assert draft == same


def test_a_bias_and_a_grammar_change_the_draft_on_a_server_too(served: RemoteChatModel) -> None:
    assert served.server
    task = answering_task()
    options = served.server.options(task)
    [token] = served.server.tokenize("NOT") or []
    assert options["logit_bias"] == {str(token): REFUSAL_BIAS}
    assert options["extra_body"] == {"grammar": GRAMMAR}
    word = Task(name="word", prompt=task.prompt, max_tokens=4, grammar='root ::= "yes"')
    messages = task.prompt.messages(prompt_values(Question(question="Who?"), ()))
    assert str(asyncio.run(_reply(served, word, messages)).text) == "yes"
    unlikely = replace(word, grammar='root ::= "yes" | "no"', bias={"yes": -50.0})
    assert str(asyncio.run(_reply(served, unlikely, messages)).text) == "no"


async def _reply(model: ChatModel, task: Task, messages: list[Message]) -> BaseMessage:
    return await model.for_task(task).ainvoke(messages)


def test_tokens_and_context_and_slots_are_those_of_the_server(
    served: RemoteChatModel, local: ChatModel
) -> None:
    for text in ("", "yes", "Who made Zelenskyy an offer of an alliance?", "Łódź"):
        assert served.count_tokens(text) == local.count_tokens(text)
    assert (served.context_tokens, served.slots) == (CONTEXT, SLOTS)


def test_as_many_questions_are_answered_at_once_as_the_server_has_slots(
    library: Library, served: RemoteChatModel
) -> None:
    queue = ModelQueue(slots=8, max_waiting=0)
    with Assistant(library, served, 240, queue=queue, follow_slots=True) as assistant:
        assistant.warm_up()
        assistant.check()

    async def hold(slots: int) -> None:
        async with AsyncExitStack() as held:
            for _ in range(slots):
                await held.enter_async_context(queue.slot())

    asyncio.run(hold(SLOTS))
    with pytest.raises(Busy):
        asyncio.run(hold(SLOTS + 1))


def test_a_server_that_is_away_is_not_ready() -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    model = RemoteChatModel("openai:tiny", f"http://127.0.0.1:{port}/v1", None)
    with pytest.raises(ModelUnavailable, match=r"server does not respond .*QUOTH_MODEL_URL"):
        model.check()
    with pytest.raises(ModelUnavailable, match="did not verify"):
        asyncio.run(ChatModelVerifier(model).verify(HYPOTHESES[0]))
    assert model.count_tokens("four bytes") == 2


def test_a_server_that_comes_later_tells_what_it_is(weights: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    model = RemoteChatModel("openai:tiny", f"http://127.0.0.1:{port}/v1", None)
    assert (model.slots, model.count_tokens("NOT FOUND")) == (None, 2)
    with chat_server(weights, port=port):
        assert (model.slots, model.count_tokens("NOT FOUND FOUND FOUND")) == (1, 4)
    model.close()
