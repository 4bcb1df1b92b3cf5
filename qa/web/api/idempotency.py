"""Idempotency keys: a request that is sent again with its key gets the first one's response."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from starlette.exceptions import HTTPException
from starlette.responses import Response

from qa.auth import caller

REMEMBERED_SECONDS = 24 * 3600
MOST = 1000
MOST_BYTES = 20_000_000
"""So long, so many and so much of responses is remembered, in memory."""


@dataclass(kw_only=True)
class _StoredResponse:
    fingerprint: str
    response: Response | None = None
    since: float = field(default_factory=time.monotonic)

    @property
    def size(self) -> int:
        return 0 if self.response is None else len(self.response.body)


class IdempotencyStore:
    """Responses by caller and the key that their requests had: one caller's keys are nobody else's. Used
    on one event loop.
    """

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], _StoredResponse] = {}

    async def once(self, key: str, fingerprint: str, answer: Callable[[], Awaitable[Response]]) -> Response:
        """The response to a request of the caller with this key: what `answer` gives the first time, and the
        same again afterwards. A request that fails is forgotten, so that it can be tried again.

        Refused with 422 where the fingerprint is another one's, with 409 while the first is answered.
        """
        self._forget()
        name = (caller().name, key)
        if kept := self._kept.get(name):
            if kept.fingerprint != fingerprint:
                raise HTTPException(422, "this Idempotency-Key came with another body; use a new one")
            if kept.response is None:
                raise HTTPException(
                    409, "the first request with this Idempotency-Key is still answered", {"retry-after": "1"}
                )
            return _again(kept.response)
        self._kept[name] = kept = _StoredResponse(fingerprint=fingerprint)
        try:
            kept.response = await answer()
        finally:
            if kept.response is None:
                self._kept.pop(name, None)
        return kept.response

    def _forget(self) -> None:
        since = time.monotonic() - REMEMBERED_SECONDS
        size = sum(kept.size for kept in self._kept.values())
        for name, kept in list(self._kept.items()):
            too_much = len(self._kept) > MOST or size > MOST_BYTES
            if kept.response is not None and (kept.since < since or too_much):
                size -= kept.size
                del self._kept[name]


def _again(response: Response) -> Response:
    headers = dict(response.headers) | {"idempotency-replayed": "true"}
    return Response(response.body, response.status_code, headers)
