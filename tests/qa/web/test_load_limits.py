"""Nobody waits forever: the line in front of the model, the pace of a caller, slow senders, early leavers."""

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

from index.library import Library
from qa.assistant import Assistant
from qa.errors import Busy, TooMany
from qa.pipeline.model_queue import ModelQueue
from qa.web.api import create_api
from qa.web.middleware import timeouts
from qa.web.middleware.rate_limit import RateLimiter
from qa.web.middleware.timeouts import BodyTimeoutMiddleware, DisconnectMiddleware, TimeoutProtocol
from tests.conftest import ScriptedModel

ASK = {"question": "Who made Zelenskyy an offer of an alliance?"}


class SlowModel(ScriptedModel):
    """Begins, and then says nothing more until it is left; `writing` tells how many do so now."""

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


def until(true: Callable[[], bool], seconds: float) -> float:
    """How long it took to become true."""
    began = time.monotonic()
    while not true():
        assert time.monotonic() - began < seconds
        time.sleep(0.01)
    return time.monotonic() - began


@contextmanager
def listening(app) -> Iterator[str]:
    config = uvicorn.Config(app, http=TimeoutProtocol, log_level="error", ws="none", lifespan="off")
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        until(lambda: server.started, 10)
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = server.force_exit = True
            thread.join()


@pytest.fixture
def slow(seeded: Library) -> Iterator[tuple[SlowModel, ModelQueue, str]]:
    """A model that does not end, a line in which one may wait, and the address of both."""
    model, line = SlowModel(), ModelQueue(slots=1, max_waiting=1)
    with Assistant(seeded, model, 360, queue=line) as assistant:
        api = create_api(assistant)
        with listening(BodyTimeoutMiddleware(DisconnectMiddleware(api), seconds=1)) as url:
            yield model, line, url


@pytest.mark.parametrize("path", ["/api/ask", "/api/ask/stream"])
def test_whoever_leaves_frees_the_model_within_a_second(slow, path):
    model, line, url = slow

    first = asking(url, path)
    until(lambda: model.writing == 1, 20)
    second = asking(url, path)
    until(lambda: len(line) == 1, 20)
    refused = httpx.post(f"{url}/api/ask", json=ASK)
    assert (refused.status_code, refused.json()["type"]) == (503, "urn:quoth:busy")
    assert int(refused.headers["retry-after"]) > 0
    second.close()  # while it waits
    until(lambda: len(line) == 0, 1)
    first.close()  # while the model writes
    until(lambda: model.writing == 0, 1)
    assert model.most == 1


def asking(url: str, path: str) -> socket.socket:
    """A connection on which a question was sent."""
    body = json.dumps(ASK)
    caller = socket.create_connection(("127.0.0.1", httpx.URL(url).port or 0))
    head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json"
    caller.sendall(f"{head}\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode())
    return caller


def test_a_body_that_trickles_in_is_left(slow):
    _, _, url = slow

    def trickle() -> Iterator[bytes]:
        for letter in '{"question": "Who?", "collection":':
            yield letter.encode()
            time.sleep(0.2)

    response = httpx.post(f"{url}/api/ask", content=trickle(), headers={"content-type": "application/json"})
    assert (response.status_code, "within 1 s" in response.json()["detail"]) == (408, True)


def test_headers_are_not_waited_for_forever(slow, monkeypatch):
    _, _, url = slow
    monkeypatch.setattr(timeouts, "HEAD_SECONDS", 0.3)
    for said in (b"", b"GET /healthz HTTP/1.1\r\nHost: loc", b"GET / HTTP/1.1\r\nX: " + b"x" * 100_000):
        with socket.create_connection(("127.0.0.1", httpx.URL(url).port or 0)) as caller:
            caller.settimeout(3)
            caller.sendall(said)
            assert caller.recv(100) in (b"", b"HTTP/1.1 400 Bad Request")
    with httpx.Client() as client:
        assert client.get(f"{url}/healthz").status_code == 200
        time.sleep(0.5)  # a connection that is kept alive may be quiet for longer
        assert client.get(f"{url}/healthz").status_code == 200


def test_turns_come_in_the_order_of_the_line() -> None:
    line, order = ModelQueue(slots=2, max_waiting=10), []

    async def visit(n: int) -> None:
        async with line.slot():
            order.append(n)
            await asyncio.sleep(0.01)

    async def visits() -> None:
        await asyncio.gather(*(visit(n) for n in range(9)))

    asyncio.run(visits())
    assert order == sorted(order) and len(line) == 0


def test_a_wait_that_is_too_long_is_told_and_loses_no_turn() -> None:
    line = ModelQueue(slots=1, max_waiting=5, timeout=0.1)

    async def visits() -> None:
        async with line.slot():
            with pytest.raises(Busy, match="not free within"):
                async with line.slot():
                    raise AssertionError("two have the model")

            async def wait() -> None:
                async with line.slot():
                    raise AssertionError("two have the model")

            left = asyncio.create_task(wait())
            await asyncio.sleep(0.01)
            left.cancel()
        async with line.slot():
            assert len(line) == 0

    asyncio.run(visits())


def test_event_loops_share_a_line() -> None:
    line, inside, most = ModelQueue(slots=1, max_waiting=100), 0, 0

    async def visit() -> None:
        nonlocal inside, most
        for _ in range(20):
            async with line.slot():
                inside += 1
                most = max(most, inside)
                await asyncio.sleep(0)
                inside -= 1

    threads = [threading.Thread(target=lambda: asyncio.run(visit())) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert (inside, most, len(line)) == (0, 1, 0)


def test_one_caller_has_a_pace_of_their_own() -> None:
    pace = RateLimiter(per_minute=3, at_once=2)
    with pace.kept("a"), pace.kept("a"):
        with pytest.raises(TooMany, match="are running"), pace.kept("a"):
            pass
        with pace.kept("b"):
            pass
    with pace.kept("a"):
        pass
    with pytest.raises(TooMany, match="in a minute") as told, pace.kept("a"):
        pass
    assert 1 <= told.value.seconds <= 60
