"""The line in front of the model: who comes waits for their turn, and no more wait than may."""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import AsyncGenerator
from concurrent.futures import Future
from contextlib import asynccontextmanager

from qa.errors import Busy

WAITING_SECONDS = 120.0
"""So long somebody waits for the model before they are told to come again."""


class ModelQueue:
    """So many have the model at once, and at most `places` wait, in the order they came.

    Event loops share it: a server's, and those of `Assistant.ask`.
    """

    def __init__(self, *, at_once: int, places: int, seconds: float = WAITING_SECONDS) -> None:
        self._free = at_once
        self._places = places
        self._seconds = seconds
        self._waiting: deque[Future[None]] = deque()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        """How many wait."""
        return len(self._waiting)

    def check(self) -> None:
        """Raises Busy where nobody else may wait."""
        if not self._free and len(self._waiting) >= self._places:
            raise Busy(f"the model is busy, and {len(self)} wait for it already; ask again in some seconds")

    @asynccontextmanager
    async def turn(self) -> AsyncGenerator[None, None]:
        """Waits, has the model, and gives it on, however that ends. Raises Busy."""
        await self._wait()
        try:
            yield
        finally:
            with self._lock:
                self._give_on()

    async def _wait(self) -> None:
        with self._lock:
            self.check()
            if self._free:
                self._free -= 1
                return
            mine: Future[None] = Future()
            self._waiting.append(mine)
        try:
            async with asyncio.timeout(self._seconds):
                await asyncio.wrap_future(mine)
        except BaseException as error:
            with self._lock:
                if mine in self._waiting:
                    self._waiting.remove(mine)
                elif not mine.cancelled():  # it came just as the wait ended
                    self._give_on()
            if isinstance(error, TimeoutError):
                raise Busy(
                    f"the model was not free within {self._seconds:.0f} s; ask again later", seconds=30
                ) from None
            raise

    def _give_on(self) -> None:
        while self._waiting:
            next_ = self._waiting.popleft()
            if next_.set_running_or_notify_cancel():
                next_.set_result(None)
                return
        self._free += 1
