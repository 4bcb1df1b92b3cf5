"""How much a request may send."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class BodyLimitMiddleware:
    """Refuses with 413 a body that grows beyond `limits[path]` bytes, or `otherwise`, while it is read."""

    def __init__(self, app: ASGIApp, *, limits: Mapping[str, int], otherwise: int) -> None:
        self._app = app
        self._limits = limits
        self._otherwise = otherwise

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        most = self._limits.get(scope.get("path", ""), self._otherwise)
        left = most

        async def counted() -> Message:
            nonlocal left
            message = await receive()
            left -= len(message.get("body", b""))
            if left < 0:
                # Reading happens inside the application, where this becomes a problem like any other.
                raise HTTPException(413, f"the body has more than {most:,} bytes; send less at once")
            return message

        await self._app(scope, counted, send)
