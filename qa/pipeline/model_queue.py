"""The queue in front of the model: first come, first served, with a limit on how many wait."""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import AsyncGenerator
from concurrent.futures import Future
from contextlib import asynccontextmanager

from index.text.messages.phrase import Phrase
from qa.errors import Busy

TIMEOUT_SECONDS = 120.0
"""The longest wait for a slot."""


class ModelQueue:
    """Gives out a number of `slots`, while at most `max_waiting` others wait in order of arrival.

    Several event loops share it: a server's and that of `Assistant.ask`.
    """

    def __init__(self, *, slots: int, max_waiting: int, timeout: float = TIMEOUT_SECONDS) -> None:
        self._slots = self._free = slots
        self._max_waiting = max_waiting
        self._timeout = timeout
        self._waiting: deque[Future[None]] = deque()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        """The number of those who wait."""
        return len(self._waiting)

    def resize(self, slots: int) -> None:
        """Changes the number of slots; those in use stay in use until they are released."""
        with self._lock:
            self._free += slots - self._slots
            self._slots = slots
            while self._free > 0 and self._pass_on():
                self._free -= 1

    def check(self) -> None:
        """Raises Busy if the queue is full."""
        if self._free <= 0 and len(self._waiting) >= self._max_waiting:
            raise Busy(
                Phrase(
                    "the model is busy and {number} questions wait for it; ask again in a few seconds",
                    number=len(self),
                )
            )

    @asynccontextmanager
    async def slot(self) -> AsyncGenerator[None, None]:
        """Waits for a slot, holds it inside the block, and passes it on. Raises Busy."""
        await self._acquire()
        try:
            yield
        finally:
            with self._lock:
                self._release()

    async def _acquire(self) -> None:
        with self._lock:
            self.check()
            if self._free > 0:
                self._free -= 1
                return
            mine: Future[None] = Future()
            self._waiting.append(mine)
        try:
            async with asyncio.timeout(self._timeout):
                await asyncio.wrap_future(mine)
        except BaseException as error:
            with self._lock:
                if mine in self._waiting:
                    self._waiting.remove(mine)
                elif not mine.cancelled():  # the slot was assigned just as the wait ended
                    self._release()
            if isinstance(error, TimeoutError):
                raise Busy(
                    Phrase(
                        "the model was not free within {seconds} s; ask again later",
                        seconds=f"{self._timeout:.0f}",
                    ),
                    seconds=30,
                ) from None
            raise

    def _release(self) -> None:
        """Passes a slot to the next in the queue. The caller holds the lock."""
        # After a queue has become smaller, slots are given up first.
        if self._free < 0 or not self._pass_on():
            self._free += 1

    def _pass_on(self) -> bool:
        """Gives a slot to the next in the queue; False if nobody waits."""
        while self._waiting:
            next_ = self._waiting.popleft()
            if next_.set_running_or_notify_cancel():
                next_.set_result(None)
                return True
        return False
