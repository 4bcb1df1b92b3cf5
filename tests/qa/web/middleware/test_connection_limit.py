"""Idle connections of one address do not use up the server's."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack

import httpx
import pytest
import uvicorn
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from qa.web.middleware.connection_limit import MAX_IDLE_CONNECTIONS, LimitedProtocol
from qa.web.run import MAX_CONNECTIONS, listen


async def answer(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "http":
        await receive()
        await PlainTextResponse("ok")(scope, receive, send)


@pytest.fixture
def address() -> Iterator[tuple[str, int]]:
    with listen("127.0.0.1", 0) as listener:
        config = uvicorn.Config(
            answer, http=LimitedProtocol, limit_concurrency=MAX_CONNECTIONS, lifespan="off", log_config=None
        )
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        yield listener.getsockname()
        server.should_exit = True
        thread.join()


def is_open(connection: socket.socket) -> bool:
    connection.settimeout(0.01)
    try:
        return connection.recv(1) != b""
    except TimeoutError:
        return True
    except ConnectionError:
        return False


def test_idle_connections_leave_room_for_requests(address: tuple[str, int]) -> None:
    url = f"http://127.0.0.1:{address[1]}/"
    with ExitStack() as stack:
        # One is in the middle of a request, and is not closed for those that do nothing.
        busy = stack.enter_context(socket.create_connection(address))
        busy.sendall(b"POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 2\r\n\r\n")
        time.sleep(0.2)
        idle = [stack.enter_context(socket.create_connection(address)) for _ in range(MAX_CONNECTIONS + 20)]
        assert httpx.get(url, trust_env=False).status_code == 200
        time.sleep(0.2)
        still_open = [connection for connection in idle if is_open(connection)]
        assert 0 < len(still_open) <= MAX_IDLE_CONNECTIONS
        assert still_open == idle[-len(still_open) :]  # the oldest were closed
        busy.sendall(b"ok")
        busy.settimeout(5)
        assert busy.recv(100).startswith(b"HTTP/1.1 200")
