"""How a server is exposed: the address it listens on, its hostnames, and whether requests need a key."""

from __future__ import annotations

import ipaddress
from contextlib import suppress
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerAccess:
    """Who can reach a server, and how many requests each caller may send.

    `hostnames` are the names under which the server is reached besides its addresses. With `open_to_all`
    it asks nobody for a key. `owner_token` is the key of the person who runs the server.
    """

    host: str = "127.0.0.1"
    hostnames: tuple[str, ...] = ()
    open_to_all: bool = False
    owner_token: str = ""
    requests_per_minute: int = 600
    concurrent_requests: int = 16

    @property
    def exposed(self) -> bool:
        """Whether other machines may reach the server."""
        return not is_loopback(self.host) or bool(self.hostnames)

    @property
    def requires_key(self) -> bool:
        """Whether requests need a key even before the first one is made."""
        return self.exposed and not self.open_to_all


def is_loopback(host: str) -> bool:
    """Whether a hostname or IP address is this machine's own, which no other machine can reach."""
    with suppress(ValueError):
        return ipaddress.ip_address(host).is_loopback
    return host == "localhost"
