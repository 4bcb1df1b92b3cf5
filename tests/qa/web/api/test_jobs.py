"""Jobs over HTTP."""

from __future__ import annotations

import time
from typing import Any

import pytest
from fastapi.testclient import TestClient

BOATS = {"articles": [{"id": f"boat-{n}", "text": f"Boat {n} came in at noon."} for n in range(30)]}


def wait_for(client: TestClient, path: str) -> dict[str, Any]:
    """The job once it has ended."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        job: dict[str, Any] = client.get(path).json()
        if job["ended"]:
            return job
        time.sleep(0.02)
    raise AssertionError("the job did not end")


@pytest.mark.parametrize("how", [{"params": {"wait": "false"}}, {"headers": {"prefer": "respond-async"}}])
def test_job_reports_what_it_added(empty_client: TestClient, how: dict[str, Any]) -> None:
    client = empty_client
    accepted = client.post("/api/articles", json=BOATS, **how)
    assert accepted.status_code == 202
    assert (accepted.headers.get("preference-applied") == "respond-async") == ("headers" in how)
    job = wait_for(client, accepted.headers["location"])
    assert (job["status"], job["given"], job["told"], job["collection"]) == ("done", 30, 30, "default")
    assert set(job["report"]["added"]) == {f"boat-{n}" for n in range(30)}
    assert client.get("/api/articles").json()["total"] == 30
    assert client.get("/api/jobs").json()["jobs"] == [job]


def test_invalid_request_starts_no_job(empty_client: TestClient) -> None:
    client = empty_client
    in_background = {"wait": "false"}
    assert client.post("/api/articles", json={"text": 1}, params=in_background).status_code == 422
    invalid_name = in_background | {"collection": "../x"}
    assert client.post("/api/articles", json=BOATS, params=invalid_name).status_code == 422
    assert client.get("/api/jobs").json() == {"jobs": []}
    unknown = client.get("/api/jobs/none").json()
    assert (unknown["status"], unknown["type"]) == (404, "urn:quoth:job-unknown")
