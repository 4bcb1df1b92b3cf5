"""Security headers on every response."""

from __future__ import annotations

import httpx
import pytest

from qa.web.middleware.security_headers import HEADERS
from tests.serving import Serving


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/healthz", 200),
        ("/docs", 200),
        ("/signin", 200),
        ("/en/", 200),
        ("/en/gradio_api/startup-events", 200),
        ("/api/nothing", 404),
        ("/v1/models", 200),
        ("/mcp", 405),
    ],
)
def test_every_response_has_security_headers(server: Serving, path: str, status: int) -> None:
    response = httpx.get(server.url + path, headers={"origin": "http://evil.example"}, trust_env=False)
    assert response.status_code == status
    assert {name: response.headers.get(name) for name in HEADERS} == HEADERS
    assert not [name for name in response.headers if name.startswith("access-control-allow")]
    assert "server" not in response.headers
