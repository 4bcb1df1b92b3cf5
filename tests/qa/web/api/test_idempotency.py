"""Requests repeated with an idempotency key."""

from __future__ import annotations

from typing import Any

from fastapi.testclient import TestClient

from qa.auth import Caller, on_behalf_of


def test_same_key_and_body_get_the_same_response(empty_client: TestClient) -> None:
    client = empty_client

    def send(key: str, text: str, **headers: str) -> Any:
        given = {"id": "a", "text": text}
        return client.post("/api/articles", json=given, headers={"idempotency-key": key, **headers})

    first, again = send("k1", "Snow fell."), send("k1", "Snow fell.")
    assert first.json()["added"] == again.json()["added"] == ["a"]
    assert "idempotency-replayed" not in first.headers
    assert again.headers["idempotency-replayed"] == "true"
    other = send("k1", "Hail fell.")
    assert (other.status_code, other.json()["detail"][:20]) == (422, "this Idempotency-Key")
    assert send("k2", "Snow fell.").json()["unchanged"] == ["a"]
    with on_behalf_of(Caller(name="another", role="editor")):
        assert send("k1", "Hail fell.").json()["updated"] == ["a"]
    assert send("", "x").status_code == 422
    # A request that failed can be retried.
    assert client.post("/api/articles", content=b"{", headers={"idempotency-key": "k3"}).status_code == 415
    assert send("k3", "Rain fell.").json()["updated"] == ["a"]


def test_multipart_boundary_does_not_matter(empty_client: TestClient) -> None:
    client = empty_client

    def send(content: bytes) -> Any:
        files = [("files", ("a.txt", content))]
        return client.post("/api/articles", files=files, headers={"idempotency-key": "f"})

    assert len(send(b"Snow fell.").json()["added"]) == 1
    assert len(send(b"Snow fell.").json()["added"]) == 1
    assert send(b"Hail fell.").status_code == 422


def test_job_is_started_once(empty_client: TestClient) -> None:
    client = empty_client
    headers = {"idempotency-key": "j", "prefer": "respond-async"}
    first = client.post("/api/articles", json={"id": "a", "text": "Snow fell."}, headers=headers)
    again = client.post("/api/articles", json={"id": "a", "text": "Snow fell."}, headers=headers)
    assert first.headers["location"] == again.headers["location"]
    assert len(client.get("/api/jobs").json()["jobs"]) == 1
