"""Cancels the work for a client that disconnects before its response is complete."""

from __future__ import annotations

import asyncio

from starlette.types import ASGIApp, Message, Receive, Scope, Send


class DisconnectMiddleware:
    """Cancels the application when its client disconnects, so that the model is free at once."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        connection = _Connection(receive, send)
        application = asyncio.ensure_future(self._app(scope, connection.receive, connection.send))
        watcher = asyncio.create_task(connection.cancel_on_disconnect(application))
        try:
            await application
        except asyncio.CancelledError:
            if not connection.disconnected.is_set():
                raise
        finally:
            watcher.cancel()


class _Connection:
    """One request's `receive` and `send`, and a watcher that reads `receive` once the body is complete."""

    def __init__(self, receive: Receive, send: Send) -> None:
        self._receive = receive
        self._send = send
        self._body_complete = asyncio.Event()
        self._response_complete = False
        self.disconnected = asyncio.Event()

    async def receive(self) -> Message:
        if self._body_complete.is_set():
            # From here on only the watcher reads the connection.
            await self.disconnected.wait()
            return {"type": "http.disconnect"}
        message = await self._receive()
        if not message.get("more_body", False):
            self._body_complete.set()
        if message["type"] == "http.disconnect":
            self.disconnected.set()
        return message

    async def send(self, message: Message) -> None:
        await self._send(message)
        if message["type"] == "http.response.body" and not message.get("more_body", False):
            self._response_complete = True

    async def cancel_on_disconnect(self, application: asyncio.Future[None]) -> None:
        await self._body_complete.wait()
        while not self.disconnected.is_set():
            if (await self._receive())["type"] == "http.disconnect":
                self.disconnected.set()
        # Background tasks that run after a complete response are not cancelled.
        if not self._response_complete:
            application.cancel()
