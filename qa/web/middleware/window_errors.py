"""Problem details in place of Gradio's plain errors."""

from __future__ import annotations

import logging
import traceback

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from qa.web.errors.handlers import error_response, path_of

logger = logging.getLogger(__name__)


class WindowErrorsMiddleware:
    """Answers with a problem where the window's application fails, as it does on events it cannot read.

    The log says what failed and where. It has no traceback and no message, which may quote the event.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        path = path_of(scope)
        failed = started = False

        async def send_unless_failed(message: Message) -> None:
            nonlocal failed, started
            if message["type"] == "http.response.start":
                media = Headers(raw=message["headers"]).get("content-type", "")
                failed = message["status"] >= 500 and media.startswith("text/plain")
                started = not failed
            if not failed:
                await send(message)

        error: Exception = RuntimeError("the window failed")
        try:
            await self._app(scope, receive, send_unless_failed)
        except Exception as raised:
            error, failed = raised, True
            frame = traceback.extract_tb(raised.__traceback__)[-1]
            logger.error("%s failed: %s at %s:%s", path, type(raised).__name__, frame.filename, frame.lineno)
        if failed and not started:
            await error_response(error, path)(scope, receive, send)
