"""What a reverse proxy tells about a request: who sent it, and under which address."""

from __future__ import annotations

import re
from typing import Any, cast

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

_PREFIX = re.compile(r"(?:/[\w.~-]+)+", re.ASCII)


def checked_prefix(path: str) -> str | None:
    """The path in front of all paths of the server, without a slash at its end; None if it cannot be one."""
    path = path.strip().rstrip("/")
    return path if not path or _PREFIX.fullmatch(path) else None


class ForwardedMiddleware:
    """Sets `client`, `scheme`, the Host header and `root_path` of a request behind a reverse proxy.

    The headers X-Forwarded-For, -Proto, -Host and -Prefix count only if the connection comes from one of
    `proxies`: addresses or networks, separated by commas. The application sees none of them.

    `root_path` is the path in front of all paths, unless X-Forwarded-Prefix names another. The proxy may
    leave it in a request's path or not; the application's `path` begins behind it.
    """

    def __init__(self, app: ASGIApp, *, proxies: str = "", root_path: str = "") -> None:
        self._app = app
        self._root_path = root_path
        trusted = [proxy.strip() for proxy in proxies.split(",") if proxy.strip()]
        self._proxies = ProxyHeadersMiddleware(cast(Any, self._locate), trusted)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            host = scope["client"][0] if scope.get("client") else None
            if host not in self._proxies.trusted_hosts:
                scope = {**scope, "headers": _not_forwarded(scope["headers"])}
        await self._proxies(cast(Any, scope), cast(Any, receive), cast(Any, send))

    async def _locate(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            # What is left of these headers comes from a trusted proxy.
            given = Headers(scope=scope)
            headers = _not_forwarded(scope["headers"])
            if host := _first(given, "x-forwarded-host"):
                headers = [(name, value) for name, value in headers if name != b"host"]
                headers.append((b"host", host.encode("latin-1")))
            prefix = checked_prefix(_first(given, "x-forwarded-prefix")) or self._root_path
            path = scope["path"]
            if prefix and f"{path}/".startswith(f"{prefix}/"):
                path = path[len(prefix) :] or "/"
            scope = {**scope, "headers": headers, "path": path, "root_path": prefix}
        await self._app(scope, receive, send)


def _first(headers: Headers, name: str) -> str:
    """What the proxy next to the client says, if several have added to the header."""
    return headers.get(name, "").partition(",")[0].strip()


def _not_forwarded(headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    # Gradio believes its own header of this kind, whoever sends it.
    return [
        (name, value)
        for name, value in headers
        if not name.startswith(b"x-forwarded-") and name not in (b"forwarded", b"x-gradio-server")
    ]
