"""Where a server listens."""

from __future__ import annotations

import errno
import ipaddress
import socket
from collections.abc import Iterator
from contextlib import contextmanager

from qa.errors import AddressUnavailable


@contextmanager
def listening(host: str, port: int) -> Iterator[socket.socket]:
    """A listening socket; taken before anything is loaded, so that a taken port is told at once."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = socket.create_server((host, port), family=family)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            told = f"port {port} on {host} is in use; choose another with --port"
        else:
            told = f"cannot listen on {host}, port {port} ({error}); choose others with --host and --port"
        raise AddressUnavailable(told) from None
    with listener:
        yield listener


def address(listener: socket.socket) -> str:
    """Where this machine reaches the listener, which may be open to others at all addresses."""
    host, port, *_ = listener.getsockname()
    at = ipaddress.ip_address(host.partition("%")[0])
    if at.is_unspecified:
        host = "127.0.0.1" if at.version == 4 else "::1"
    return f"http://[{host}]:{port}" if at.version == 6 else f"http://{host}:{port}"
