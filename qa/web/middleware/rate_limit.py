"""Limits how many requests each caller sends per minute, and at the same time."""

from __future__ import annotations

import math
import time
from collections import Counter, deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from cachetools import TTLCache

from qa.errors import TooMany

WINDOW_SECONDS = 60


class RequestCounts(Protocol):
    """The requests of each caller in a sliding window of `WINDOW_SECONDS`."""

    def take(self, caller: str, limit: int) -> int:
        """Counts a request and returns 0; or, if the window has `limit` requests already, counts nothing and
        returns the seconds until it has fewer.
        """


class MemoryCounts:
    """Counts of one process."""

    def __init__(self) -> None:
        # Times of each caller's requests; a caller is forgotten a window after their last one.
        self._times: TTLCache[str, deque[float]] = TTLCache(math.inf, WINDOW_SECONDS)

    def take(self, caller: str, limit: int) -> int:
        now = time.monotonic()
        times = self._times.get(caller, deque())
        while times and times[0] <= now - WINDOW_SECONDS:
            times.popleft()
        if len(times) >= limit:
            return math.ceil(times[0] + WINDOW_SECONDS - now)
        times.append(now)
        self._times[caller] = times
        return 0


class RateLimiter:
    """A limit on the requests of each caller in a minute, and on those that this process runs at once."""

    def __init__(self, *, per_minute: int, concurrent: int, counts: RequestCounts | None = None) -> None:
        self._per_minute = per_minute
        self._concurrent = concurrent
        self._counts = counts or MemoryCounts()
        self._running: Counter[str] = Counter()

    def count(self, caller: str) -> None:
        """Counts one request. Raises TooMany, with the seconds to wait, if a minute has too many."""
        if seconds := self._counts.take(caller, self._per_minute):
            raise TooMany(f"more than {self._per_minute} requests in a minute; retry in {seconds} s", seconds)

    @contextmanager
    def running(self, caller: str) -> Iterator[None]:
        """Runs one request. Raises TooMany if too many of the caller are running."""
        if self._running[caller] >= self._concurrent:
            raise TooMany(
                f"{self._concurrent} requests of this caller are running; wait until one has finished", 1
            )
        self._running[caller] += 1
        try:
            yield
        finally:
            self._running -= Counter((caller,))  # unlike `self._running[caller] -= 1`, removes zero counts

    @contextmanager
    def limit(self, caller: str) -> Iterator[None]:
        """Counts one request and runs it. Raises TooMany."""
        with self.running(caller):
            self.count(caller)
            yield
