"""Identifies the caller of each request, and enforces roles and rate limits before the application runs."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from contextlib import ExitStack
from typing import ParamSpec, TypeVar

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from index.errors import QuothError
from index.text.messages.phrase import Phrase
from qa.auth import NOBODY, OWNER, PRESUMED_OWNER, Caller, on_behalf_of, permit
from qa.errors import KeyRequired, KeyUnknown, NotAllowed
from qa.web.auth.api_keys import ApiKeys
from qa.web.auth.permissions import SIGN_IN, SIGN_OUT, is_rate_limited, required_role
from qa.web.auth.server_access import ServerAccess
from qa.web.auth.session_store import MemorySessions, SessionStore
from qa.web.auth.sessions import Sessions, error_page, messages_of, root_path
from qa.web.errors.handlers import error_response
from qa.web.middleware.rate_limit import RateLimiter, RequestCounts

_Given = ParamSpec("_Given")
_Result = TypeVar("_Result")


class AuthenticationMiddleware:
    """Runs the application on behalf of the caller, who is also the request's `state.caller`.

    Keys are required if the server is exposed, and otherwise as soon as one exists: behind a proxy on this
    machine every request seems to come from its owner. The owner's token, stored in a file that only the
    owner can read, gives full access.
    """

    def __init__(
        self,
        app: ASGIApp,
        access: ServerAccess,
        keys: ApiKeys,
        sessions: SessionStore | None = None,
        counts: RequestCounts | None = None,
    ) -> None:
        """Without `counts` that several servers share, keys, sessions and counts are those of this process,
        and take no time.
        """
        self._app = app
        self._access = access
        self._keys = keys
        self._is_shared = counts is not None
        self._sessions = Sessions(keys, sessions or MemorySessions())
        self._rate_limiter = RateLimiter(
            per_minute=access.requests_per_minute, concurrent=access.concurrent_requests, counts=counts
        )
        self._requires_key = access.requires_key

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            # What starts with the lifespan, such as Gradio's queue, must not act as the owner.
            with on_behalf_of(NOBODY):
                await self._app(scope, receive, send)
            return
        request = Request(scope, receive)
        with ExitStack() as stack:
            try:
                caller = await self._authorize(request, stack)
            except QuothError as error:
                with on_behalf_of(NOBODY):  # an error tells them less than the owner
                    response = _error_response(error, request)
                await response(scope, receive, send)
                return
            if scope["path"] in (SIGN_IN, SIGN_OUT):
                await (await self._sign_in_or_out(request))(scope, receive, send)
                return
            request.state.caller = caller
            await self._app(scope, receive, send)

    async def _authorize(self, request: Request, stack: ExitStack) -> Caller:
        """The caller, on whose behalf everything runs until the stack closes.

        Raises TooMany, KeyRequired, KeyUnknown or NotAllowed; StoreUnavailable where servers share keys.
        """
        # Not the path of `request.url`, which a Host header with a slash in it can change.
        method, path = request.method, request.scope["path"]
        role = required_role(method, path)
        # A health check may send any Authorization header; it is not looked at.
        caller = None if role == "public" else await self._call(self._identify, request)
        if caller != OWNER and is_rate_limited(method, path):
            name = caller.name if caller else _address(request)
            stack.enter_context(self._rate_limiter.running(name))
            await self._call(self._rate_limiter.count, name)
        stack.enter_context(on_behalf_of(caller or NOBODY))
        if role != "public":
            if caller is None:
                raise KeyRequired(
                    Phrase(
                        "send an API key as `Authorization: Bearer KEY`; the person who runs this server "
                        "creates one with `quoth keys add NAME`"
                    )
                )
            permit(role)
        return caller or NOBODY

    async def _call(
        self, function: Callable[_Given, _Result], *given: _Given.args, **named: _Given.kwargs
    ) -> _Result:
        """Calls a function that asks the database if servers share one, for which the event loop must not
        wait.
        """
        if self._is_shared:
            return await run_in_threadpool(function, *given, **named)
        return function(*given, **named)

    async def _sign_in_or_out(self, request: Request) -> Response:
        try:
            return await self._sessions.handle(request)
        except (QuothError, HTTPException) as error:
            return error_response(error, request.scope["path"], messages_of(request))

    def _identify(self, request: Request) -> Caller | None:
        """The caller, or None without a key or session. Raises KeyUnknown."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        token = token.strip() if scheme.lower() == "bearer" else ""
        owner_token = self._access.owner_token
        if owner_token and hmac.compare_digest(token.encode(), owner_token.encode()):
            return OWNER
        # Once a key has existed, removing the last one does not open the server until it restarts.
        self._requires_key = self._requires_key or self._keys.exist()
        if not self._requires_key:
            exposed = self._access.exposed
            return Caller(name=_address(request), role="admin") if exposed else PRESUMED_OWNER
        if "authorization" not in request.headers:
            return self._sessions.caller(request)
        if key := self._keys.find(token):
            return key.caller
        raise KeyUnknown(Phrase("this server does not know that API key; ask the person who runs it for one"))


def _address(request: Request) -> str:
    return request.client.host if request.client else "an unknown address"


def _error_response(error: QuothError, request: Request) -> Response:
    """A problem for a program; the sign-in page or an error page for a browser."""
    wants_page = request.method == "GET" and "text/html" in request.headers.get("accept", "")
    if wants_page and isinstance(error, KeyRequired):
        return RedirectResponse(f"{root_path(request)}{SIGN_IN}", 303)
    if wants_page and isinstance(error, NotAllowed):
        return error_page(error, 403, request)
    return error_response(error, request.scope["path"])
