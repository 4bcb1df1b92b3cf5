"""How many idle connections one address may keep open."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from typing import ClassVar

from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

from qa.web.middleware.timeouts import TimeoutProtocol

MAX_IDLE_CONNECTIONS = 100
"""Connections of one address without a request in progress. Beyond it the oldest one is closed, so that
nobody can use up the server's connections by opening them.
"""


class LimitedProtocol(TimeoutProtocol):
    """Closes the oldest idle connection of an address that has more than `MAX_IDLE_CONNECTIONS`."""

    # A dict keeps the order in which the connections of an address were opened.
    _by_address: ClassVar[defaultdict[str, dict[LimitedProtocol, None]]] = defaultdict(dict)

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        own = self._by_address[self._address]
        own[self] = None
        idle = [connection for connection in own if connection.idle]
        for connection in idle[: max(0, len(idle) - MAX_IDLE_CONNECTIONS)]:
            connection.transport.close()
            own.pop(connection, None)

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        own = self._by_address[self._address]
        own.pop(self, None)
        if not own:
            self._by_address.pop(self._address, None)

    @property
    def idle(self) -> bool:
        """Whether no request is being answered: none has arrived, or the last response is complete."""
        cycle: RequestResponseCycle | None = self.cycle
        return cycle is None or cycle.response_complete

    @property
    def _address(self) -> str:
        return self.client[0] if self.client else ""
