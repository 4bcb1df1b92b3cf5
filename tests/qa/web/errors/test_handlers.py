"""Every error is a problem."""

from __future__ import annotations

import json

import pytest
from fastapi.testclient import TestClient

from qa.web.api import create_api
from qa.web.app import protect
from qa.web.auth.api_keys import ApiKeyFile
from qa.web.auth.server_access import ServerAccess
from qa.web.errors.problem_details import MEDIA_TYPE
from tests.qa.web.responses import api_client, problem

JSON = {"content-type": "application/json"}


def test_unexpected_error_reveals_nothing(answering, monkeypatch):
    assistant = answering(None)
    monkeypatch.setattr(assistant, "counts", lambda: 1 / 0)
    body = problem(api_client(assistant).get("/api/collections"), 500)
    assert "division" not in json.dumps(body)


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE", "PATCH"])
@pytest.mark.parametrize("path", ["/api", "/api/nothing", "/api/ask/nothing"])
def test_unknown_paths_are_problems(client, method, path):
    assert problem(client.request(method, path), 404)["instance"] == path


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/api/ask"), ("PUT", "/api/articles"), ("POST", "/readyz")]
)
def test_unsupported_methods_are_problems(client, method, path):
    response = client.request(method, path)
    problem(response, 405)
    assert response.headers["allow"]


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PATCH", "/api/articles", "DELETE, GET, POST"),
        ("PATCH", "/api/articles/a/b", "DELETE, GET"),
        ("POST", "/api/jobs/x", "DELETE, GET"),
        ("GET", "/v1/chat/completions", "POST"),
    ],
)
def test_allow_names_every_method_of_the_path(client, method, path, allowed):
    response = client.request(method, path)
    assert response.status_code == 405
    assert set(allowed.split(", ")) <= set(response.headers["allow"].split(", "))


def test_undecodable_body_is_described_and_says_what_to_send(client):
    paths = client.get("/openapi.json").json()["paths"]
    for path in ("/api/ask", "/api/ask/stream", "/api/search", "/api/feedback"):
        body = problem(client.post(path, content=b'{"query": "caf\xe9"}', headers=JSON), 400)
        assert "UTF-8" in body["detail"]
        assert "400" in paths[path]["post"]["responses"]
    body = problem(client.request("DELETE", "/api/articles", content=b'{"ids": ["\xe9"]}', headers=JSON), 400)
    assert "UTF-8" in body["detail"] and "400" in paths["/api/articles"]["delete"]["responses"]


def test_only_the_owner_reads_what_names_files(answering, caplog):
    assistant = answering(None)
    (assistant.home / "keys.json").write_text("[")
    (assistant.home / "keys.json").chmod(0o600)
    guarded = TestClient(protect(create_api(assistant), ServerAccess(), ApiKeyFile(assistant.home)))
    body = problem(guarded.get("/api/articles", headers={"host": "localhost"}), 500, "urn:quoth:keys-invalid")
    assert str(assistant.home) not in body["detail"]
    assert str(assistant.home) in caplog.text


INVALID_BODIES: list[tuple[str, bytes]] = [
    ("/api/ask", b""),
    ("/api/ask", b"{"),
    ("/api/ask", b"[]"),
    ("/api/ask", b"null"),
    ("/api/ask", b"\xff\xfe"),
    ("/api/ask", b"[" * 30_000),
    ("/api/ask", b"1" * 10_000),
    ("/api/ask", b"{}"),
    ("/api/ask", b'{"question": NaN}'),
    ("/api/ask", b'{"question": 7}'),
    ("/api/ask", b'{"question": ""}'),
    ("/api/ask", b'{"question": "  "}'),
    ("/api/ask", b'{"question": "a\\u0000b"}'),
    ("/api/ask", b'{"question": "\\ud800"}'),
    ("/api/ask", b'{"question": "a", "\\ud800": 1}'),
    ("/api/ask", b'{"question": "a", "questoin": "a"}'),
    ("/api/ask", b'{"question": "%s"}' % (b"a" * 2001)),
    ("/api/ask", b'{"question": "a", "as_of": "soon"}'),
    ("/api/ask", b'{"question": "a", "as_of": 20221028}'),
    ("/api/ask", b'{"question": "a", "as_of": "2023-02-30"}'),
    ("/api/ask", b'{"question": "a", "history": [{"role": "system", "content": "x"}]}'),
    ("/api/ask", b'{"question": "a", "history": [{"role": "user", "content": "\\udfff"}]}'),
    ("/api/ask", b'{"question": "a", "filters": {"as_of": "2023-02-03"}}'),
    ("/api/ask", b'{"question": "a", "filters": {"source": "\\ud800"}}'),
    ("/api/ask", b'{"question": "a", "filters": {"article_ids": "x"}}'),
    ("/api/ask", b'{"question": "a", "collection": "../x"}'),
    ("/api/search", b'{"query": "a", "k": 0}'),
    ("/api/search", b'{"query": "a", "k": 101}'),
    ("/api/search", b'{"query": "a", "k": "5"}'),
    ("/api/search", b'{"query": "a", "k": true}'),
    ("/api/search", b'{"query": "a", "k": Infinity}'),
    ("/api/search", b'{"query": ""}'),
    ("/api/search", b'{"query": "a", "collection": "\\u0000"}'),
    ("/api/articles", b""),
    ("/api/articles", b"{}"),
    ("/api/articles", b"[]"),
    ("/api/articles", b"NaN"),
    ("/api/articles", b'{"articles": 1}'),
    ("/api/articles", b'{"text": NaN}'),
    ("/api/articles", b'{"text": "a", "unread": NaN}'),
    ("/api/ask", b'{"question": "a", "history": ' + b"[" * 900 + b"]" * 900 + b"}"),
    ("/api/articles", b'{"text": "\\ud800"}'),
    ("/api/articles", b'{"text": "a", "date": 20221028}'),
    ("/api/articles", b"[" * 30_000),
    ("/api/articles", b"\xff"),
    ("/api/articles?collection=NO", b'{"text": "A text."}'),
]


@pytest.mark.parametrize(("path", "body"), INVALID_BODIES)
def test_invalid_bodies_are_refused(client, path, body):
    response = client.post(path, content=body, headers=JSON)
    assert response.status_code in (400, 422), response.text
    assert response.headers["content-type"] == MEDIA_TYPE
    assert response.json()["detail"]


def test_invalid_field_is_named(client):
    response = client.post("/api/ask", json={"question": "a", "filters": {"after": "soon"}})
    body = problem(response, 422, "urn:quoth:request-invalid")
    assert [error["place"] for error in body["errors"]] == ["body.filters.after"]


@pytest.mark.parametrize(
    "media_type", ["text/plain", "application/x-www-form-urlencoded", "", "application/xml"]
)
@pytest.mark.parametrize("path", ["/api/ask", "/api/ask/stream", "/api/search", "/api/articles"])
def test_other_media_types_are_refused(client, path, media_type):
    body = b'{"question": "a", "query": "a", "text": "a"}'
    response = client.post(path, content=body, headers={"content-type": media_type} if media_type else {})
    problem(response, 415)
