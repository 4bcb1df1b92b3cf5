"""Protects a server against pages of other sites: cross-site requests and DNS rebinding."""

from __future__ import annotations

import ipaddress
from contextlib import suppress
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from qa.web.auth.permissions import SAFE_METHODS
from qa.web.auth.server_access import ServerAccess, is_loopback
from qa.web.errors.handlers import problem_response
from qa.web.errors.problem_details import ProblemDetails


class HostGuardMiddleware:
    """Answers 403 to an unknown Host header, and to a change requested by another site's page.

    An unknown hostname that resolves to this server has been rebound to it, so that a page under that name
    could read every response. If keys are required such a page has none, and any hostname is accepted.
    """

    def __init__(self, app: ASGIApp, access: ServerAccess) -> None:
        self._app = app
        self._hostnames = access.hostnames
        self._any_hostname = access.requires_key and not access.hostnames
        # An IP address cannot be rebound, but only an exposed server is reached by one.
        self._any_address = not is_loopback(access.host)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and (detail := self._refusal(scope["method"], Headers(scope=scope))):
            problem = ProblemDetails(title="Forbidden", status=403, detail=detail, instance=scope["path"])
            await problem_response(problem)(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    def _refusal(self, method: str, headers: Headers) -> str:
        """Why the request is refused; empty if it is not."""
        host, origin = headers.get("host", ""), headers.get("origin")
        if host and not self._is_own_hostname(_hostname(host)):
            return (
                "this server does not answer under that hostname; `quoth serve --host` exposes it to other "
                "machines, and QUOTH_HOSTS lists its hostnames"
            )
        if method not in SAFE_METHODS and origin and origin.partition("//")[2] != host:
            return f"a page of {origin} may not change anything on this server"
        return ""

    def _is_own_hostname(self, name: str) -> bool:
        if self._any_hostname or name in self._hostnames or is_loopback(name):
            return True
        return self._any_address and _is_address(name)


def _is_address(name: str) -> bool:
    with suppress(ValueError):
        ipaddress.ip_address(name)
        return True
    return False


def _hostname(host: str) -> str:
    with suppress(ValueError):
        return urlsplit(f"//{host}").hostname or ""
    return ""
