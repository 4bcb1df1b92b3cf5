"""How long a request is waited for, and what becomes of it when nobody waits for the answer."""

from __future__ import annotations

import asyncio

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

BODY_SECONDS = 60.0
"""So long a request's body may take, and a second more for every `SLOWEST` bytes of it."""
SLOWEST = 50_000
HEAD_SECONDS = 10.0
"""So long a connection may take until a request's headers are whole."""
HEAD_BYTES = 64_000


class BodyTimeoutMiddleware:
    """Answers 408 where a request's body takes longer than `seconds`, and trickles in."""

    def __init__(self, app: ASGIApp, *, seconds: float = BODY_SECONDS) -> None:
        self._app = app
        self._seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        until = asyncio.get_running_loop().time() + self._seconds
        whole, came = scope["type"] != "http", 0

        async def in_time() -> Message:
            nonlocal whole, came
            try:
                async with asyncio.timeout_at(None if whole else until + came / SLOWEST):
                    message = await receive()
            except TimeoutError:
                # Reading happens inside the application, where this becomes a problem like any other.
                raise HTTPException(
                    408, f"the body was not there within {self._seconds:.0f} s; send less at once"
                ) from None
            came += len(message.get("body", b""))
            whole = whole or not message.get("more_body", False)
            return message

        await self._app(scope, in_time, send)


class DisconnectMiddleware:
    """Stops what is done for whoever left before the answer was whole; a model is free at once."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        asked, left, answered = asyncio.Event(), asyncio.Event(), asyncio.Event()

        async def received() -> Message:
            if asked.is_set():
                await left.wait()  # what comes now, `watch` hears
                return {"type": "http.disconnect"}
            message = await receive()
            if not message.get("more_body", False):
                asked.set()
            if message["type"] == "http.disconnect":
                left.set()
            return message

        async def sent(message: Message) -> None:
            await send(message)
            if message["type"] == "http.response.body" and not message.get("more_body", False):
                answered.set()  # what goes on behind an answer is not for whoever asked

        async def watch(answering: asyncio.Task[None]) -> None:
            await asked.wait()
            while not left.is_set():
                if (await receive())["type"] == "http.disconnect":
                    left.set()
            if not answered.is_set():
                answering.cancel()

        async def answer() -> None:
            await self._app(scope, received, sent)

        answering = asyncio.create_task(answer())
        watching = asyncio.create_task(watch(answering))
        try:
            await answering
        except asyncio.CancelledError:
            if not left.is_set():
                raise
        finally:
            watching.cancel()


class TimeoutProtocol(HttpToolsProtocol):
    """HTTP as uvicorn speaks it, without endless patience for headers: they may have `HEAD_BYTES`, and
    `HEAD_SECONDS` from a connection's beginning or from their own first byte.
    """

    _waiting: asyncio.TimerHandle | None = None
    _head = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._begin_waiting()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._waiting:
            self._head += len(data)
            if self._head > HEAD_BYTES:
                self.transport.close()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._begin_waiting()

    def on_headers_complete(self) -> None:
        self._end_waiting()
        super().on_headers_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        self._end_waiting()
        super().connection_lost(exc)

    def _begin_waiting(self) -> None:
        self._end_waiting()
        self._head = 0
        self._waiting = self.loop.call_later(HEAD_SECONDS, self.transport.close)

    def _end_waiting(self) -> None:
        if self._waiting:
            self._waiting.cancel()
            self._waiting = None
