"""Slow and disconnecting clients do not hold the server or the model."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
import time
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import contextmanager

import httpx
import pytest
import uvicorn
from langchain_core.language_models import BaseChatModel
from langchain_core.language_models.fake_chat_models import GenericFakeChatModel
from langchain_core.messages import AIMessageChunk
from langchain_core.outputs import ChatGenerationChunk
from starlette.types import ASGIApp

from index.library import Library
from qa.assistant import Assistant
from qa.pipeline.model_queue import ModelQueue
from qa.web.api import create_api
from qa.web.middleware import timeouts
from qa.web.middleware.disconnect import DisconnectMiddleware
from qa.web.middleware.timeouts import BodyTimeoutMiddleware, TimeoutProtocol
from tests.conftest import ScriptedModel

ASK = {"question": "Who made Zelenskyy an offer of an alliance?"}


class SlowModel(ScriptedModel):
    """Writes one word and then nothing; counts the answers being written."""

    def __init__(self) -> None:
        super().__init__("")
        self.writing = 0
        self.most = 0

    @property
    def chat(self) -> BaseChatModel:
        slow = self

        class Chat(GenericFakeChatModel):
            async def _astream(self, *_: object, **__: object) -> AsyncGenerator[ChatGenerationChunk, None]:
                slow.writing += 1
                slow.most = max(slow.most, slow.writing)
                try:
                    yield ChatGenerationChunk(message=AIMessageChunk(content="Opposition"))
                    await asyncio.sleep(60)
                finally:
                    slow.writing -= 1

        return Chat(messages=iter([]))


def wait_until(holds: Callable[[], bool], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.01)


@contextmanager
def running(app: ASGIApp) -> Iterator[str]:
    """The application on a real socket; its URL."""
    config = uvicorn.Config(app, http=TimeoutProtocol, log_level="error", ws="none", lifespan="off")
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        wait_until(lambda: server.started, 10)
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = server.force_exit = True
            thread.join()


@pytest.fixture
def slow(seeded: Library) -> Iterator[tuple[SlowModel, ModelQueue, str]]:
    """A model that never finishes, its queue with one place, and the URL of the API."""
    model, queue = SlowModel(), ModelQueue(slots=1, max_waiting=1)
    with Assistant(seeded, model, 360, queue=queue) as assistant:
        api = create_api(assistant)
        with running(BodyTimeoutMiddleware(DisconnectMiddleware(api), seconds=1)) as url:
            yield model, queue, url


def ask(url: str, path: str) -> socket.socket:
    """A connection over which a question was sent."""
    body = json.dumps(ASK)
    connection = socket.create_connection(("127.0.0.1", httpx.URL(url).port or 0))
    head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json"
    connection.sendall(f"{head}\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode())
    return connection


@pytest.mark.parametrize("path", ["/api/ask", "/api/ask/stream"])
def test_disconnecting_frees_the_model_within_a_second(slow, path):
    model, queue, url = slow

    first = ask(url, path)
    wait_until(lambda: model.writing == 1, 20)
    second = ask(url, path)
    wait_until(lambda: len(queue) == 1, 20)
    refused = httpx.post(f"{url}/api/ask", json=ASK)
    assert (refused.status_code, refused.json()["type"]) == (503, "urn:quoth:busy")
    assert int(refused.headers["retry-after"]) > 0
    second.close()  # while waiting
    wait_until(lambda: len(queue) == 0, 1)
    first.close()  # while the model is writing
    wait_until(lambda: model.writing == 0, 1)
    assert model.most == 1


def test_slow_body_is_refused(slow):
    _, _, url = slow

    def trickle() -> Iterator[bytes]:
        for letter in '{"question": "Who?", "collection":':
            yield letter.encode()
            time.sleep(0.2)

    response = httpx.post(f"{url}/api/ask", content=trickle(), headers={"content-type": "application/json"})
    assert (response.status_code, "within 1 s" in response.json()["detail"]) == (408, True)


def test_slow_headers_close_the_connection(slow, monkeypatch):
    _, _, url = slow
    monkeypatch.setattr(timeouts, "HEADER_SECONDS", 0.3)
    for sent in (b"", b"GET /healthz HTTP/1.1\r\nHost: loc", b"GET / HTTP/1.1\r\nX: " + b"x" * 100_000):
        with socket.create_connection(("127.0.0.1", httpx.URL(url).port or 0)) as connection:
            connection.settimeout(3)
            connection.sendall(sent)
            assert connection.recv(100) in (b"", b"HTTP/1.1 400 Bad Request")
    with httpx.Client() as client:
        assert client.get(f"{url}/healthz").status_code == 200
        time.sleep(0.5)  # an idle connection stays open for longer
        assert client.get(f"{url}/healthz").status_code == 200
