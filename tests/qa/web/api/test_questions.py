"""Answers to questions over HTTP, whole and as a stream."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import AsyncIterator
from typing import Any

import pytest
from langchain_core.language_models import GenericFakeChatModel
from langchain_core.messages import AIMessageChunk
from langchain_core.outputs import ChatGenerationChunk
from starlette.types import Message

from index.errors import DiskFull, QuothError, WeightsMissing
from qa.errors import ModelUnavailable
from qa.web.api import create_api
from qa.web.api.openapi_examples import ANSWER
from tests.conftest import ScriptedModel
from tests.qa.web.responses import DRAFT, QUESTION, api_client, check_quotes, events, problem


def test_answer_has_all_fields_and_exact_quotes(client):
    answer = client.post("/api/ask", json={"question": QUESTION}).json()
    assert answer.keys() == ANSWER.keys()
    assert answer["status"] == "answered" and answer["model"] == "scripted"
    assert answer["citations"][0].keys() == ANSWER["citations"][0].keys()
    assert answer["sentences"][0].keys() == ANSWER["sentences"][0].keys()
    assert answer["timings"].keys() == {"search_ms", "first_token_ms", "total_ms"}
    assert {"article_id", "start", "end", "score"} <= answer["passages"][0].keys()
    assert answer["citations"][0]["article_id"] == "marren-rovers-transfer"
    check_quotes(client, answer)


def test_stream_sends_evidence_tokens_and_the_answer_of_ask(client):
    sent = events(client.post("/api/ask/stream", json={"question": QUESTION}))
    names = [name for name, _ in sent]
    assert names == ["evidence", *["token"] * (len(sent) - 2), "answer"]
    assert len(sent) > 4
    assert "".join(data["text"] for name, data in sent if name == "token") == DRAFT
    last = sent[-1][1]
    assert sent[0][1]["passages"] == last["passages"]
    check_quotes(client, last)
    whole = client.post("/api/ask", json={"question": QUESTION}).json()
    assert whole | {"timings": None} == last | {"timings": None}


def test_question_without_an_answer_in_the_articles_is_declined(answering):
    client = api_client(answering(ScriptedModel("NOT FOUND")))
    answer = client.post("/api/ask", json={"question": QUESTION}).json()
    assert answer["status"] == "declined" and answer["text"].startswith("The articles do not say.")
    assert answer["sentences"] == [] and answer["passages"]
    assert answer["nearest"]["citations"] == [citation["number"] for citation in answer["citations"]] == [1]
    check_quotes(client, answer)


def test_follow_up_is_searched_with_its_history(client):
    history = [{"role": "user", "content": QUESTION}, {"role": "assistant", "content": "Collmouth Athletic."}]
    answer = client.post("/api/ask", json={"question": "And for how much?", "history": history}).json()
    assert answer["question_searched"].startswith("And for how much? (")


def test_search_as_replaces_the_rewritten_question(client):
    given = {"question": "And for how much?", "search_as": "striker transfer fee"}
    answer = client.post("/api/ask", json=given).json()
    assert answer["question_searched"] == "striker transfer fee"
    answer = client.post("/api/ask", json=given | {"search_as": " "}).json()
    assert answer["question_searched"] == "And for how much?"
    assert client.post("/api/ask", json=given | {"search_as": "\0"}).status_code == 422


def test_a_question_is_answered_as_the_kind_that_is_chosen(client):
    given = {"question": "Tell me about the bus strike."}
    assert client.post("/api/ask", json=given).json()["kind"] != "timeline"
    answer = client.post("/api/ask", json=given | {"kind": "timeline"}).json()
    assert answer["kind"] == answer["understood"]["kind"] == "timeline"
    assert answer["sentences"][0]["text"].startswith("7 May 2024: ")
    response = client.post("/api/ask", json=given | {"kind": "poem"})
    assert response.status_code == 422 and "kind" in response.text


def test_what_is_read_into_a_question_can_be_switched_off(client):
    given = {"question": "Which articles are from May 2024?"}
    limited = client.post("/api/ask", json=given).json()
    assert limited["understood"]["after"] == "2024-05-01"
    free = client.post("/api/ask", json=given | {"ignore": ["dates"]}).json()
    assert free["understood"]["after"] is None and free["understood"]["ignored"] == ["dates"]
    assert "19 articles" in free["text"] and "19 articles" not in limited["text"]
    assert client.post("/api/ask", json=given | {"ignore": ["weather"]}).status_code == 422


def test_long_history_is_accepted(client):
    turn = "It rained all day, and the ferry was late again. " * 100
    history = [{"role": role, "content": turn} for role in ("user", "assistant")] * 90
    assert (
        client.post("/api/ask", json={"question": QUESTION, "history": history}).json()["status"]
        == "answered"
    )


def test_question_to_an_empty_archive_is_an_error(empty_client):
    problem(empty_client.post("/api/ask", json={"question": "Who?"}), 409, "urn:quoth:archive-empty")
    [(name, error)] = events(empty_client.post("/api/ask/stream", json={"question": "Who?"}))
    assert name == "error"
    expected = (409, "urn:quoth:archive-empty", "no articles yet")
    assert (error["status"], error["type"], error["title"]) == expected


class FailingModel(ScriptedModel):
    def __init__(self, error: Exception) -> None:
        super().__init__("")
        self.error = error

    @property
    def chat(self) -> GenericFakeChatModel:
        raise self.error


@pytest.mark.parametrize(
    ("error", "status", "type_"),
    [
        (ModelUnavailable("it is off"), 503, "urn:quoth:model-unavailable"),
        (WeightsMissing("not here"), 503, "urn:quoth:weights-missing"),
        (DiskFull("no room"), 507, "urn:quoth:disk-full"),
        (QuothError("odd"), 500, "urn:quoth:quoth-error"),
        (RuntimeError("a provider's"), 503, "urn:quoth:model-unavailable"),
    ],
)
def test_model_errors_have_their_status(answering, error, status, type_):
    client = api_client(answering(FailingModel(error)))
    reported = problem(client.post("/api/ask", json={"question": QUESTION}), status, type_)
    assert str(error) in reported["detail"]
    *_, (name, streamed) = events(client.post("/api/ask/stream", json={"question": QUESTION}))
    assert name == "error"
    assert streamed == reported | {"instance": "/api/ask/stream"}


class SlowChat(GenericFakeChatModel):
    """Writes forever, and records when it is stopped."""

    stopped: threading.Event

    async def _astream(self, *_: Any, **__: Any) -> AsyncIterator[ChatGenerationChunk]:
        try:
            while True:
                yield ChatGenerationChunk(message=AIMessageChunk(content="word "))
                await asyncio.sleep(0.01)
        finally:
            self.stopped.set()


class SlowModel(ScriptedModel):
    def __init__(self) -> None:
        super().__init__("")
        self.stopped = threading.Event()

    @property
    def chat(self) -> SlowChat:
        return SlowChat(messages=iter([]), stopped=self.stopped)


@pytest.mark.parametrize("path", ["/api/ask", "/api/ask/stream"])
def test_model_stops_when_the_client_disconnects(answering, path):
    model = SlowModel()
    api = create_api(answering(model))
    body = json.dumps({"question": QUESTION}).encode()

    async def call() -> bytes:
        body_sent = bytearray()
        disconnect = asyncio.Event()
        # After half a second without a stream, and at the third token with one.
        asyncio.get_running_loop().call_later(0.5 if path == "/api/ask" else 20, disconnect.set)
        messages = iter([{"type": "http.request", "body": body, "more_body": False}])

        async def receive() -> Message:
            if message := next(messages, None):
                return message
            await disconnect.wait()
            return {"type": "http.disconnect"}

        async def send(message: Message) -> None:
            body_sent.extend(message.get("body", b""))
            if body_sent.count(b"event: token") == 3:
                disconnect.set()

        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": "POST",
            "scheme": "http",
            "path": path,
            "raw_path": path.encode(),
            "root_path": "",
            "query_string": b"",
            "headers": [(b"content-type", b"application/json")],
        }
        async with asyncio.timeout(30):
            await api(scope, receive, send)
        return bytes(body_sent)

    sent = asyncio.run(call())
    assert model.stopped.is_set()
    assert b'"status":"answered"' not in sent and b"event: answer" not in sent
