"""The server: the API and the chat window at one address, and the models warm behind them."""

from __future__ import annotations

import errno
import ipaddress
import logging
import os
import signal
import socket
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import partial

import uvicorn
from fastapi import FastAPI
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import HTMLResponse, Response
from fastapi.staticfiles import StaticFiles
from sse_starlette.sse import AppStatus
from starlette.applications import Starlette
from starlette.types import ASGIApp, Receive, Scope, Send

from index.errors import QuothError
from qa import api, logs, mcp, tracing
from qa.assistant import Assistant, open_assistant
from qa.entrance import Entrance
from qa.errors import AddressUnavailable, KeyRequired, NotReady
from qa.evaluation.beside import Evaluation
from qa.keys import KeyFile, new_token
from qa.metrics import MEDIA_TYPE
from qa.options import assistant_of
from qa.patience import Leaving, PatientProtocol
from qa.problems import BodyLimit
from qa.settings import Settings
from qa.uploads import MAX_UPLOAD_BYTES
from qa.watching import OFF, Watching

logger = logging.getLogger(__name__)

# How long questions that are being answered may go on once the server is told to end.
LAST_WORDS_SECONDS = 10
# How long the connections of open pages may then take.
CLOSING_SECONDS = 1
DOCS, METRICS = "/docs", "/metrics"
_PATHS = (*api.PATHS, DOCS, METRICS, mcp.PATH)
# Asked by those who watch the server, also while it ends.
_ALWAYS = frozenset({"/healthz", METRICS})
# What one event of the window may weigh, besides the files that are sent.
MAX_WINDOW_BYTES = 4_000_000
# Each open window keeps two; whoever comes when all are taken is told to come again.
CONNECTIONS = 500


def serve(
    settings: Settings, *, host: str = "127.0.0.1", port: int = 7860, open_to_all: bool = False
) -> None:
    """Answers at the address until SIGINT or SIGTERM, then returns; port 0 is any free one.

    Raises AddressUnavailable, KeyRequired where others could come and there is no key, unless it is
    `open_to_all`; and what `open_assistant` raises.
    """
    entrance = _entrance(settings, host, open_to_all)
    # Gradio reports to its makers otherwise. Nothing else here calls out: weights are opened as local files.
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    logs.configure(settings.logs)
    tracing.start()
    with (
        suppress(KeyboardInterrupt),
        _terminated_as_interrupted(),
        _listening(host, port) as listener,
        open_assistant(settings, address=_address(listener), token=entrance.token) as assistant,
        # Leaving it waits for the loading: models cannot be closed half-way.
        ThreadPoolExecutor(1, "warm-up") as background,
        # It asks as other programs do, over HTTP: a model's connections stay with the server's own loop.
        Evaluation(partial(assistant_of, settings.home), settings.home) as evaluation,
    ):
        loading = background.submit(assistant.warm_up)
        loading.add_done_callback(_log_failure)
        app = create_app(
            assistant, entrance, ready=partial(_check, loading, assistant), evaluation=evaluation
        )
        config = uvicorn.Config(
            app,
            http=PatientProtocol,
            log_config=None,
            ws="none",
            limit_concurrency=CONNECTIONS,
            server_header=False,
            timeout_graceful_shutdown=CLOSING_SECONDS,
        )
        _Server(config, app).run(sockets=[listener])


def create_app(
    assistant: Assistant,
    entrance: Entrance = Entrance(),
    ready: Callable[[], None] = lambda: None,
    evaluation: Evaluation | None = None,
) -> Watching:
    """The API with its docs, the tools and the window, behind the entrance, and watched.

    `ready` is as in `create_api`; without an `evaluation` the window starts none and shows no report.
    """
    from qa import ui  # Gradio takes seconds to import

    rooms = api.create_api(assistant, ready)
    _add_docs(rooms)
    window = ui.mount(FastAPI(openapi_url=None, telemetry=OFF), assistant, evaluation)
    _add_metrics(rooms, assistant)
    uploads = {f"/{language}/gradio_api/upload": MAX_UPLOAD_BYTES for language in ui.LANGUAGES}
    bounded = BodyLimit(window, limits=uploads, otherwise=MAX_WINDOW_BYTES)
    house = _House(rooms, mcp.create_app(assistant), bounded)
    guarded = entrance.before(house, KeyFile(assistant.home))
    return Watching(guarded, assistant.metrics, is_window=_is_window, always=_ALWAYS)


def _entrance(settings: Settings, host: str, open_to_all: bool) -> Entrance:
    """The way in; KeyRequired where others could come and nobody has said who may."""
    entrance = Entrance(
        host=host,
        names=tuple(filter(None, settings.hosts.lower().split(","))),
        open_to_all=open_to_all,
        token=new_token(),
        per_minute=settings.requests_per_minute,
        at_once=settings.requests_at_once,
    )
    if entrance.exposed and not open_to_all and not KeyFile(settings.home).all():
        raise KeyRequired(
            f"others could reach {settings.hosts or host}, and there is no key; "
            "make one with `quoth keys add NAME --role admin`, or let everybody in with `quoth serve --open`"
        )
    return entrance


class _House:
    """Applications behind one door: the window's catches every path, so it must not see the others'."""

    def __init__(self, rooms: Starlette, tools: Starlette, window: ASGIApp) -> None:
        self._rooms = rooms
        self._inside = Leaving(rooms)
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


@contextmanager
def _listening(host: str, port: int) -> Iterator[socket.socket]:
    """A listening socket; taken before anything is loaded, so that a taken port is told at once."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = socket.create_server((host, port), family=family)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            told = f"port {port} on {host} is in use; choose another with --port"
        else:
            told = f"cannot listen on {host}, port {port} ({error}); choose others with --host and --port"
        raise AddressUnavailable(told) from None
    with listener:
        yield listener


def _address(listener: socket.socket) -> str:
    """Where this machine reaches the listener, which may be open to others at all addresses."""
    host, port, *_ = listener.getsockname()
    at = ipaddress.ip_address(host.partition("%")[0])
    if at.is_unspecified:
        host = "127.0.0.1" if at.version == 4 else "::1"
    return f"http://[{host}]:{port}" if at.version == 6 else f"http://{host}:{port}"


@contextmanager
def _terminated_as_interrupted() -> Iterator[None]:
    """SIGTERM raises KeyboardInterrupt, as SIGINT does: uvicorn raises both again once it has ended."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _log_failure(loading: Future[None]) -> None:
    if error := loading.exception():
        logger.error("the models could not be loaded: %s", error, exc_info=error)


def _check(loading: Future[None], assistant: Assistant) -> None:
    """Raises NotReady unless the models are loaded, the archive can be written and the model is alive."""
    if not loading.done():
        raise NotReady("the models are being loaded; ask again in some seconds")
    if error := loading.exception():
        raise NotReady(f"the models could not be loaded: {error}")
    try:
        assistant.check()
    except QuothError as error:
        raise NotReady(str(error)) from error


class _Server(uvicorn.Server):
    """Ends in three steps: new requests are refused, running ones are answered, what is left is cut off."""

    def __init__(self, config: uvicorn.Config, app: Watching) -> None:
        super().__init__(config)
        self._watching = app
        # Otherwise streams would end at the first sign.
        AppStatus.disable_automatic_graceful_drain()  # type: ignore[no-untyped-call]

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        await self._watching.drain(LAST_WORDS_SECONDS, lambda: self.force_exit)
        AppStatus.should_exit = True
        await super().shutdown(sockets)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        for listener in sockets or []:
            host, port, *_ = listener.getsockname()
            shown = f"[{host}]" if ":" in host else host
            logger.info("Quoth answers at http://%s:%d (Ctrl-C ends it)", shown, port)
