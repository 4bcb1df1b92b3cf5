"""The sign-in page of the chat window, and the sessions it starts."""

from __future__ import annotations

import secrets
from html import escape
from urllib.parse import parse_qs

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from index.errors import QuothError
from index.text.messages.catalogue import messages_in
from index.text.messages.messages import Messages
from index.text.messages.phrase import Phrase
from qa.auth import Caller
from qa.web.auth.api_keys import ApiKeys, hash_token
from qa.web.auth.permissions import SIGN_IN, SIGN_OUT, role_name
from qa.web.auth.session_store import SESSION_SECONDS, SessionStore

COOKIE = "quoth_session"
MAX_SIGN_IN_BYTES = 4_000
"""A body of `SIGN_IN` is a form with one key, and is read from anyone."""
_MAX_FIELDS = 10

_PAGE = """<!doctype html>
<html lang="{language}"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
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
<label for="key">{label}</label>
<input id="key" name="key" type="password" autocomplete="current-password" maxlength="200" required autofocus>
<button>{button}</button></form>
<p>{hint}</p>"""
_SIGNED_IN = """<p>{signed_in}</p><p><a href="{window}">{link}</a></p>
<form method="post" action="{action}"><button>{button}</button></form>"""


class Sessions:
    """The signed-in users. The cookie holds a random token, not the key; removing a key ends its sessions."""

    def __init__(self, keys: ApiKeys, store: SessionStore) -> None:
        self._keys = keys
        self._store = store

    def caller(self, request: Request) -> Caller | None:
        """The user whose session cookie the request carries, or None."""
        if COOKIE not in request.cookies or not (digest := self._store.key_of(_session_id(request))):
            return None
        return next((key.caller for key in self._keys.all() if key.digest == digest), None)

    async def handle(self, request: Request) -> Response:
        """The response to a request for `SIGN_IN` or `SIGN_OUT`."""
        if request.scope["path"] == SIGN_OUT:
            return await self._sign_out(request)
        if request.method == "POST":
            return await self._sign_in(request)
        root, caller = root_path(request), await run_in_threadpool(self.caller, request)
        if caller is None:
            return _sign_in_page(request)
        messages = messages_of(request)
        signed_in = messages.gettext(
            "You are signed in as {name}, {role}.", name=caller.name, role=role_name(caller.role, messages)
        )
        content = _SIGNED_IN.format(
            signed_in=escape(signed_in),
            link=escape(messages.gettext("Ask the articles")),
            button=escape(messages.gettext("Sign out")),
            action=f"{root}{SIGN_OUT}",
            window=f"{root}/",
        )
        return _page(content, messages)

    async def _sign_in(self, request: Request) -> Response:
        body, root = (await request.body()).decode("utf-8", "replace"), root_path(request)
        try:
            form = parse_qs(body, max_num_fields=_MAX_FIELDS)
        except ValueError:
            raise HTTPException(413, "the form has too many fields; send only `key`") from None
        key = await run_in_threadpool(self._keys.find, form.get("key", [""])[0].strip())
        if not key:
            return _sign_in_page(request, Phrase("This server does not know that key."), 401)
        token = secrets.token_urlsafe(32)
        await run_in_threadpool(self._store.start, hash_token(token), key.digest)
        response = RedirectResponse(f"{root}/", 303)
        response.set_cookie(
            COOKIE,
            token,
            max_age=SESSION_SECONDS,
            path=root or "/",
            httponly=True,
            samesite="strict",
            secure=request.url.scheme == "https",
        )
        return response

    async def _sign_out(self, request: Request) -> Response:
        await run_in_threadpool(self._store.end, _session_id(request))
        root = root_path(request)
        response = RedirectResponse(f"{root}{SIGN_IN}", 303)
        response.delete_cookie(COOKIE, path=root or "/", httponly=True, samesite="strict")
        return response


def _session_id(request: Request) -> str:
    return hash_token(request.cookies.get(COOKIE, ""))


def root_path(request: Request) -> str:
    """The path of the server on its site; empty if it has the whole site."""
    root: str = request.scope.get("root_path", "")
    return root


def messages_of(request: Request) -> Messages:
    """The messages of the language that the request prefers."""
    return messages_in(request.headers.get("accept-language", ""))


def _sign_in_page(request: Request, error: str = "", status: int = 200) -> Response:
    messages = messages_of(request)
    hint = escape(messages.gettext("The person who runs this server creates keys with {command}."))
    form = _SIGN_IN_FORM.format(
        error=_alert(messages.told(error)) if error else "",
        action=f"{root_path(request)}{SIGN_IN}",
        label=escape(messages.gettext("Your key")),
        button=escape(messages.gettext("Sign in")),
        hint=hint.format(command="<code>quoth keys add</code>"),
    )
    return _page(form, messages, status)


def error_page(error: QuothError, status: int, request: Request) -> Response:
    """An error as a page, for a browser."""
    messages = messages_of(request)
    link = escape(messages.gettext("Sign in"))
    sign_in = f'<p><a href="{root_path(request)}{SIGN_IN}">{link}</a></p>'
    return _page(f"{_alert(messages.told(error.message))}{sign_in}", messages, status)


def _alert(text: str) -> str:
    return f'<p class="error" role="alert">{escape(text)}</p>'


def _page(content: str, messages: Messages, status: int = 200) -> Response:
    return HTMLResponse(_PAGE.format(content=content, language=messages.language), status)
