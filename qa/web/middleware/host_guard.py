"""The way into the server: which names lead to it, whose pages may ask, and who is let in."""

from __future__ import annotations

import ipaddress
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from qa.web.auth.api_keys import ApiKeyFile
from qa.web.errors.handlers import refusal
from qa.web.errors.problem_details import ProblemDetails
from qa.web.middleware.authentication import AuthenticationMiddleware
from qa.web.middleware.rate_limit import RateLimiter
from qa.web.middleware.security_headers import SecurityHeadersMiddleware
from qa.web.middleware.timeouts import BodyTimeoutMiddleware


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerAccess:
    """How a server stands open: at the address `host`, called by `names` too; `token` is its owner's key."""

    host: str = "127.0.0.1"
    names: tuple[str, ...] = ()
    open_to_all: bool = False
    token: str = ""
    per_minute: int = 600
    at_once: int = 16

    @property
    def exposed(self) -> bool:
        """Whether others than this machine's own people may come."""
        return not is_local(self.host) or bool(self.names)

    def before(self, app: ASGIApp, keys: ApiKeyFile) -> ASGIApp:
        """The application with all that stands before it, outermost first: headers, guard, doorkeeper."""
        doorkeeper = AuthenticationMiddleware(
            app,
            keys,
            RateLimiter(per_minute=self.per_minute, at_once=self.at_once),
            exposed=self.exposed,
            open_to_all=self.open_to_all,
            owners=self.token,
        )
        return SecurityHeadersMiddleware(HostGuardMiddleware(BodyTimeoutMiddleware(doorkeeper), self))


class HostGuardMiddleware:
    """Keeps out the pages of other sites, which a browser lets send requests to any address.

    What changes something must come from a page of this server, if from a page at all. Only its own
    names lead here: another one that does was bent to it (DNS rebinding), and what a page under
    that name reads, its author reads. Where keys are asked for, such a page has none, and may come.
    """

    def __init__(self, app: ASGIApp, entrance: ServerAccess) -> None:
        self._app = app
        self._local = is_local(entrance.host)
        self._names = entrance.names
        self._any_name = entrance.exposed and not (entrance.open_to_all or entrance.names)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and (detail := self._refusal(scope["method"], Headers(scope=scope))):
            problem = ProblemDetails(title="Forbidden", status=403, detail=detail, instance=scope["path"])
            await refusal(problem)(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    def _refusal(self, method: str, headers: Headers) -> str:
        host, origin = headers.get("host", ""), headers.get("origin")
        if host and not self._leads_here(_hostname(host)):
            return (
                "this server does not answer to the name it was called by; `quoth serve --host` opens it "
                "to others, and QUOTH_HOSTS lists its names"
            )
        if method not in ("GET", "HEAD", "OPTIONS") and origin and origin.partition("//")[2] != host:
            return f"a page of {origin} may not change anything here"
        return ""

    def _leads_here(self, name: str) -> bool:
        if self._any_name or name in self._names or is_local(name):
            return True
        # An address is no name, so that nobody can bend it.
        return not self._local and _is_address(name)


def is_local(name: str) -> bool:
    """Whether a name or an address is this machine's own, which no other reaches."""
    with suppress(ValueError):
        return ipaddress.ip_address(name).is_loopback
    return name == "localhost"


def _is_address(name: str) -> bool:
    with suppress(ValueError):
        ipaddress.ip_address(name)
        return True
    return False


def _hostname(host: str) -> str:
    with suppress(ValueError):
        return urlsplit(f"//{host}").hostname or ""
    return ""
