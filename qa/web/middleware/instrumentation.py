"""Gives every HTTP request an id, and records it in the log, the metrics and the trace."""

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
from qa.web.errors.handlers import error_response

logger = logging.getLogger(__name__)

NO_TELEMETRY: TelemetryConfig = {"exclude": lambda _: True, "auto_configure": False}
"""Turns off FastAPI's own spans, which would contain query strings."""

HEADER = "X-Request-ID"
_REQUEST_ID = re.compile(r"[\w.:=+/-]{1,128}", re.ASCII)
_METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
# Recorded, as nginx does, if the client disconnected before the response began.
CLIENT_CLOSED_REQUEST = 499
RETRY_AFTER_SECONDS = 5


class InstrumentationMiddleware:
    """Records every request to the application. After `drain` it refuses those outside `always_available`.

    Paths for which `is_window` holds belong to the chat window: one route in the metrics, logged at DEBUG.
    """

    def __init__(
        self,
        app: ASGIApp,
        metrics: Metrics,
        *,
        is_window: Callable[[str], bool],
        always_available: frozenset[str],
    ) -> None:
        self._app = app
        self._metrics = metrics
        self._is_window = is_window
        self._always_available = always_available
        self._running = 0
        self._draining = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        given = headers.get(HEADER, "")
        id_ = given if _REQUEST_ID.fullmatch(given) else uuid4().hex
        request_id.set(id_)
        method, path = scope["method"], scope["path"]
        window = self._is_window(path)
        status = CLIENT_CLOSED_REQUEST
        started = time.perf_counter()

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[HEADER] = id_
            await send(message)

        app = self._refuse if self._draining and path not in self._always_available else self._app
        self._running += not window
        try:
            with traced(method, after=extract(headers), kind=SpanKind.SERVER) as span:
                try:
                    await app(scope, receive, send_with_id)
                except Exception:
                    status = 500
                    raise
                finally:
                    route = "window" if window else _route_template(path, scope)
                    self._record(span, method, route, status, time.perf_counter() - started)
        finally:
            self._running -= not window

    def _record(self, span: Span, method: str, route: str, status: int, seconds: float) -> None:
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

    async def _refuse(self, scope: Scope, receive: Receive, send: Send) -> None:
        response = error_response(
            NotReady("the server is shutting down; retry once it is back"), scope["path"]
        )
        response.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
        await response(scope, receive, send)

    async def drain(self, seconds: float, force_exit: Callable[[], bool]) -> None:
        """Refuses new requests and waits for running ones, at most `seconds` or until `force_exit` holds."""
        self._draining = True
        deadline = time.monotonic() + seconds
        while (self._running or self._metrics.value("quoth_questions_in_progress")) and not force_exit():
            if time.monotonic() > deadline:
                logger.warning("%d requests did not finish within %d s", self._running, seconds)
                return
            await asyncio.sleep(0.05)


def _route_template(path: str, scope: Scope) -> str:
    """The path with parameter names in place of their values, so that metrics have few distinct routes."""
    route = scope.get("route")
    template = getattr(route, "path_format", None)
    if template is None:
        return "other"
    # The route of an included router lacks the router's prefix.
    filled: str = template.format(**scope.get("path_params") or {})
    return f"{path.removesuffix(filled)}{template}"
