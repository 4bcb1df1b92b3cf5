"""Runs the server: the API and the chat window on one address, with the models loaded in the background."""

from __future__ import annotations

import errno
import ipaddress
import logging
import os
import signal
import socket
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import partial

import uvicorn
from sse_starlette.sse import AppStatus

from index.errors import DiskFull, EmbedderUnavailable, QuothError, StoreUnavailable
from index.storage.disk_space import ensure_space
from qa.assistant import Assistant, open_assistant
from qa.client import Quoth
from qa.errors import AddressUnavailable, KeyRequired, ModelUnavailable, NotReady, SettingsInvalid
from qa.evaluation.execution.background import BackgroundEvaluation
from qa.settings import Settings
from qa.telemetry import logs, tracing
from qa.web.app import create_app, own_paths
from qa.web.auth.api_keys import generate_token
from qa.web.auth.server_access import ServerAccess
from qa.web.middleware.connection_limit import LimitedProtocol
from qa.web.middleware.forwarded import ForwardedMiddleware, checked_prefix
from qa.web.middleware.instrumentation import InstrumentationMiddleware
from qa.web.state.attachments import StateAttachments
from qa.web.state.state import ServerState, open_state

logger = logging.getLogger(__name__)

# How long running requests may continue after a shutdown has begun.
DRAIN_SECONDS = 10
# How long open connections, such as those of chat windows, then have to close.
CLOSE_SECONDS = 1
# Each open chat window keeps two connections. Beyond the limit the server answers 503.
MAX_CONNECTIONS = 500


def serve(
    settings: Settings,
    *,
    host: str = "127.0.0.1",
    port: int = 7860,
    open_to_all: bool = False,
    root_path: str = "",
) -> None:
    """Serves until SIGINT or SIGTERM. Port 0 is any free port; `root_path` is the path in front of all
    paths, under which a reverse proxy offers the server.

    Raises AddressUnavailable; SettingsInvalid if `root_path` cannot be used; KeyRequired if other machines
    can reach the server, it has no API keys, and is not `open_to_all`; and what `open_assistant` raises.
    """
    access, root_path = _server_access(settings, host, open_to_all), _root_path(root_path)
    # Otherwise Gradio sends usage statistics. Nothing else here connects out: weights are local files.
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    logs.configure(settings.logs)
    tracing.start()
    with (
        suppress(KeyboardInterrupt),
        _sigterm_as_keyboard_interrupt(),
        listen(host, port) as listener,
        open_state(settings) as state,
        _opened(settings, access, state, local_url(listener)) as assistant,
        # Its end waits for the models to load, since a model cannot be closed while it loads.
        ThreadPoolExecutor(1, "warm-up") as executor,
        # Evaluations ask over HTTP, so that a remote model's connections stay on the server's event loop.
        BackgroundEvaluation(
            partial(Quoth, local_url(listener), key=access.owner_token), settings.home, state.reports
        ) as evaluation,
    ):
        loading = executor.submit(assistant.warm_up)
        loading.add_done_callback(_log_failure)
        app = create_app(assistant, access, partial(check_ready, loading, assistant), evaluation, state)
        config = uvicorn.Config(
            ForwardedMiddleware(app, proxies=settings.proxies, root_path=root_path),
            http=LimitedProtocol,
            proxy_headers=False,  # the middleware above reads them
            log_config=None,
            ws="none",
            limit_concurrency=MAX_CONNECTIONS,
            server_header=False,
            timeout_graceful_shutdown=CLOSE_SECONDS,
        )
        DrainingServer(config, app).run(sockets=[listener])


def _opened(settings: Settings, access: ServerAccess, state: ServerState, address: str) -> Assistant:
    """The assistant. Raises KeyRequired if others could reach it without a key, and as `open_assistant`."""
    if access.requires_key and not state.keys.all():
        raise KeyRequired(
            f"other machines could reach {settings.hosts or access.host}, and there is no API key; create "
            "one with `quoth keys add NAME --role admin`, or give everyone full access with "
            "`quoth serve --open`"
        )
    return open_assistant(
        settings,
        address=address,
        token=access.owner_token,
        feedback=state.feedback,
        attachments=StateAttachments(state),
    )


def _server_access(settings: Settings, host: str, open_to_all: bool) -> ServerAccess:
    return ServerAccess(
        host=host,
        hostnames=tuple(filter(None, settings.hosts.lower().split(","))),
        open_to_all=open_to_all,
        owner_token=generate_token(),
        requests_per_minute=settings.requests_per_minute,
        concurrent_requests=settings.requests_at_once,
    )


def _root_path(path: str) -> str:
    checked = checked_prefix(path)
    if checked is None or checked in own_paths():
        raise SettingsInvalid(
            f"--root-path cannot be {path!r}; name a path such as /quoth that the server does not use itself"
        )
    return checked


@contextmanager
def listen(host: str, port: int) -> Iterator[socket.socket]:
    """A listening socket, opened before anything is loaded so that a used port fails at once.

    Raises AddressUnavailable.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = socket.create_server((host, port), family=family)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            reason = f"port {port} on {host} is in use; choose another with --port"
        else:
            reason = f"cannot listen on {host}, port {port} ({error}); choose others with --host and --port"
        raise AddressUnavailable(reason) from None
    with listener:
        yield listener


def local_url(listener: socket.socket) -> str:
    """The URL that reaches the listener from this machine, even if it listens on all addresses."""
    host, port, *_ = listener.getsockname()
    address = ipaddress.ip_address(host.partition("%")[0])
    if address.is_unspecified:
        host = "127.0.0.1" if address.version == 4 else "::1"
    return _url(host, port)


def _url(host: str, port: int) -> str:
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


@contextmanager
def _sigterm_as_keyboard_interrupt() -> Iterator[None]:
    """SIGTERM raises KeyboardInterrupt like SIGINT. Uvicorn raises the signal again once it has shut down."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _log_failure(loading: Future[None]) -> None:
    if error := loading.exception():
        logger.error("the models could not be loaded: %s", error, exc_info=error)


def check_ready(loading: Future[None], assistant: Assistant) -> None:
    """Raises NotReady unless the models are loaded and working, and the archive can be written.

    Anyone may read the reason, so it has no path of this machine; the log has it.
    """
    if not loading.done():
        raise NotReady("the models are loading; retry in a few seconds")
    if error := loading.exception():
        raise NotReady(f"the models could not be loaded: {error}")
    try:
        assistant.check()
        ensure_space(assistant.home)
    except ModelUnavailable as error:
        raise NotReady(str(error)) from error
    except EmbedderUnavailable as error:
        logger.error("not ready: %s", error)
        raise NotReady("the server that embeds is not available; try again in a few seconds") from error
    except StoreUnavailable as error:
        logger.error("not ready: %s", error)
        raise NotReady(error.for_callers) from error
    except DiskFull as error:
        logger.error("not ready: %s", error)
        raise NotReady("the disk is full, and nothing can be added; free some space") from error
    except QuothError as error:
        logger.error("not ready: %s", error)
        raise NotReady("the archive cannot be used; `quoth doctor` says why, and what to do") from error


class DrainingServer(uvicorn.Server):
    """Shuts down in three steps: refuses new requests, waits for running ones, closes what is left."""

    def __init__(self, config: uvicorn.Config, app: InstrumentationMiddleware) -> None:
        super().__init__(config)
        self._app = app
        # By default sse_starlette ends every stream as soon as the shutdown begins.
        AppStatus.disable_automatic_graceful_drain()  # type: ignore[no-untyped-call]

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        await self._app.drain(DRAIN_SECONDS, lambda: self.force_exit)
        AppStatus.should_exit = True
        await super().shutdown(sockets)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        for listener in sockets or []:
            host, port, *_ = listener.getsockname()
            logger.info("Quoth is running at %s (press Ctrl-C to stop)", _url(host, port))
