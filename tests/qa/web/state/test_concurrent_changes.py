"""Articles are added and deleted through the API while others search, list and read them."""

from __future__ import annotations

import logging
import random
import threading
import time
from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient

from index.library import Library
from index.schemas import ArticlePage
from qa.assistant import Assistant
from qa.pipeline.suggested_questions import suggested_questions
from tests.qa.web.responses import api_client

STORIES = 12
SECONDS = 4.0


def story(number: int, version: int) -> dict[str, str]:
    sentence = f"Edition {version} of story {number} says that the ferry to Brenn carried people again. "
    return {"id": f"story{number}", "title": f"Story {number}", "text": sentence * (4 + version % 30)}


def add(client: TestClient, dice: random.Random) -> None:
    chosen = dice.sample(range(1, STORIES), 3)
    body = {"articles": [story(n, dice.randrange(999)) for n in chosen]}
    assert client.post("/api/articles", json=body).status_code == 200


def delete(client: TestClient, dice: random.Random) -> None:
    id_ = f"story{dice.randrange(1, STORIES)}"
    assert client.delete(f"/api/articles/{id_}").status_code in {204, 404}


def search(client: TestClient, dice: random.Random) -> None:
    filters = {"article_ids": [f"story{n}" for n in dice.sample(range(STORIES), 4)]}
    for body in ({"query": "ferry to Brenn", "k": 9}, {"query": "ferry", "k": 9, "filters": filters}):
        response = client.post("/api/search", json=body)
        assert response.status_code == 200, response.text
        for hit in response.json()["hits"]:
            assert hit["text"].startswith("Edition") and len(hit["text"]) == hit["end"] - hit["start"]


def ask(client: TestClient, dice: random.Random) -> None:
    response = client.post("/api/ask", json={"question": f"What does story {dice.randrange(9)} say?"})
    assert response.status_code == 200, response.text
    for citation in response.json()["citations"]:
        assert len(citation["quote"]) == citation["end"] - citation["start"]


def browse(client: TestClient, dice: random.Random) -> None:
    response = client.get("/api/articles", params={"limit": 50})
    assert response.status_code == 200, response.text
    assert client.get("/api/collections").status_code == 200


@pytest.mark.slow
def test_no_request_fails_while_articles_come_and_go(
    library: Library, caplog: pytest.LogCaptureFixture
) -> None:
    stop = threading.Event()
    failures: list[BaseException] = []
    rounds: dict[str, int] = {}

    def repeat(client: TestClient, name: str, once: Callable[[TestClient, random.Random], None]) -> None:
        dice = random.Random(name)
        try:
            while not stop.is_set():
                once(client, dice)
                rounds[name] = rounds.get(name, 0) + 1
        except BaseException as error:
            failures.append(error)
            stop.set()

    caplog.set_level(logging.WARNING)
    tasks = {"add": add, "delete": delete, "search": search, "ask": ask, "browse": browse, "search 2": search}
    with Assistant(library, None, evidence_tokens=360) as assistant, api_client(assistant) as client:
        client.post("/api/articles", json={"articles": [story(n, 0) for n in range(STORIES)]})
        threads = [threading.Thread(target=repeat, args=(client, *task)) for task in tasks.items()]
        for thread in threads:
            thread.start()
        time.sleep(SECONDS)
        stop.set()
        for thread in threads:
            thread.join()
        if failures:
            raise failures[0]
        assert rounds.keys() == tasks.keys()
        assert not [record for record in caplog.records if record.exc_info or record.levelno >= logging.ERROR]
        collection = library.collection("default")
        listed = client.get("/api/articles", params={"limit": 50}).json()
        assert listed["total"] == len(listed["articles"]) == collection.documents.counts()[0]
        assert sum(article["passages"] for article in listed["articles"]) == collection.vectors.count()
        assert collection.vectors.ids() == collection.documents.passage_ids()
        assert not collection.keywords.unindexed_passages() and not collection.keywords.orphan_entries()


def test_suggestions_pass_over_an_article_removed_meanwhile(
    seeded: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    collection = seeded.collection("default")
    list_articles = collection.documents.list_articles

    def list_and_remove(limit: int) -> ArticlePage:
        page = list_articles(limit=limit)
        collection.remove([article.id for article in page.articles[:3]])
        return page

    monkeypatch.setattr(collection.documents, "list_articles", list_and_remove)
    assert suggested_questions(collection, 4)
