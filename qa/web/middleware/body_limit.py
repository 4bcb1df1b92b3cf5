"""The largest request body that is read."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from qa.web.errors.handlers import path_of


class BodyLimitMiddleware:
    """Answers 413 to a body of more than `limits[path]` bytes, or `default` for any other path; None is no
    limit. A path that ends in `/` stands for those that begin with it.

    Starlette's own middleware has one limit for all paths, and answers in plain text.
    """

    def __init__(self, app: ASGIApp, *, limits: Mapping[str, int], default: int | None) -> None:
        self._app = app
        self._limits = limits
        self._default = default

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        limit = self._limit(path_of(scope)) if scope["type"] == "http" else None
        if limit is None:
            await self._app(scope, receive, send)
            return
        remaining = limit

        async def receive_within_limit() -> Message:
            nonlocal remaining
            message = await receive()
            remaining -= len(message.get("body", b""))
            if remaining < 0:
                # Raised inside the application, whose handlers turn it into a problem response.
                raise HTTPException(413, f"the body is larger than {limit:,} bytes; send less at once")
            return message

        await self._app(scope, receive_within_limit, send)

    def _limit(self, path: str) -> int | None:
        begun = (
            limit for name, limit in self._limits.items() if name.endswith("/") and path.startswith(name)
        )
        return self._limits.get(path) or next(begun, self._default)
