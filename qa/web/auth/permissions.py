"""The role that each method and path requires: one table for the API, the MCP tools and the chat window."""

from __future__ import annotations

import re
from typing import Literal

from index.text.messages.messages import Messages
from qa.auth import Role

Requirement = Role | Literal["public"]

SIGN_IN, SIGN_OUT = "/signin", "/signout"
SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
ALL_METHODS = (*SAFE_METHODS, "POST", "PUT", "PATCH", "DELETE")

# `/de`, `/pt-BR`
_PAGE = r"/(?!api|mcp)[a-z]{2,3}(?:-\w{2,4})?"
_GRADIO = rf"{_PAGE}/gradio_api"
# The first matching rule applies. Without one, as for a route added in the future, the role is admin.
_RULES: tuple[tuple[tuple[str, ...], str, Requirement], ...] = (
    (SAFE_METHODS, r"/healthz|/readyz", "public"),
    (("GET", "HEAD", "POST"), SIGN_IN, "public"),
    (("POST",), SIGN_OUT, "public"),
    (SAFE_METHODS, r"/docs(/.*)?|/openapi\.json", "reader"),
    (("POST",), r"/api/(ask|ask/stream|check|check/stream|search|feedback)", "reader"),
    (SAFE_METHODS, r"/api/(articles|collections|jobs)(/.*)?", "reader"),
    (ALL_METHODS, r"/api/(articles|collections|jobs)(/.*)?", "editor"),
    (("POST",), r"/v1/chat/completions", "reader"),
    (SAFE_METHODS, r"/v1/models(/.*)?", "reader"),
    # The body names the tool; the assistant checks the role that the tool requires.
    (("POST",), r"/mcp", "reader"),
    # The chat window: a page for each language, its assets, and Gradio's events.
    (SAFE_METHODS, r"/|/window\.svg|/robots\.txt|/favicon\.ico", "reader"),
    (SAFE_METHODS, rf"{_PAGE}(/(config|theme\.css|favicon\.ico|manifest\.json)?/?)?", "reader"),
    (SAFE_METHODS, rf"{_PAGE}/(assets|static|svelte)/.+", "reader"),
    (
        SAFE_METHODS,
        rf"{_GRADIO}/(queue/data|heartbeat/.+|file=.+|startup-events|theme\.css|app_id)/?",
        "reader",
    ),
    (("POST",), rf"{_GRADIO}/(queue/join|cancel|reset|component_server)/?", "reader"),
    (ALL_METHODS, rf"{_GRADIO}/(upload|upload_progress)/?", "editor"),
    (("POST",), r"/library/articles", "editor"),
    (("POST",), r"/draft/text", "reader"),
)
_COMPILED = tuple((methods, re.compile(path), requirement) for methods, path, requirement in _RULES)


def role_name(role: Role | None, messages: Messages) -> str:
    """What the role is called."""
    names = {
        "reader": messages.pgettext("role", "reader"),
        "editor": messages.pgettext("role", "editor"),
        "admin": messages.pgettext("role", "admin"),
    }
    return names[role] if role else ""


def required_role(method: str, path: str) -> Requirement:
    """The lowest role that may send this request, or "public" if anyone may."""
    return next(
        (need for methods, pattern, need in _COMPILED if method in methods and pattern.fullmatch(path)),
        "admin",
    )


def is_rate_limited(method: str, path: str) -> bool:
    """Whether the request counts towards its caller's rate limit. A page and its many assets do not."""
    return method not in SAFE_METHODS or path.startswith(("/api/", "/v1/", "/mcp"))
