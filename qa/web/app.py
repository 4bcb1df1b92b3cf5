"""Everything that is served at one address: the API with its docs, the tools, the window."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import FastAPI
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import HTMLResponse, Response
from fastapi.staticfiles import StaticFiles
from starlette.applications import Starlette
from starlette.types import ASGIApp, Receive, Scope, Send

from qa.assistant import Assistant
from qa.evaluation.execution.background import BackgroundEvaluation
from qa.telemetry.metrics import MEDIA_TYPE
from qa.web import api, mcp
from qa.web.auth.api_keys import ApiKeyFile
from qa.web.middleware.body_limit import BodyLimitMiddleware
from qa.web.middleware.host_guard import ServerAccess
from qa.web.middleware.instrumentation import OFF, InstrumentationMiddleware
from qa.web.middleware.timeouts import DisconnectMiddleware
from qa.web.uploads import MAX_UPLOAD_BYTES

DOCS, METRICS = "/docs", "/metrics"
_PATHS = (*api.PATHS, DOCS, METRICS, mcp.PATH)
# Asked by those who watch the server, also while it ends.
_ALWAYS = frozenset({"/healthz", METRICS})
# What one event of the window may weigh, besides the files that are sent.
MAX_WINDOW_BYTES = 4_000_000


def create_app(
    assistant: Assistant,
    entrance: ServerAccess = ServerAccess(),
    ready: Callable[[], None] = lambda: None,
    evaluation: BackgroundEvaluation | None = None,
) -> InstrumentationMiddleware:
    """The API with its docs, the tools and the window, behind the entrance, and watched.

    `ready` is as in `create_api`; without an `evaluation` the window starts none and shows no report.
    """
    from qa.web import ui  # Gradio takes seconds to import

    rooms = api.create_api(assistant, ready)
    _add_docs(rooms)
    window = ui.mount(FastAPI(openapi_url=None, telemetry=OFF), assistant, evaluation)
    _add_metrics(rooms, assistant)
    uploads = {f"/{language}/gradio_api/upload": MAX_UPLOAD_BYTES for language in ui.LANGUAGES}
    bounded = BodyLimitMiddleware(window, limits=uploads, otherwise=MAX_WINDOW_BYTES)
    house = _Dispatcher(rooms, mcp.create_app(assistant), bounded)
    guarded = entrance.before(house, ApiKeyFile(assistant.home))
    return InstrumentationMiddleware(guarded, assistant.metrics, is_window=_is_window, always=_ALWAYS)


class _Dispatcher:
    """Applications behind one door: the window's catches every path, so it must not see the others'."""

    def __init__(self, rooms: Starlette, tools: Starlette, window: ASGIApp) -> None:
        self._rooms = rooms
        self._inside = DisconnectMiddleware(rooms)
        self._tools = tools
        self._window = window

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            async with (
                self._rooms.router.lifespan_context(self._rooms),
                self._tools.router.lifespan_context(self._tools),
            ):
                await self._window(scope, receive, send)
            return
        path = scope.get("path", "")
        app = self._tools if path == mcp.PATH else self._window if _is_window(path) else self._inside
        await app(scope, receive, send)


def _is_window(path: str) -> bool:
    return not any(path == own or path.startswith(f"{own}/") for own in _PATHS)


def _add_docs(rooms: FastAPI) -> None:
    """The API's description as a page, whose script and style are served from here."""
    rooms.mount(f"{DOCS}/assets", StaticFiles(packages=[("fastapi_offline", "static")]))
    page = get_swagger_ui_html(
        openapi_url="/openapi.json",
        title="Quoth API",
        swagger_js_url=f"{DOCS}/assets/swagger-ui-bundle.js",
        swagger_css_url=f"{DOCS}/assets/swagger-ui.css",
        swagger_favicon_url=f"{DOCS}/assets/favicon.png",
        # Swagger UI would show the description to a validator on the web.
        swagger_ui_parameters={"validatorUrl": None},
    )

    @rooms.get(DOCS, include_in_schema=False)
    async def docs() -> HTMLResponse:
        return page


def _add_metrics(rooms: FastAPI, assistant: Assistant) -> None:
    """What Prometheus asks for."""

    @rooms.get(METRICS, include_in_schema=False)
    def metrics() -> Response:
        return Response(assistant.metrics.text(), media_type=MEDIA_TYPE)
