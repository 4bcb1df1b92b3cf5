"""Idempotency keys: a request repeated with its key gets the first response again."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from cachetools import TTLCache
from starlette.exceptions import HTTPException
from starlette.responses import Response

from qa.auth import caller

RETENTION_SECONDS = 24 * 3600
MAX_BYTES = 20_000_000
MIN_RESPONSE_BYTES = 20_000
"""Responses are kept in memory, up to `MAX_BYTES`. Each counts at least `MIN_RESPONSE_BYTES`, for its key and
headers, so that there are at most 1,000.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class _StoredResponse:
    fingerprint: str
    response: Response

    @property
    def size(self) -> int:
        return max(len(self.response.body), MIN_RESPONSE_BYTES)


class IdempotencyStore:
    """Responses by caller and key, so that callers cannot see each other's. For use on one event loop."""

    def __init__(self) -> None:
        self._responses: TTLCache[tuple[str, str], _StoredResponse] = TTLCache(
            MAX_BYTES, RETENTION_SECONDS, getsizeof=lambda stored: stored.size
        )
        self._running: dict[tuple[str, str], str] = {}

    async def respond_once(
        self, key: str, fingerprint: str, respond: Callable[[], Awaitable[Response]]
    ) -> Response:
        """The response to the caller's first request with this key, from `respond` or from memory.

        A request that fails is not stored, so that it can be retried. Raises a 422 if an earlier request with
        this key had another fingerprint, and a 409 while the first one is running.
        """
        id_ = (caller().name, key)
        stored = self._responses.get(id_)
        if fingerprint != (stored.fingerprint if stored else self._running.get(id_, fingerprint)):
            raise HTTPException(422, "this Idempotency-Key was used with another body; choose a new one")
        if stored:
            headers = dict(stored.response.headers) | {"idempotency-replayed": "true"}
            return Response(stored.response.body, stored.response.status_code, headers)
        if id_ in self._running:
            raise HTTPException(
                409, "the first request with this Idempotency-Key is still running", {"retry-after": "1"}
            )
        self._running[id_] = fingerprint
        try:
            response = await respond()
        finally:
            del self._running[id_]
        stored = _StoredResponse(fingerprint=fingerprint, response=response)
        if stored.size <= MAX_BYTES:
            self._responses[id_] = stored
        return response
