"""The server: the API and the chat window at one address, and the models warm behind them."""

from __future__ import annotations

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

from index.errors import QuothError
from qa.assistant import Assistant, open_assistant, open_or_connect
from qa.errors import KeyRequired, NotReady
from qa.evaluation.execution.background import BackgroundEvaluation
from qa.settings import Settings
from qa.telemetry import logs, tracing
from qa.web.app import create_app
from qa.web.auth.api_keys import ApiKeyFile, new_token
from qa.web.middleware.host_guard import ServerAccess
from qa.web.middleware.instrumentation import InstrumentationMiddleware
from qa.web.middleware.timeouts import TimeoutProtocol
from qa.web.sockets import address, listening

logger = logging.getLogger(__name__)

# How long questions that are being answered may go on once the server is told to end.
LAST_WORDS_SECONDS = 10
# How long the connections of open pages may then take.
CLOSING_SECONDS = 1
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
        listening(host, port) as listener,
        open_assistant(settings, address=address(listener), token=entrance.token) as assistant,
        # Leaving it waits for the loading: models cannot be closed half-way.
        ThreadPoolExecutor(1, "warm-up") as background,
        # It asks as other programs do, over HTTP: a model's connections stay with the server's own loop.
        BackgroundEvaluation(partial(open_or_connect, settings), settings.home) as evaluation,
    ):
        loading = background.submit(assistant.warm_up)
        loading.add_done_callback(_log_failure)
        app = create_app(
            assistant, entrance, ready=partial(_check, loading, assistant), evaluation=evaluation
        )
        config = uvicorn.Config(
            app,
            http=TimeoutProtocol,
            log_config=None,
            ws="none",
            limit_concurrency=CONNECTIONS,
            server_header=False,
            timeout_graceful_shutdown=CLOSING_SECONDS,
        )
        _Server(config, app).run(sockets=[listener])


def _entrance(settings: Settings, host: str, open_to_all: bool) -> ServerAccess:
    """The way in; KeyRequired where others could come and nobody has said who may."""
    entrance = ServerAccess(
        host=host,
        names=tuple(filter(None, settings.hosts.lower().split(","))),
        open_to_all=open_to_all,
        token=new_token(),
        per_minute=settings.requests_per_minute,
        at_once=settings.requests_at_once,
    )
    if entrance.exposed and not open_to_all and not ApiKeyFile(settings.home).all():
        raise KeyRequired(
            f"others could reach {settings.hosts or host}, and there is no key; "
            "make one with `quoth keys add NAME --role admin`, or let everybody in with `quoth serve --open`"
        )
    return entrance


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

    def __init__(self, config: uvicorn.Config, app: InstrumentationMiddleware) -> None:
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
