"""Limits how many requests each caller sends per minute, and at the same time."""

from __future__ import annotations

import math
import time
from collections import Counter, deque
from collections.abc import Iterator
from contextlib import contextmanager

from cachetools import TTLCache

from qa.errors import TooMany

WINDOW_SECONDS = 60.0


class RateLimiter:
    """A sliding window of one minute, and a limit on concurrent requests, for each caller."""

    def __init__(self, *, per_minute: int, concurrent: int) -> None:
        self._per_minute = per_minute
        self._concurrent = concurrent
        # Times of each caller's requests; a caller is forgotten a window after their last one.
        self._times: TTLCache[str, deque[float]] = TTLCache(math.inf, WINDOW_SECONDS)
        self._running: Counter[str] = Counter()

    @contextmanager
    def limit(self, caller: str) -> Iterator[None]:
        """Counts one request. Raises TooMany, with the seconds to wait, if it exceeds a limit."""
        now = time.monotonic()
        times = self._times.get(caller, deque())
        while times and times[0] <= now - WINDOW_SECONDS:
            times.popleft()
        if len(times) >= self._per_minute:
            seconds = math.ceil(times[0] + WINDOW_SECONDS - now)
            raise TooMany(f"more than {self._per_minute} requests in a minute; retry in {seconds} s", seconds)
        if self._running[caller] >= self._concurrent:
            raise TooMany(
                f"{self._concurrent} requests of this caller are running; wait until one has finished", 1
            )
        times.append(now)
        self._times[caller] = times
        self._running[caller] += 1
        try:
            yield
        finally:
            self._running -= Counter((caller,))  # unlike `self._running[caller] -= 1`, removes zero counts
