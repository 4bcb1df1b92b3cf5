"""The sign-in page of the chat window, and the sessions it starts."""

from __future__ import annotations

import secrets
from html import escape
from urllib.parse import parse_qs

from cachetools import TTLCache
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from index.errors import QuothError
from qa.auth import Caller
from qa.web.auth.api_keys import ApiKeyFile, hash_token
from qa.web.auth.permissions import SIGN_IN, SIGN_OUT

COOKIE = "quoth_session"
SESSION_SECONDS = 12 * 3600
# Beyond this the least recently used session ends, and its user signs in again.
MAX_SESSIONS = 1000

_PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Quoth</title>
<style>
:root {{ color-scheme: light dark; --paper: #f7f4ee; --ink: #222; --line: #8a8378; --mark: #8c2f1b }}
@media (prefers-color-scheme: dark) {{ :root {{ --paper: #191714; --ink: #e8e3da; --mark: #e8927c }} }}
body {{ background: var(--paper); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; margin: 0 }}
main {{ max-width: 24rem; margin: 18vh auto 0; padding: 0 1.5rem }}
h1 {{ font: 2.2rem Georgia, "Liberation Serif", serif; margin: 0 0 1.2rem }}
h1 span {{ color: var(--mark) }}
label {{ display: block; margin-bottom: .3rem }}
input, button {{ font: inherit; box-sizing: border-box; width: 100%; padding: .55rem .7rem; color: inherit;
  border: 1px solid var(--line); border-radius: .3rem; background: transparent }}
button {{ margin-top: .8rem; background: var(--ink); color: var(--paper); cursor: pointer }}
:focus-visible {{ outline: 2px solid var(--mark); outline-offset: 2px }}
.error {{ color: var(--mark) }}
</style>
<main><h1><span aria-hidden="true">“</span>Quoth</h1>{content}</main></html>
"""
_SIGN_IN_FORM = """{error}<form method="post" action="{action}">
<label for="key">Your key</label>
<input id="key" name="key" type="password" autocomplete="current-password" maxlength="200" required autofocus>
<button>Sign in</button></form>
<p>The person who runs this server creates keys with <code>quoth keys add</code>.</p>"""
_SIGNED_IN = """<p>You are signed in as {name}, {role}.</p><p><a href="/">Ask the articles</a></p>
<form method="post" action="{action}"><button>Sign out</button></form>"""


class Sessions:
    """The signed-in users. The cookie holds a random token, not the key; removing a key ends its sessions."""

    def __init__(self, keys: ApiKeyFile) -> None:
        self._keys = keys
        # The hash of a session's token -> the digest of the key it was opened with.
        self._key_digests: TTLCache[str, str] = TTLCache(MAX_SESSIONS, SESSION_SECONDS)

    def caller(self, request: Request) -> Caller | None:
        """The user whose session cookie the request carries, or None."""
        digest = self._key_digests.get(_session_id(request))
        if digest is None:
            return None
        return next((key.caller for key in self._keys.all() if key.digest == digest), None)

    async def handle(self, request: Request) -> Response:
        """The response to a request for `SIGN_IN` or `SIGN_OUT`."""
        if request.scope["path"] == SIGN_OUT:
            return self._sign_out(request)
        if request.method == "POST":
            return await self._sign_in(request)
        caller = self.caller(request)
        if caller is None:
            return _sign_in_page()
        content = _SIGNED_IN.format(name=escape(caller.name), role=caller.role, action=SIGN_OUT)
        return HTMLResponse(_PAGE.format(content=content))

    async def _sign_in(self, request: Request) -> Response:
        form = parse_qs((await request.body()).decode("utf-8", "replace"))
        key = self._keys.find(form.get("key", [""])[0].strip())
        if not key:
            return _sign_in_page("This server does not know that key.", 401)
        token = secrets.token_urlsafe(32)
        self._key_digests[hash_token(token)] = key.digest
        response = RedirectResponse("/", 303)
        response.set_cookie(
            COOKIE,
            token,
            max_age=SESSION_SECONDS,
            httponly=True,
            samesite="strict",
            secure=request.url.scheme == "https",
        )
        return response

    def _sign_out(self, request: Request) -> Response:
        self._key_digests.pop(_session_id(request), None)
        response = RedirectResponse(SIGN_IN, 303)
        response.delete_cookie(COOKIE, httponly=True, samesite="strict")
        return response


def _session_id(request: Request) -> str:
    return hash_token(request.cookies.get(COOKIE, ""))


def _sign_in_page(error: str = "", status: int = 200) -> Response:
    alert = f'<p class="error" role="alert">{escape(error)}</p>' if error else ""
    return HTMLResponse(_PAGE.format(content=_SIGN_IN_FORM.format(error=alert, action=SIGN_IN)), status)


def error_page(error: QuothError, status: int) -> Response:
    """An error as a page, for a browser."""
    content = f'<p class="error" role="alert">{escape(str(error))}</p><p><a href="{SIGN_IN}">Sign in</a></p>'
    return HTMLResponse(_PAGE.format(content=content), status)
