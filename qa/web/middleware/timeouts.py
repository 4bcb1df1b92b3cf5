"""How long the server waits for a request's headers and body."""

from __future__ import annotations

import asyncio

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

BODY_SECONDS = 60.0
"""Time for a request's body, besides one second for every `MIN_BYTES_PER_SECOND` bytes received."""
MIN_BYTES_PER_SECOND = 50_000
HEADER_SECONDS = 10.0
"""Time for a request's headers, from the start of the connection or from their first byte."""
MAX_HEADER_BYTES = 64_000


class BodyTimeoutMiddleware:
    """Answers 408 if a request's body arrives too slowly."""

    def __init__(self, app: ASGIApp, *, seconds: float = BODY_SECONDS) -> None:
        self._app = app
        self._seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        deadline = asyncio.get_running_loop().time() + self._seconds
        complete, received = scope["type"] != "http", 0

        async def receive_in_time() -> Message:
            nonlocal complete, received
            try:
                async with asyncio.timeout_at(
                    None if complete else deadline + received / MIN_BYTES_PER_SECOND
                ):
                    message = await receive()
            except TimeoutError:
                # Raised inside the application, whose handlers turn it into a problem response.
                raise HTTPException(
                    408, f"the body did not arrive within {self._seconds:.0f} s; send less at once"
                ) from None
            received += len(message.get("body", b""))
            complete = complete or not message.get("more_body", False)
            return message

        await self._app(scope, receive_in_time, send)


class TimeoutProtocol(HttpToolsProtocol):
    """Uvicorn's HTTP protocol, which closes a connection whose headers take more than `HEADER_SECONDS`
    or `MAX_HEADER_BYTES`.
    """

    _timer: asyncio.TimerHandle | None = None
    _header_bytes = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._start_timer()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._timer:
            self._header_bytes += len(data)
            if self._header_bytes > MAX_HEADER_BYTES:
                self.transport.close()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._start_timer()

    def on_headers_complete(self) -> None:
        self._stop_timer()
        super().on_headers_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_timer()
        super().connection_lost(exc)

    def _start_timer(self) -> None:
        self._stop_timer()
        self._header_bytes = 0
        self._timer = self.loop.call_later(HEADER_SECONDS, self.transport.close)

    def _stop_timer(self) -> None:
        if self._timer:
            self._timer.cancel()
            self._timer = None
