"""Where sessions are kept: the hashes of their tokens, under the digests of the keys that began them."""

from __future__ import annotations

import threading
from typing import Protocol

from cachetools import TTLCache

SESSION_SECONDS = 12 * 3600
MAX_SESSIONS = 20
"""Sessions of one key. Beyond it the key's least recently used session ends, never one of another key."""


class SessionStore(Protocol):
    """Sessions by the hash of their token."""

    def start(self, token: str, key: str) -> None:
        """Begins a session of the key with this digest, for `SESSION_SECONDS`."""

    def key_of(self, token: str) -> str | None:
        """The digest of the session's key, which may have been removed; None if there is no such session."""

    def end(self, token: str) -> None:
        """Ends a session; does nothing if there is none."""


class MemorySessions:
    """Sessions of one process. They end with it."""

    def __init__(self) -> None:
        self._sessions: dict[str, TTLCache[str, None]] = {}
        self._lock = threading.Lock()

    def start(self, token: str, key: str) -> None:
        with self._lock:
            # A key without sessions, such as one that was removed, is forgotten.
            self._sessions = {known: tokens for known, tokens in self._sessions.items() if len(tokens)}
            self._sessions.setdefault(key, TTLCache(MAX_SESSIONS, SESSION_SECONDS))[token] = None

    def key_of(self, token: str) -> str | None:
        with self._lock:
            # Unlike `in`, reading a value marks it as used.
            return next((key for key, own in self._sessions.items() if own.get(token, False) is None), None)

    def end(self, token: str) -> None:
        with self._lock:
            for tokens in self._sessions.values():
                tokens.pop(token, None)
