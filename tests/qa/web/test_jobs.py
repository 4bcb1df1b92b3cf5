"""Adding as other programs need it: in the background, sent twice, and only where nothing has changed."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Generator, Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient

from index.library import Library
from index.schemas import Article, Ingested, Skipped
from qa.assistant import Assistant
from qa.auth import Caller, on_behalf_of
from qa.web import jobs
from qa.web.api import create_api
from qa.web.jobs import Jobs

BOATS = {"articles": [{"id": f"boat-{n}", "text": f"Boat {n} came in at noon."} for n in range(30)]}


@pytest.fixture
def client(library: Library) -> Iterator[TestClient]:
    with TestClient(create_api(Assistant(library, None, evidence_tokens=360))) as client:
        yield client


def ended(client: TestClient, place: str) -> dict[str, Any]:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        job: dict[str, Any] = client.get(place).json()
        if job["ended"]:
            return job
        time.sleep(0.02)
    raise AssertionError("the job did not end")


@pytest.mark.parametrize("how", [{"params": {"wait": "false"}}, {"headers": {"prefer": "respond-async"}}])
def test_a_job_tells_what_it_added(client: TestClient, how: dict[str, Any]) -> None:
    taken = client.post("/api/articles", json=BOATS, **how)
    assert taken.status_code == 202
    assert (taken.headers.get("preference-applied") == "respond-async") == ("headers" in how)
    job = ended(client, taken.headers["location"])
    assert (job["status"], job["given"], job["told"], job["collection"]) == ("done", 30, 30, "default")
    assert set(job["report"]["added"]) == {f"boat-{n}" for n in range(30)}
    assert client.get("/api/articles").json()["total"] == 30
    assert client.get("/api/jobs").json()["jobs"] == [job]


def test_what_is_wrong_is_told_at_once(client: TestClient) -> None:
    later = {"wait": "false"}
    assert client.post("/api/articles", json={"text": 1}, params=later).status_code == 422
    assert client.post("/api/articles", json=BOATS, params=later | {"collection": "../x"}).status_code == 422
    assert client.get("/api/jobs").json() == {"jobs": []}
    unknown = client.get("/api/jobs/none").json()
    assert (unknown["status"], unknown["type"]) == (404, "urn:quoth:job-unknown")


class Slow:
    """Outcomes that come when they are let."""

    def __init__(self) -> None:
        self.let = threading.Semaphore(0)
        self.closed = threading.Event()

    def __call__(self) -> Generator[Ingested | Skipped, None, None]:
        try:
            for n in range(100):
                self.let.acquire(timeout=30)
                yield Ingested(article_id=str(n), how="added")
        finally:
            self.closed.set()


def told(*outcomes: Ingested | Skipped) -> Generator[Ingested | Skipped, None, None]:
    yield from outcomes


def eventually(holds: Callable[[], bool]) -> None:
    until = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.01)


def test_a_job_can_be_cancelled_and_keeps_what_it_told() -> None:
    slow, adding = Slow(), Jobs()
    running = adding.start(slow(), collection="default", given=100).id
    waiting = adding.start(told(Ingested(article_id="x", how="added")), collection="default", given=1).id
    slow.let.release(3)
    eventually(lambda: adding.job(running).told == 3)
    assert (adding.job(running).status, adding.job(waiting).status) == ("running", "waiting")
    assert adding.cancel(waiting).status == "cancelled"
    assert adding.cancel(running).status == "cancelled"
    slow.let.release()
    eventually(lambda: bool(adding.job(waiting).ended))
    assert slow.closed.is_set()
    assert 3 <= adding.job(running).told <= 4
    assert (adding.job(waiting).told, adding.job(waiting).status) == (0, "cancelled")
    adding.close()


def test_jobs_are_bounded_and_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "MOST_WAITING", 2)
    monkeypatch.setattr(jobs, "MOST_ENDED", 3)
    slow, adding = Slow(), Jobs()
    for _ in range(2):
        adding.start(slow(), collection="default", given=100)
    with pytest.raises(Exception, match="wait already"):
        adding.start(told(), collection="default", given=0)
    for job in adding.all():
        adding.cancel(job.id)
    slow.let.release(2)
    eventually(lambda: all(job.ended for job in adding.all()))
    for n in range(4):
        last = adding.start(told(Skipped(source=str(n), reason="empty")), collection="x", given=1)
        eventually(lambda id_=last.id: bool(adding.job(id_).ended))  # type: ignore[misc]
    assert len(adding.all()) == 3
    monkeypatch.setattr(jobs, "REMEMBERED", -jobs.REMEMBERED)
    assert adding.all() == ()
    adding.close()


def test_a_job_that_fails_says_why() -> None:
    def broken() -> Generator[Ingested | Skipped, None, None]:
        yield Ingested(article_id="a", how="added")
        raise OSError("the cable is out")

    adding = Jobs()
    job = adding.start(broken(), collection="default", given=2)
    eventually(lambda: bool(adding.job(job.id).ended))
    failed = adding.job(job.id)
    assert (failed.status, failed.report.added) == ("failed", ("a",))
    assert failed.error and "cable" not in failed.error
    adding.close()


# Sent twice


def test_the_same_key_and_body_get_the_same_response(client: TestClient) -> None:
    def send(key: str, text: str, **headers: str) -> Any:
        given = {"id": "a", "text": text}
        return client.post("/api/articles", json=given, headers={"idempotency-key": key, **headers})

    first, again = send("k1", "Snow fell."), send("k1", "Snow fell.")
    assert first.json()["added"] == again.json()["added"] == ["a"]
    assert (first.headers.get("idempotency-replayed"), again.headers["idempotency-replayed"]) == (
        None,
        "true",
    )
    other = send("k1", "Hail fell.")
    assert (other.status_code, other.json()["detail"][:20]) == (422, "this Idempotency-Key")
    assert send("k2", "Snow fell.").json()["unchanged"] == ["a"]
    with on_behalf_of(Caller(name="another", role="editor")):
        assert send("k1", "Hail fell.").json()["updated"] == ["a"]
    assert send("", "x").status_code == 422
    # What failed can be tried again.
    assert client.post("/api/articles", content=b"{", headers={"idempotency-key": "k3"}).status_code == 415
    assert send("k3", "Rain fell.").json()["updated"] == ["a"]


def test_files_are_the_same_however_the_form_was_written(client: TestClient) -> None:
    def send(content: bytes) -> Any:
        files = [("files", ("a.txt", content))]
        return client.post("/api/articles", files=files, headers={"idempotency-key": "f"})

    assert len(send(b"Snow fell.").json()["added"]) == 1
    assert len(send(b"Snow fell.").json()["added"]) == 1
    assert send(b"Hail fell.").status_code == 422


def test_a_job_is_started_once(client: TestClient) -> None:
    headers = {"idempotency-key": "j", "prefer": "respond-async"}
    first = client.post("/api/articles", json=BOATS, headers=headers)
    again = client.post("/api/articles", json=BOATS, headers=headers)
    assert first.headers["location"] == again.headers["location"]
    assert len(client.get("/api/jobs").json()["jobs"]) == 1
    ended(client, first.headers["location"])


# Only what has changed


def test_an_article_is_sent_only_where_it_changed(client: TestClient) -> None:
    client.post("/api/articles", json={"id": "a", "text": "Snow fell."})
    tag = client.get("/api/articles/a").headers["etag"]
    assert tag == f'"{Article(id="a", text="Snow fell.").digest}"'
    for known in (tag, f'"x", W/{tag}', "*"):
        same = client.get("/api/articles/a", headers={"if-none-match": known})
        assert (same.status_code, same.content, same.headers["etag"]) == (304, b"", tag)
    client.post("/api/articles", json={"id": "a", "text": "Hail fell."})
    changed = client.get("/api/articles/a", headers={"if-none-match": tag})
    assert changed.json()["text"] == "Hail fell."
    refused = client.delete("/api/articles/a", headers={"if-match": tag})
    assert (refused.status_code, refused.json()["type"]) == (412, "urn:quoth:article-changed")
    assert client.delete("/api/articles/b", headers={"if-match": "*"}).status_code == 404
    assert client.delete("/api/articles/a", headers={"if-match": changed.headers["etag"]}).status_code == 204


def test_pages_lead_to_each_other(client: TestClient) -> None:
    client.post("/api/articles", json=BOATS)
    place, seen = "/api/articles?limit=7&search=", []
    while place:
        page = client.get(place)
        seen += [one["id"] for one in page.json()["articles"]]
        place = page.links.get("next", {}).get("url", "")
    assert len(seen) == len(set(seen)) == 30
    links = client.get("/api/articles?limit=7&offset=14").links
    offsets = {name: link["url"].rpartition("=")[2] for name, link in links.items()}
    assert offsets == {"first": "0", "prev": "7", "next": "21", "last": "28"}
    assert client.get("/api/articles?offset=1000").links["prev"]["url"].endswith("offset=0")
