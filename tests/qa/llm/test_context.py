"""Models with a large context, on a scripted server with OpenAI's interface: what they read and write."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from index.library import Library
from qa.assistant import Assistant
from qa.llm.chat_models import ChatModel, RemoteChatModel, context_budget
from qa.llm.chat_models.context import LARGE_CONTEXT
from qa.pipeline.drafting.writing import writing_task
from qa.verification.verifiers.judge import ChatModelVerifier

Reply = Callable[[str], str]
SUMMARIZE = "Summarise the article about the nap study."
WRITTEN = (
    "Nurses on night shifts at Saint Elwin Hospital made fewer errors after a nap of 25 minutes [1]. "
    "The nurses' union pointed to the 43 unfilled posts at the hospital [1]."
)


@contextmanager
def scripted(pages: dict[str, Any], reply: Reply) -> Iterator[tuple[RemoteChatModel, list[dict[str, Any]]]]:
    """A model on a server that has the pages, and replies to the last message of a conversation; with the
    requests it got.
    """
    requests: list[dict[str, Any]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = pages.get(self.path)
            self._send(200 if found else 404, "application/json", json.dumps(found or {}))

        def do_POST(self) -> None:
            request = json.loads(self.rfile.read(int(self.headers["content-length"])))
            requests.append(request)
            said = {"role": "assistant", "content": reply(request["messages"][-1]["content"])}
            streamed = request.get("stream", False)
            choice = {"index": 0, "delta" if streamed else "message": said, "finish_reason": "stop"}
            kind = "chat.completion.chunk" if streamed else "chat.completion"
            sent = json.dumps({"id": "1", "object": kind, "created": 1, "model": "x", "choices": [choice]})
            if streamed:
                self._send(200, "text/event-stream", f"data: {sent}\n\ndata: [DONE]\n\n")
            else:
                self._send(200, "application/json", sent)

        def _send(self, status: int, type_: str, text: str) -> None:
            body = text.encode()
            self.send_response(status)
            self.send_header("content-type", type_)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Logs nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield RemoteChatModel("openai:x", f"http://127.0.0.1:{server.server_port}/v1", None), requests
        server.shutdown()


LARGE = {"/v1/models": {"data": [{"id": "other"}, {"id": "x", "max_model_len": 32_768}]}}


@pytest.mark.parametrize(
    ("pages", "evidence", "answer"),
    [
        (LARGE, 4096, 512),
        ({"/v1/models": {"data": [{"id": "x", "context_length": 131_072}]}}, 8000, 1024),
        ({"/v1/models": {"data": [{"id": "x", "meta": {"n_ctx": 4096}}]}}, 256, 120),
        ({"/props": {"default_generation_settings": {"n_ctx": 32_768}}}, 4096, 512),
        ({"/v1/models": {"data": [{"id": "x", "object": "model"}]}}, 512, 120),
        ({}, 512, 120),
    ],
)
def test_a_share_of_the_context_is_for_evidence(pages: dict[str, Any], evidence: int, answer: int) -> None:
    with scripted(pages, str) as (model, _):
        budget = context_budget(model, "auto")
    assert (budget.evidence, budget.answer) == (evidence, answer)
    assert budget.is_large == (answer > 120)


def test_a_number_of_tokens_stands_for_itself() -> None:
    with scripted(LARGE, str) as (model, _):
        assert context_budget(model, 300).evidence == 300
        assert model.server and model.server._told is None  # the server was not asked
    assert context_budget(None, "auto").evidence == 240
    assert LARGE_CONTEXT > 8192


def answered(library: Library, model: ChatModel, question: str) -> Any:
    with Assistant(library, model, "auto", verifier=ChatModelVerifier(model)) as assistant:
        return assistant.ask(question)


def test_a_large_context_holds_more_evidence(seeded: Library) -> None:
    question = "Who made Zelenskyy an offer of an alliance?"
    sizes = []
    for pages in ({}, LARGE):
        with scripted(pages, lambda _: "Svyatlana Tsikhanouskaya") as (model, requests):
            answered(seeded, model, question)
        prompt = requests[0]["messages"][-1]["content"]
        sizes.append(len(prompt))
        limit = requests[0].get("max_tokens") or requests[0].get("max_completion_tokens")
        assert limit == (512 if pages else 120)
    assert sizes[1] > 1.5 * sizes[0]


def test_a_summary_is_written_over_where_every_sentence_is_proven(seeded: Library) -> None:
    def reply(asked: str) -> str:
        return WRITTEN if "Write about this" in asked else "yes"

    with scripted(LARGE, reply) as (model, requests):
        answer = answered(seeded, model, SUMMARIZE)
    assert (answer.kind, answer.model) == ("summary", "openai:x")
    assert [one.text for one in answer.sentences][1] == (
        "The nurses' union pointed to the 43 unfilled posts at the hospital."
    )
    assert all(one.citations and one.probability for one in answer.sentences)
    [written] = [one for one in requests if "Write about this" in one["messages"][-1]["content"]]
    # It reads the whole article, not what was composed.
    assert "Rooms do not answer bells" in written["messages"][-1]["content"]


@pytest.mark.parametrize(
    ("written", "verdict"),
    [
        (WRITTEN, "no"),  # not proven
        (WRITTEN.replace("43", "44"), "yes"),  # a figure that no article has
        ("It was led by Otto Brandt of Oslo. Brandt is 44.", "yes"),
    ],
)
def test_what_is_not_proven_stays_extractive(seeded: Library, written: str, verdict: str) -> None:
    with scripted(LARGE, lambda asked: written if "Write about this" in asked else verdict) as (model, _):
        answer = answered(seeded, model, SUMMARIZE)
    assert (answer.status, answer.model) == ("answered", "none")
    assert 3 <= len(answer.sentences) <= 6


def test_a_small_context_is_not_asked_to_write(seeded: Library) -> None:
    with scripted({}, lambda _: "yes") as (model, requests):
        assert answered(seeded, model, SUMMARIZE).model == "none"
    assert not requests


def test_the_prompt_can_be_loaded() -> None:
    assert writing_task().name == "write"
