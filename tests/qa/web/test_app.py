"""The API, its documentation and the chat window side by side on a real server."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import quote

import httpx
import pytest

from tests.serving import Serving


@pytest.fixture
def web(server: Serving) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.url, trust_env=False, timeout=60) as client:
        yield client


def test_articles_are_added_and_questions_answered(web: httpx.Client) -> None:
    article = {"id": "tides/1", "text": "High tide was at 18:40. The harbour was closed."}
    question = {"question": "When was high tide?", "collection": "tides"}
    web.params = {"collection": "tides"}
    assert web.post("/api/articles", json=article).json()["added"] == ["tides/1"]
    answer = web.post("/api/ask", json=question).json()
    assert answer["status"] == "answered" and answer["model"] == "none"
    [citation] = answer["citations"]
    text = web.get("/api/articles/tides/1").json()["text"]
    assert citation["quote"] == text[citation["start"] : citation["end"]]
    with web.stream("POST", "/api/ask/stream", json=question) as response:
        names = [line.removeprefix("event: ") for line in response.iter_lines() if line.startswith("event: ")]
    assert names == ["evidence", "token", "answer"]


@pytest.mark.parametrize("id_", ["a%2Fb", "a//b", "Zürich 🚢/?#"])
def test_ids_are_unescaped_once(web: httpx.Client, id_: str) -> None:
    web.post("/api/articles", json={"id": id_, "text": "A text of its own."})
    address = f"/api/articles/{quote(id_, safe='')}"
    assert web.get(address).json()["id"] == id_
    assert web.delete(address).status_code == 204


def test_window_and_api_share_an_address(web: httpx.Client) -> None:
    assert "<html" in web.get("/", follow_redirects=True).text
    unknown = web.get("/api/nothing")
    assert (unknown.status_code, unknown.headers["content-type"]) == (404, "application/problem+json")
    assert web.put("/api/ask").status_code == 405


def test_docs_load_nothing_from_other_hosts(web: httpx.Client) -> None:
    page = web.get("/docs").text
    assert not re.search(r"(?:https?:)?//\w", page)
    urls = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert len(urls) == 3
    for path in [*urls, "/openapi.json"]:
        assert web.get(path).status_code == 200, path
