"""The page where a person shows a key to the window, and the sessions that come of it."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass
from html import escape
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from index.errors import QuothError
from qa.auth import Caller
from qa.web.auth.api_keys import ApiKeyFile, digest
from qa.web.auth.permissions import SIGN_IN, SIGN_OUT

COOKIE = "quoth_session"
SESSION_SECONDS = 12 * 3600
# The oldest gives way: whoever is signed out signs in again.
SESSIONS = 1000

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
.trouble {{ color: var(--mark) }}
</style>
<main><h1><span aria-hidden="true">“</span>Quoth</h1>{inside}</main></html>
"""
_ASKING = """{trouble}<form method="post" action="{action}">
<label for="key">Your key</label>
<input id="key" name="key" type="password" autocomplete="current-password" maxlength="200" required autofocus>
<button>Sign in</button></form>
<p>Whoever runs this server makes keys with <code>quoth keys add</code>.</p>"""
_INSIDE = """<p>You are signed in as {name}, {role}.</p><p><a href="/">Ask the articles</a></p>
<form method="post" action="{action}"><button>Sign out</button></form>"""


@dataclass(frozen=True, slots=True)
class _Session:
    key: str
    until: float


class Sessions:
    """Who is signed in. The cookie holds a random token, not the key; a removed key ends its sessions."""

    def __init__(self, keys: ApiKeyFile) -> None:
        self._keys = keys
        self._open: dict[str, _Session] = {}

    def caller(self, request: Request) -> Caller | None:
        """Who sends the cookie of this request, if they are signed in."""
        session = self._open.get(digest(request.cookies.get(COOKIE, "")))
        if session is None or session.until < time.monotonic():
            return None
        return next((key.caller for key in self._keys.all() if key.digest == session.key), None)

    async def answer(self, request: Request) -> Response:
        """The page of `SIGN_IN`, and what is sent to it and to `SIGN_OUT`."""
        if request.scope["path"] == SIGN_OUT:
            self._open.pop(digest(request.cookies.get(COOKIE, "")), None)
            leaving = RedirectResponse(SIGN_IN, 303)
            leaving.delete_cookie(COOKIE, httponly=True, samesite="strict")
            return leaving
        if request.method != "POST":
            return self._page(self.caller(request))
        given = parse_qs((await request.body()).decode("utf-8", "replace")).get("key", [""])[0].strip()
        if not (key := self._keys.find(given)):
            return _asking("This is no key of this server.", 401)
        token = secrets.token_urlsafe(32)
        while len(self._open) >= SESSIONS:
            del self._open[next(iter(self._open))]
        self._open[digest(token)] = _Session(key.digest, time.monotonic() + SESSION_SECONDS)
        entering = RedirectResponse("/", 303)
        entering.set_cookie(
            COOKIE,
            token,
            max_age=SESSION_SECONDS,
            httponly=True,
            samesite="strict",
            secure=request.url.scheme == "https",
        )
        return entering

    def _page(self, caller: Caller | None) -> Response:
        if caller is None:
            return _asking()
        inside = _INSIDE.format(name=escape(caller.name), role=caller.role, action=SIGN_OUT)
        return HTMLResponse(_PAGE.format(inside=inside))


def _asking(trouble: str = "", status: int = 200) -> Response:
    told = f'<p class="trouble" role="alert">{escape(trouble)}</p>' if trouble else ""
    return HTMLResponse(_PAGE.format(inside=_ASKING.format(trouble=told, action=SIGN_IN)), status)


def trouble_page(error: QuothError, status: int) -> Response:
    """For a person whose browser asks for a page that the error keeps from them."""
    inside = f'<p class="trouble" role="alert">{escape(str(error))}</p><p><a href="{SIGN_IN}">Sign in</a></p>'
    return HTMLResponse(_PAGE.format(inside=inside), status)
