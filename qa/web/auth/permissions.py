"""What each address of the server needs: one table, for the API, the tools and the window alike."""

from __future__ import annotations

import re
from typing import Literal

from qa.auth import Role

Need = Role | Literal["nothing"]

SIGN_IN, SIGN_OUT = "/signin", "/signout"
READING = ("GET", "HEAD", "OPTIONS")
ANY = (*READING, "POST", "PUT", "PATCH", "DELETE")

_PAGE = r"/[a-z]{2}"
_EVENTS = rf"{_PAGE}/gradio_api"
# The first line that fits decides. What no line fits, such as what is made tomorrow, is for admins alone.
_TABLE: tuple[tuple[tuple[str, ...], str, Need], ...] = (
    (READING, r"/healthz|/readyz", "nothing"),
    (("GET", "HEAD", "POST"), SIGN_IN, "nothing"),
    (("POST",), SIGN_OUT, "nothing"),
    (READING, r"/docs(/.*)?|/openapi\.json", "reader"),
    (("POST",), r"/api/(ask|ask/stream|search|feedback)", "reader"),
    (READING, r"/api/(articles|collections|jobs)(/.*)?", "reader"),
    (ANY, r"/api/(articles|collections|jobs)(/.*)?", "editor"),
    (("POST",), r"/v1/chat/completions", "reader"),
    (READING, r"/v1/models(/.*)?", "reader"),
    # Which tool is called stands in the body: the hall looks at what it does.
    (("POST",), r"/mcp", "reader"),
    # The window: its pages, one a language, with their parts, and the events of its own buttons.
    (READING, r"/|/window\.svg|/robots\.txt|/favicon\.ico", "reader"),
    (READING, rf"{_PAGE}(/(config|theme\.css|favicon\.ico|manifest\.json)?/?)?", "reader"),
    (READING, rf"{_PAGE}/(assets|static|svelte)/.+", "reader"),
    (READING, rf"{_EVENTS}/(queue/data|heartbeat/.+|file=.+|startup-events|theme\.css|app_id)/?", "reader"),
    (("POST",), rf"{_EVENTS}/(queue/join|cancel|reset|component_server)/?", "reader"),
    (ANY, rf"{_EVENTS}/(upload|upload_progress)/?", "editor"),
    (("POST",), r"/library/articles", "editor"),
)
_LINES = tuple((methods, re.compile(path), need) for methods, path, need in _TABLE)


def needed(method: str, path: str) -> Need:
    """The role that whoever asks this must have; "nothing" where everybody may."""
    return next(
        (need for methods, line, need in _LINES if method in methods and line.fullmatch(path)), "admin"
    )


def counted(method: str, path: str) -> bool:
    """Whether it counts as a request of its caller: not the parts of a page, which come by the dozen."""
    return method not in READING or path.startswith(("/api/", "/v1/", "/mcp"))
