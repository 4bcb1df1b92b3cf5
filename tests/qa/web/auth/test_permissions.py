"""The role that each request requires."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from fastapi.testclient import TestClient

from qa.web.auth.permissions import required_role

ASK = {"question": "Who made Zelenskyy an offer?"}
ARTICLE = {"id": "tides", "text": "High tide was at 18:40."}


@pytest.mark.parametrize(
    ("method", "path", "body", "role"),
    [
        ("GET", "/healthz", None, "public"),
        ("GET", "/readyz", None, "public"),
        ("GET", "/signin", None, "public"),
        ("GET", "/", None, "reader"),
        ("GET", "/en/config", None, "reader"),
        ("GET", "/docs", None, "reader"),
        ("GET", "/openapi.json", None, "reader"),
        ("POST", "/api/ask", ASK, "reader"),
        ("POST", "/api/ask/stream", ASK, "reader"),
        ("POST", "/api/check", {"text": "Zelenskyy was made an offer."}, "reader"),
        ("POST", "/api/search", {"query": "offer"}, "reader"),
        ("GET", "/api/articles", None, "reader"),
        ("POST", "/en/gradio_api/queue/join", {}, "reader"),
        ("POST", "/library/articles", None, "editor"),
        ("POST", "/draft/text", None, "reader"),
        ("POST", "/api/articles", ARTICLE, "editor"),
        ("DELETE", "/api/articles/tides", None, "editor"),
        ("POST", "/en/gradio_api/upload", None, "editor"),
        ("GET", "/metrics", None, "admin"),
        ("GET", "/de/gradio_api/proxy=https://example.org", None, "admin"),
        ("POST", "/en/gradio_api/run/predict", {}, "admin"),
        ("GET", "/made/tomorrow", None, "admin"),
        ("PATCH", "/api/ask", None, "admin"),
    ],
)
def test_roles_below_the_required_one_are_refused(keyed, method, path, body, role):
    _, client = keyed
    order = ["public", "reader", "editor", "admin"]
    for name in ("", "reader", "editor", "admin"):
        response = client(name).request(method, path, json=body)
        refused = order.index(name or "public") < order.index(role)
        assert (response.status_code in (401, 403)) == refused, (name, response.text)
        if refused:
            assert response.headers["content-type"] == "application/problem+json"
            assert response.headers.get("www-authenticate") == (None if name else "Bearer")


ADMIN_PATHS = ("/metrics", "/api/export", "/api/import")
READER_POSTS = (
    "/api/ask",
    "/api/ask/stream",
    "/api/check",
    "/api/check/stream",
    "/api/search",
    "/api/feedback",
    "/v1/chat/completions",
)


def test_every_operation_has_its_role(keyed):
    _, client = keyed
    paths = client("admin").get("/openapi.json").json()["paths"]
    for path, methods in paths.items():
        for method in methods:
            role = required_role(method.upper(), re.sub(r"\{\w+\}", "x", path))
            reads = method == "get" or path in READER_POSTS
            public = path in ("/healthz", "/readyz")
            expected = "public" if public else "admin" if path in ADMIN_PATHS else "reader"
            assert role == (expected if reads or path in ADMIN_PATHS else "editor"), (method, path)


def test_host_header_cannot_change_the_path(keyed):
    _, client = keyed
    response = client("").get("/api/articles", headers={"host": "localhost/healthz?"})
    assert response.status_code in (401, 403)


def test_key_is_limited_to_its_collections(keyed):
    _, client = keyed
    other = client("other")
    assert other.post("/api/articles?collection=other", json=ARTICLE).json()["added"] == ["tides"]
    assert [one["name"] for one in other.get("/api/collections").json()["collections"]] == ["other"]
    assert other.post("/api/search", json={"query": "tide", "collection": "other"}).json()["hits"]
    for refused in (
        other.post("/api/ask", json=ASK),
        other.post("/api/search", json={"query": "offer"}),
        other.get("/api/articles"),
        other.post("/api/articles", json=ARTICLE),
        other.delete("/api/articles/tides"),
        other.post("/api/feedback", json={"question": "Who?", "answer": "Nobody.", "verdict": "up"}),
    ):
        assert (refused.status_code, refused.json()["type"]) == (403, "urn:quoth:not-allowed")
    stream = other.post("/api/ask/stream", json=ASK).text
    assert "not-allowed" in stream and "event: evidence" not in stream
    assert _call_tool(other, "search", query="offer")["isError"]
    assert not _call_tool(other, "search", query="tide", collection="other").get("isError")


def test_readers_cannot_use_the_tool_that_adds(keyed):
    _, client = keyed
    assert not _call_tool(client("reader"), "search", query="offer").get("isError")
    refused = _call_tool(client("reader"), "add_article", text="Low tide was at noon.")
    assert refused["isError"] and "'editor'" in refused["content"][0]["text"]
    assert not _call_tool(client("editor"), "add_article", text="Low tide was at noon.").get("isError")


def _call_tool(client: TestClient, name: str, **arguments: str) -> dict[str, Any]:
    params = {"name": name, "arguments": arguments}
    call = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}
    headers = {"accept": "application/json, text/event-stream", "mcp-protocol-version": "2025-06-18"}
    response = client.post("/mcp", json=call, headers=headers)
    found = re.search(r"\{.*\}", response.text)
    assert found, response.text
    result: dict[str, Any] = json.loads(found[0])["result"]
    return result


def test_window_events_run_on_behalf_of_their_sender(keyed):
    _, client = keyed
    assert "Northshore Wire" in _load_events(client("reader"))
    assert "Northshore Wire" not in _load_events(client("other"))


def _load_events(client: TestClient) -> str:
    """The result of the events that the page sends when it loads."""
    for event in client.get("/en/config").json()["dependencies"]:
        if any(trigger == "load" for _, trigger in event["targets"]):
            sent = {"data": [None] * len(event["inputs"]), "fn_index": event["id"], "session_hash": "s"}
            assert client.post("/en/gradio_api/queue/join", json=sent).status_code == 200
    return client.get("/en/gradio_api/queue/data?session_hash=s").text
