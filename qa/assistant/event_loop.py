"""An event loop in a background thread."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from typing import Any, TypeVar

Result = TypeVar("Result")


class BackgroundLoop:
    """Runs coroutines for synchronous callers, even inside another event loop, as in a notebook.

    One loop serves all calls, because a provider's connections belong to the loop that opened them. Its
    thread is a daemon, so that a program that does not close it can end.
    """

    def __init__(self) -> None:
        self._runner = asyncio.Runner(loop_factory=asyncio.new_event_loop)
        self._loop, self._closed = self._runner.get_loop(), asyncio.Event()
        self._thread = threading.Thread(target=self._serve, name="quoth-ask", daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        with self._runner:  # its end cancels what remains of streams that were left early
            self._runner.run(self._closed.wait())

    def run(self, coroutine: Coroutine[Any, Any, Result]) -> Result:
        """The coroutine's result; cancels it if the wait is interrupted."""
        future = asyncio.run_coroutine_threadsafe(coroutine, self._loop)
        try:
            return future.result()
        finally:
            future.cancel()

    def close(self) -> None:
        """Ends the loop and its thread."""
        self._loop.call_soon_threadsafe(self._closed.set)
        self._thread.join()
