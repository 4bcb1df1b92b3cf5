"""Every HTTP request gets an id and is told of: in the log, in the metrics, and in the trace."""

from __future__ import annotations

import asyncio
import logging
import re
import time
from collections.abc import Callable
from uuid import uuid4

from fastapi.telemetry import TelemetryConfig
from opentelemetry.propagate import extract
from opentelemetry.trace import Span, SpanKind
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from qa.errors import NotReady
from qa.telemetry.logs import request_id
from qa.telemetry.metrics import Metrics
from qa.telemetry.tracing import traced
from qa.web.errors.handlers import response_to

logger = logging.getLogger(__name__)

OFF: TelemetryConfig = {"exclude": lambda _: True, "auto_configure": False}
"""For a FastAPI application that is watched: its own spans would have the query strings in them."""

HEADER = "X-Request-ID"
_ID = re.compile(r"[\w.:=+/-]{1,128}", re.ASCII)
_METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
# Status of one who left before there was an answer, as nginx counts it.
LEFT = 499
RETRY_SECONDS = 5


class InstrumentationMiddleware:
    """The application `app`, watched. Once `drain` was called only `always` are still answered.

    `is_window` tells the paths of the chat window, which are counted as one route and not logged.
    """

    def __init__(
        self, app: ASGIApp, metrics: Metrics, *, is_window: Callable[[str], bool], always: frozenset[str]
    ) -> None:
        self._app = app
        self._metrics = metrics
        self._is_window = is_window
        self._always = always
        self._under_way = 0
        self._draining = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        given = headers.get(HEADER, "")
        id_ = given if _ID.fullmatch(given) else uuid4().hex
        request_id.set(id_)
        method, path = scope["method"], scope["path"]
        window = self._is_window(path)
        status = LEFT
        began = time.perf_counter()

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[HEADER] = id_
            await send(message)

        self._under_way += not window
        try:
            with traced(method, after=extract(headers), kind=SpanKind.SERVER) as span:
                try:
                    await (self._refuse if self._closed_to(path) else self._app)(scope, receive, answer)
                except Exception:
                    status = 500
                    raise
                finally:
                    self._tell(span, method, "window" if window else _template(path, scope), status, began)
        finally:
            self._under_way -= not window

    def _tell(self, span: Span, method: str, route: str, status: int, began: float) -> None:
        seconds = time.perf_counter() - began
        span.update_name(f"{method} {route}")
        span.set_attributes({"http.route": route, "http.response.status_code": status})
        self._metrics.requested(method if method in _METHODS else "other", route, status, seconds)
        milliseconds = round(seconds * 1000, 1)
        logger.log(
            logging.DEBUG if route == "window" else logging.INFO,
            "%s %s %d %s ms",
            method,
            route,
            status,
            milliseconds,
            extra={"fields": {"method": method, "route": route, "status": status, "ms": milliseconds}},
        )

    def _closed_to(self, path: str) -> bool:
        return self._draining and path not in self._always

    async def _refuse(self, scope: Scope, receive: Receive, send: Send) -> None:
        error = NotReady("the server is stopping; ask again when it is back")
        response = response_to(error, scope["path"])
        response.headers["Retry-After"] = str(RETRY_SECONDS)
        await response(scope, receive, send)

    async def drain(self, seconds: float, cut_short: Callable[[], bool]) -> None:
        """Takes no new requests, and waits until the running ones and their questions are answered, at
        most so long.
        """
        self._draining = True
        until = time.monotonic() + seconds
        while (self._under_way or self._metrics.value("quoth_questions_in_progress")) and not cut_short():
            if time.monotonic() > until:
                logger.warning("%d requests were not answered within %d s", self._under_way, seconds)
                return
            await asyncio.sleep(0.05)


def _template(path: str, scope: Scope) -> str:
    """The path with the names of its parameters instead of their values; few, whatever is asked for."""
    route = scope.get("route")
    form = getattr(route, "path_format", None)
    if form is None:
        return "other"
    # A router that was included knows its own part of the path alone.
    filled: str = form.format(**scope.get("path_params") or {})
    return f"{path.removesuffix(filled)}{form}"
