"""The server as one ASGI application: the API with its documentation, the MCP tools, the chat window."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import FastAPI
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import HTMLResponse, Response
from fastapi.staticfiles import StaticFiles
from starlette.applications import Starlette
from starlette.types import ASGIApp, Receive, Scope, Send

from index.text.messages.catalogue import languages
from qa.assistant import Assistant
from qa.evaluation.execution.background import BackgroundEvaluation
from qa.telemetry.metrics import MEDIA_TYPE
from qa.web import api, mcp
from qa.web.auth.api_keys import ApiKeys
from qa.web.auth.permissions import SIGN_IN, SIGN_OUT
from qa.web.auth.server_access import ServerAccess
from qa.web.auth.session_store import SessionStore
from qa.web.auth.sessions import MAX_SIGN_IN_BYTES
from qa.web.middleware.authentication import AuthenticationMiddleware
from qa.web.middleware.body_limit import BodyLimitMiddleware
from qa.web.middleware.disconnect import DisconnectMiddleware
from qa.web.middleware.host_guard import HostGuardMiddleware
from qa.web.middleware.instrumentation import NO_TELEMETRY, InstrumentationMiddleware
from qa.web.middleware.rate_limit import RequestCounts
from qa.web.middleware.security_headers import SecurityHeadersMiddleware
from qa.web.middleware.timeouts import BodyTimeoutMiddleware
from qa.web.middleware.window_errors import WindowErrorsMiddleware
from qa.web.state.state import ServerState, local_state
from qa.web.uploads import MAX_UPLOAD_BYTES

DOCS, METRICS = "/docs", "/metrics"
# Every other path belongs to the chat window.
_NOT_WINDOW = (*api.PATHS, DOCS, METRICS, mcp.PATH)
# Monitoring needs these during a shutdown too.
_ALWAYS_AVAILABLE = frozenset({"/healthz", METRICS})
# The largest event of the chat window, apart from file uploads.
MAX_WINDOW_BODY_BYTES = 4_000_000


def own_paths() -> frozenset[str]:
    """What the server's paths begin with."""
    pages = (f"/{language}" for language in languages())
    return frozenset((*_NOT_WINDOW, SIGN_IN, SIGN_OUT, "/draft", "/library", "/quality", *pages))


def create_app(
    assistant: Assistant,
    access: ServerAccess = ServerAccess(),
    check_ready: Callable[[], None] = lambda: None,
    evaluation: BackgroundEvaluation | None = None,
    state: ServerState | None = None,
) -> InstrumentationMiddleware:
    """The application, with access control and instrumentation.

    `check_ready` is as in `create_api`. Without `evaluation` the window has no Quality view, and without a
    `state` it is in the assistant's home.
    """
    from qa.web import ui  # Gradio takes seconds to import

    state = state or local_state(assistant.home)
    api_app = api.create_api(assistant, check_ready, state.jobs)
    _add_docs(api_app)
    _add_metrics(api_app, assistant)
    window = ui.mount(FastAPI(openapi_url=None, telemetry=NO_TELEMETRY), assistant, evaluation)
    upload_limits = {f"/{language}/gradio_api/upload": MAX_UPLOAD_BYTES for language in languages()}
    limited_window = BodyLimitMiddleware(window, limits=upload_limits, default=MAX_WINDOW_BODY_BYTES)
    dispatcher = _Dispatcher(api_app, mcp.create_app(assistant), WindowErrorsMiddleware(limited_window))
    protected = protect(dispatcher, access, state.keys, state.sessions, state.counts)
    return InstrumentationMiddleware(
        protected, assistant.metrics, is_window=_is_window, always_available=_ALWAYS_AVAILABLE
    )


def protect(
    app: ASGIApp,
    access: ServerAccess,
    keys: ApiKeys,
    sessions: SessionStore | None = None,
    counts: RequestCounts | None = None,
) -> ASGIApp:
    """The application behind all middleware that controls access to it."""
    authenticated = AuthenticationMiddleware(app, access, keys, sessions, counts)
    # Anyone may send a body to these; that of all others is read after the key was checked.
    limited = BodyLimitMiddleware(
        authenticated, limits=dict.fromkeys((SIGN_IN, SIGN_OUT), MAX_SIGN_IN_BYTES), default=None
    )
    return SecurityHeadersMiddleware(HostGuardMiddleware(BodyTimeoutMiddleware(limited), access))


class _Dispatcher:
    """Sends each request to the application its path belongs to. The window cannot be mounted beside the
    others, since it answers every path.
    """

    def __init__(self, api_app: Starlette, tools: Starlette, window: ASGIApp) -> None:
        self._api_app = api_app
        self._api = DisconnectMiddleware(api_app)
        self._tools = tools
        self._window = window

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            async with (
                self._api_app.router.lifespan_context(self._api_app),
                self._tools.router.lifespan_context(self._tools),
            ):
                await self._window(scope, receive, send)
            return
        path = scope.get("path", "")
        app = self._tools if path == mcp.PATH else self._window if _is_window(path) else self._api
        # What is outside compares paths on this server; Starlette's routes expect the whole path.
        scope["path"] = scope.get("root_path", "") + path
        await app(scope, receive, send)


def _is_window(path: str) -> bool:
    return not any(path == prefix or path.startswith(f"{prefix}/") for prefix in _NOT_WINDOW)


def _add_docs(api_app: FastAPI) -> None:
    """Serves Swagger UI, with its script and style from this server."""
    api_app.mount(f"{DOCS}/assets", StaticFiles(packages=[("fastapi_offline", "static")]))
    # Relative to the page, so that they hold behind a path too.
    assets = f"{DOCS}/assets".removeprefix("/")
    page = get_swagger_ui_html(
        openapi_url="openapi.json",
        title="Quoth API",
        swagger_js_url=f"{assets}/swagger-ui-bundle.js",
        swagger_css_url=f"{assets}/swagger-ui.css",
        swagger_favicon_url=f"{assets}/favicon.png",
        # By default Swagger UI sends the description to an online validator.
        swagger_ui_parameters={"validatorUrl": None},
    )

    @api_app.get(DOCS, include_in_schema=False)
    async def docs() -> HTMLResponse:
        return page


def _add_metrics(api_app: FastAPI, assistant: Assistant) -> None:
    """Serves the metrics in Prometheus' text format."""

    @api_app.get(METRICS, include_in_schema=False)
    def metrics() -> Response:
        return Response(assistant.metrics.text(), media_type=MEDIA_TYPE)
