"""A remote model: what it is asked for, and that it never reveals its API key."""

from __future__ import annotations

import asyncio
import json
import math
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from qa.assistant import Assistant
from qa.errors import ModelUnavailable
from qa.llm.chat_models import ChatModel, RemoteChatModel
from qa.pipeline.question_generation import draft
from qa.verification.verifiers.judge import WORD_LOG_ODDS, ChatModelVerifier, judging_task
from qa.verification.verifiers.verifier import Hypothesis

KEY = "sk-very-secret"
HYPOTHESIS = Hypothesis(claim="It is open.", quote="It opened on Monday.", question="Is it open?")


class Server:
    """A server with OpenAI's interface, which keeps what it is asked."""

    def __init__(self, reply: Callable[[dict[str, Any], str], tuple[int, dict[str, Any]]]) -> None:
        self.reply = reply
        self.requests: list[dict[str, Any]] = []
        self.url = ""

    @contextmanager
    def running(self) -> Iterator[RemoteChatModel]:
        """A model that the server runs."""
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                request = json.loads(self.rfile.read(int(self.headers["content-length"])))
                outer.requests.append(request)
                status, reply = outer.reply(request, self.headers["authorization"])
                body = json.dumps(reply).encode()
                self.send_response(status)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Logs nothing."""

        with HTTPServer(("127.0.0.1", 0), Handler) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            yield RemoteChatModel("openai:x", f"http://127.0.0.1:{server.server_port}/v1", KEY)
            server.shutdown()


def completion(word: str, logprobs: dict[str, Any] | None = None) -> dict[str, Any]:
    choice = {
        "index": 0,
        "message": {"role": "assistant", "content": word},
        "finish_reason": "stop",
        "logprobs": logprobs,
    }
    return {"id": "1", "object": "chat.completion", "created": 1, "model": "x", "choices": [choice]}


def proof(model: ChatModel) -> float:
    return asyncio.run(ChatModelVerifier(model).verify(HYPOTHESIS)).proof


def test_a_server_of_ones_own_is_asked_for_probabilities() -> None:
    def reply(request: dict[str, Any], _: str) -> tuple[int, dict[str, Any]]:
        words = [("yes", -0.01), ("no", -5.0)]
        top = [{"token": word, "logprob": logprob, "bytes": None} for word, logprob in words]
        return 200, completion("yes", {"content": [top[0] | {"top_logprobs": top}], "refusal": None})

    server = Server(reply)
    with server.running() as model:
        assert proof(model) == pytest.approx(1 / (1 + math.exp(-4.99)), abs=1e-4)
    [request] = server.requests
    assert (request["logprobs"], request["top_logprobs"]) == (True, 20)
    assert [request.get(limit) for limit in ("max_tokens", "max_completion_tokens")].count(1) == 1


@pytest.mark.parametrize("status", [400, 422])
def test_a_server_that_rejects_probabilities_is_asked_without_them(status: int) -> None:
    def reply(request: dict[str, Any], _: str) -> tuple[int, dict[str, Any]]:
        if "logprobs" in request:
            return status, {"error": {"message": "logprobs is not supported"}}
        return 200, completion("Yes.")

    server = Server(reply)
    with server.running() as model:
        assert proof(model) == pytest.approx(1 / (1 + math.exp(-WORD_LOG_ODDS)))
    assert ["logprobs" in request for request in server.requests] == [True, False]


def test_probabilities_in_the_older_form_count_too() -> None:
    def reply(request: dict[str, Any], _: str) -> tuple[int, dict[str, Any]]:
        older = {"tokens": ["yes"], "token_logprobs": [-0.01], "top_logprobs": [{"yes": -0.01, " no": -5.0}]}
        return 200, completion("yes", older)

    with Server(reply).running() as model:
        assert proof(model) == pytest.approx(1 / (1 + math.exp(-4.99)), abs=1e-4)


def test_a_server_that_returns_no_probabilities_is_named_once(caplog: pytest.LogCaptureFixture) -> None:
    with Server(lambda *_: (200, completion("no"))).running() as model:
        for _ in range(2):
            assert proof(model) == pytest.approx(1 / (1 + math.exp(WORD_LOG_ODDS)))
    [told] = caplog.messages
    assert "returns no log-probabilities" in told and "set QUOTH_VERIFIER" in told


def test_a_server_that_rejected_a_long_prompt_is_asked_for_probabilities_again() -> None:
    replies = iter([400, 400, 200])

    def reply(request: dict[str, Any], _: str) -> tuple[int, dict[str, Any]]:
        status = next(replies)
        return status, completion("yes") if status == 200 else {"error": {"message": "too long"}}

    server = Server(reply)
    with server.running() as model:
        with pytest.raises(ModelUnavailable, match="too long"):
            proof(model)
        proof(model)
    assert ["logprobs" in request for request in server.requests] == [True, False, True]


@pytest.mark.parametrize("name", ["openai:gpt-5-mini", "anthropic:claude"])
def test_a_provider_is_not_asked_for_probabilities(name: str) -> None:
    """OpenAI's reasoning models reject them, and need more than one token for a word."""

    class Named(RemoteChatModel):
        chat = None  # type: ignore[assignment]

    model = Named(name, None, KEY)
    assert model.for_task(judging_task()) is model.chat


def echo(_: dict[str, Any], authorization: str) -> tuple[int, dict[str, Any]]:
    return 401, {"error": {"message": f"bad: {authorization}"}}


def test_key_is_removed_from_a_providers_errors(answering: Callable[[ChatModel | None], Assistant]) -> None:
    with Server(echo).running() as model:
        for ask in (
            lambda: answering(model).ask("Who made Zelenskyy an offer of an alliance?"),
            lambda: proof(model),
            lambda: draft(model, title="", passage="It rains.", sentence="It rains."),
        ):
            with pytest.raises(ModelUnavailable, match=r"bad: Bearer \(the key\)") as error:
                ask()
            assert KEY not in str(error.value)
