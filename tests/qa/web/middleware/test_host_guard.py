"""Pages of other sites, and names that were rebound."""

from __future__ import annotations

import httpx
import pytest
from fastapi.testclient import TestClient

from qa.web.api import create_api
from qa.web.app import protect
from qa.web.auth.api_keys import ApiKeyFile
from qa.web.auth.server_access import ServerAccess
from tests.serving import Serving


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 422),
        ({"origin": "SELF"}, 422),
        ({"origin": "http://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"origin": "http://127.0.0.1:1"}, 403),
        ({"host": "evil.example"}, 403),
        ({"host": "[broken"}, 403),
        ({"host": "localhost:99"}, 422),
        ({"host": "[::1]:99", "origin": "http://[::1]:99"}, 422),
    ],
)
def test_requests_of_other_sites_are_refused(server: Serving, headers: dict[str, str], status: int) -> None:
    headers = {name: server.url if value == "SELF" else value for name, value in headers.items()}
    response = httpx.post(f"{server.url}/api/ask", json={}, headers=headers, trust_env=False)
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    assert "access-control-allow-origin" not in response.headers


@pytest.mark.parametrize(
    ("access", "hostname", "status"),
    [
        # Any name: a page that was rebound to this server has no key.
        (ServerAccess(host="0.0.0.0"), "quoth.example", 200),
        (ServerAccess(host="0.0.0.0", open_to_all=True), "quoth.example", 403),
        (ServerAccess(host="0.0.0.0", open_to_all=True), "10.0.0.8", 200),
        (ServerAccess(host="0.0.0.0", hostnames=("quoth.example",), open_to_all=True), "quoth.example", 200),
        (ServerAccess(hostnames=("quoth.example",)), "quoth.example", 200),
        (ServerAccess(hostnames=("quoth.example",)), "evil.example", 403),
        (ServerAccess(), "10.0.0.8", 403),
    ],
)
def test_hostnames_that_are_accepted(answering, access, hostname, status):
    assistant = answering(None)
    app = protect(create_api(assistant), access, ApiKeyFile(assistant.home))
    client = TestClient(app, base_url=f"http://{hostname}")
    assert client.get("/healthz").status_code == status
    refused = client.post("/api/search", json={"query": "x"}, headers={"origin": "http://evil.example"})
    assert refused.status_code == 403
