"""Who comes in: keys, sessions, roles and pace, in front of everything the server answers."""

from __future__ import annotations

import hmac
from contextlib import ExitStack

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from index.errors import QuothError
from qa.auth import NOBODY, OWNER, Caller, Role, on_behalf_of, permit
from qa.errors import KeyRequired, KeyUnknown, NotAllowed
from qa.web.auth.api_keys import ApiKeyFile
from qa.web.auth.permissions import SIGN_IN, SIGN_OUT, counted, needed
from qa.web.auth.sessions import Sessions, trouble_page
from qa.web.errors.handlers import response_to
from qa.web.middleware.rate_limit import RateLimiter


class AuthenticationMiddleware:
    """Lets in who may, and tells what is behind it who that is: in `on_behalf_of`, and in the request's
    `state.caller`.

    Keys are asked for where others may come (`exposed`), and everywhere once there is one: a proxy on
    this machine makes everybody's requests look like its owner's. `owners` is the token in the note of
    the home's owner; whoever can read that may everything.
    """

    def __init__(
        self,
        app: ASGIApp,
        keys: ApiKeyFile,
        pace: RateLimiter,
        *,
        exposed: bool = False,
        open_to_all: bool = False,
        owners: str = "",
    ) -> None:
        self._app = app
        self._keys = keys
        self._sessions = Sessions(keys)
        self._pace = pace
        self._exposed = exposed
        self._asking = exposed and not open_to_all
        self._owners = owners

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            # What a server does beside its requests, such as Gradio's queue, is on nobody's behalf.
            with on_behalf_of(NOBODY):
                await self._app(scope, receive, send)
            return
        request = Request(scope, receive)
        path = scope["path"]  # not that of `request.url`, which a Host with a slash in it can bend
        with ExitStack() as stack:
            try:
                need = needed(request.method, path)
                # Who asks whether the server is there may show whatever they like.
                who = None if need == "nothing" else self._known(request)
                if who is not OWNER and counted(request.method, path):
                    stack.enter_context(self._pace.kept(who.name if who else _address(request)))
                stack.enter_context(on_behalf_of(who or NOBODY))
                if need != "nothing":
                    _check(need, who)
            except QuothError as error:
                await _refused(error, request)(scope, receive, send)
                return
            if path in (SIGN_IN, SIGN_OUT):
                await (await self._signing(request))(scope, receive, send)
                return
            request.state.caller = who or NOBODY
            await self._app(scope, receive, send)

    async def _signing(self, request: Request) -> Response:
        try:
            return await self._sessions.answer(request)
        except (QuothError, HTTPException) as error:
            return response_to(error, request.scope["path"])

    def _known(self, request: Request) -> Caller | None:
        """Who asks; None for somebody without a key. Raises KeyUnknown."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        token = token.strip() if scheme.lower() == "bearer" else ""
        if self._owners and hmac.compare_digest(token.encode(), self._owners.encode()):
            return OWNER
        # Once keys were asked for, removing the last one opens nothing until the next start.
        self._asking = self._asking or bool(self._keys.all())
        if not self._asking:
            return Caller(name=_address(request), role="admin") if self._exposed else OWNER
        if "authorization" not in request.headers:
            return self._sessions.caller(request)
        if key := self._keys.find(token):
            return key.caller
        raise KeyUnknown("this is no key of this server; ask whoever runs it for one")


def _check(need: Role, who: Caller | None) -> None:
    if who is None:
        raise KeyRequired(
            "send a key as `Authorization: Bearer KEY`; whoever runs this server makes one with "
            "`quoth keys add NAME`"
        )
    permit(need)


def _address(request: Request) -> str:
    return request.client.host if request.client else "an unknown address"


def _refused(error: QuothError, request: Request) -> Response:
    """A problem for a program, a page for a person."""
    wants_page = request.method == "GET" and "text/html" in request.headers.get("accept", "")
    if wants_page and isinstance(error, KeyRequired):
        return RedirectResponse(SIGN_IN, 303)
    if wants_page and isinstance(error, NotAllowed):
        return trouble_page(error, 403)
    return response_to(error, request.scope["path"])
