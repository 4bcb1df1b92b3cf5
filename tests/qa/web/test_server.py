"""The server as a process of its own, over a real socket."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote

import httpx
import pytest
from fastapi.testclient import TestClient

from qa.errors import AddressUnavailable
from qa.settings import Settings
from qa.web.app import create_app
from qa.web.middleware.host_guard import ServerAccess
from qa.web.run import serve
from tests.paths import ROOT

pytestmark = pytest.mark.slow

PROGRAM = (
    "from qa.web.run import serve; from qa.settings import read_settings; serve(read_settings(), port=0)"
)


@dataclass
class Running:
    process: subprocess.Popen[str]
    url: str
    #: statuses of /readyz from the first answer on, without repetitions
    readiness: list[int]


@pytest.fixture(scope="module")
def running(tmp_path_factory, seeded_folder) -> Iterator[Running]:
    from tests.conftest import MODELS

    home = tmp_path_factory.mktemp("home")
    (home / "models").symlink_to(MODELS, target_is_directory=True)
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM],
        cwd=ROOT,
        env={**os.environ, "QUOTH_HOME": str(home), "QUOTH_MODEL": "none"},
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        try:
            assert process.stderr
            told = next((line for line in process.stderr if line.startswith("Quoth answers")), "")
            url = re.search(r"http://127\.0\.0\.1:\d+", told)
            assert url, told
            readiness: list[int] = []
            until = time.monotonic() + 60
            while readiness[-1:] != [200] and time.monotonic() < until:
                status = httpx.get(f"{url[0]}/readyz").status_code
                if readiness[-1:] != [status]:
                    readiness.append(status)
                time.sleep(0.05)
            yield Running(process, url[0], readiness)
        finally:
            process.kill()


def test_it_says_when_questions_can_be_answered(running):
    assert running.readiness == [503, 200]
    assert httpx.get(f"{running.url}/healthz").json() == {"status": "ok"}


def test_it_takes_articles_and_answers(running):
    article = {"id": "tides/1", "text": "High tide was at 18:40. The harbour was closed."}
    assert httpx.post(f"{running.url}/api/articles", json=article).json()["added"] == ["tides/1"]
    answer = httpx.post(f"{running.url}/api/ask", json={"question": "When was high tide?"}).json()
    assert answer["status"] == "answered" and answer["model"] == "none"
    [citation] = answer["citations"]
    text = httpx.get(f"{running.url}/api/articles/tides/1").json()["text"]
    assert citation["quote"] == text[citation["start"] : citation["end"]]
    with httpx.stream(
        "POST", f"{running.url}/api/ask/stream", json={"question": "When was high tide?"}
    ) as told:
        names = [line.removeprefix("event: ") for line in told.iter_lines() if line.startswith("event: ")]
    assert names == ["evidence", "token", "answer"]


@pytest.mark.parametrize("own", ["a%2Fb", "a//b", "Zürich 🚢/?#"])
def test_ids_are_escaped_once(running, own):
    httpx.post(f"{running.url}/api/articles", json={"id": own, "text": "A text of its own."})
    address = f"{running.url}/api/articles/{quote(own, safe='')}"
    assert httpx.get(address).json()["id"] == own
    assert httpx.delete(address).status_code == 204


def test_window_and_api_live_side_by_side(running):
    assert "<html" in httpx.get(running.url, follow_redirects=True).text
    unknown = httpx.get(f"{running.url}/api/nothing")
    assert (unknown.status_code, unknown.headers["content-type"]) == (404, "application/problem+json")
    assert httpx.put(f"{running.url}/api/ask").status_code == 405


def test_the_docs_need_nothing_from_elsewhere(running):
    page = httpx.get(f"{running.url}/docs").text
    assert not re.search(r"(?:https?:)?//\w", page)
    own = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert len(own) == 3
    for path in [*own, "/openapi.json"]:
        assert httpx.get(running.url + path).status_code == 200, path


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
def test_pages_of_other_sites_are_kept_out(running, headers, status):
    headers = {name: running.url if value == "SELF" else value for name, value in headers.items()}
    response = httpx.post(f"{running.url}/api/ask", json={}, headers=headers)
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    assert "access-control-allow-origin" not in response.headers


def test_a_taken_port_is_told_before_anything_is_loaded(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        settings = Settings(home=tmp_path / "home", model="none")
        with pytest.raises(AddressUnavailable, match=f"port {port} on 127.0.0.1 is in use; .*--port"):
            serve(settings, port=port)
    assert not (tmp_path / "home").exists()


def test_an_address_of_another_machine_is_told(tmp_path):
    with pytest.raises(AddressUnavailable, match=r"192\.0\.2\.1.*--host"):
        serve(Settings(home=tmp_path, model="none"), host="192.0.2.1", port=0, open_to_all=True)


@pytest.mark.parametrize(
    ("entrance", "name", "status"),
    [
        # A page that bends a name to this machine has no key to show.
        (ServerAccess(host="0.0.0.0"), "quoth.example", 200),
        (ServerAccess(host="0.0.0.0", open_to_all=True), "quoth.example", 403),
        (ServerAccess(host="0.0.0.0", open_to_all=True), "10.0.0.8", 200),
        (ServerAccess(host="0.0.0.0", names=("quoth.example",), open_to_all=True), "quoth.example", 200),
        (ServerAccess(names=("quoth.example",)), "quoth.example", 200),
        (ServerAccess(names=("quoth.example",)), "evil.example", 403),
        (ServerAccess(), "10.0.0.8", 403),
    ],
)
def test_which_names_lead_in(answering, entrance, name, status):
    client = TestClient(create_app(answering(None), entrance), base_url=f"http://{name}")
    assert client.get("/healthz").status_code == status
    refused = client.post("/api/search", json={"query": "x"}, headers={"origin": "http://evil.example"})
    assert refused.status_code == 403


def test_sigterm_ends_it_cleanly(running):
    began = time.monotonic()
    running.process.send_signal(signal.SIGTERM)
    assert running.process.wait(timeout=10) == 0
    assert time.monotonic() - began < 10
    assert running.process.stderr and "Traceback" not in running.process.stderr.read()
