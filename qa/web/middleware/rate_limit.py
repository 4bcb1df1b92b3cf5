"""How often, and how often at once, one caller may ask."""

from __future__ import annotations

import math
import time
from collections import Counter, defaultdict, deque
from collections.abc import Iterator
from contextlib import contextmanager

from qa.errors import TooMany

WINDOW_SECONDS = 60.0


class RateLimiter:
    """At most so many requests of one caller within a minute, and so many at once."""

    def __init__(self, *, per_minute: int, at_once: int) -> None:
        self._per_minute = per_minute
        self._at_once = at_once
        self._asked: defaultdict[str, deque[float]] = defaultdict(deque)
        self._running: Counter[str] = Counter()
        self._swept = time.monotonic()

    @contextmanager
    def kept(self, caller: str) -> Iterator[None]:
        """One request. Raises TooMany, with the seconds to wait."""
        now = time.monotonic()
        self._forget(now)
        asked = self._asked[caller]
        while asked and asked[0] <= now - WINDOW_SECONDS:
            asked.popleft()
        if len(asked) >= self._per_minute:
            seconds = math.ceil(asked[0] + WINDOW_SECONDS - now)
            raise TooMany(f"more than {self._per_minute} requests in a minute; go on in {seconds} s", seconds)
        if self._running[caller] >= self._at_once:
            raise TooMany(f"{self._at_once} requests of this caller are running; wait until one is done", 1)
        asked.append(now)
        self._running[caller] += 1
        try:
            yield
        finally:
            self._running[caller] -= 1

    def _forget(self, now: float) -> None:
        """Once in a minute, those who have not asked for one: addresses come and go without end."""
        if now < self._swept + WINDOW_SECONDS:
            return
        self._swept = now
        quiet = [name for name, asked in self._asked.items() if not asked or asked[-1] < now - WINDOW_SECONDS]
        for caller in quiet:
            del self._asked[caller]
        self._running = +self._running
