"""What every response tells a browser: run nothing of strangers, frame nothing, tell nobody."""

from __future__ import annotations

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# Gradio's page has its script and style within itself, and compiles the handlers of its events; what
# matters is that nothing of, and to, another origin is loaded, sent or framed.
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'self' 'unsafe-inline' 'unsafe-eval' data: blob:",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'self'",
    )
)
HEADERS = {
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "SAMEORIGIN",
    # Not `no-referrer`: a form would then say that it comes from nowhere.
    "referrer-policy": "same-origin",
    "permissions-policy": "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
# Nobody's pages but this server's own read its answers, whatever a room behind says.
_NEVER = ("access-control-allow-origin", "access-control-allow-credentials", "server")


class SecurityHeadersMiddleware:
    """Puts `HEADERS` on every response that does not say otherwise itself."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)  # a page may be stricter
                for name in _NEVER:
                    del headers[name]
            await send(message)

        await self._app(scope, receive, with_headers)
