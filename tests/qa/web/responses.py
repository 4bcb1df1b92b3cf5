"""Checks of responses that many tests of the API share."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

from fastapi.testclient import TestClient

from qa.assistant import Assistant
from qa.web.api import create_api
from qa.web.errors.problem_details import MEDIA_TYPE

QUESTION = "Which club did Ilario Castellane leave for Marren Rovers?"
DRAFT = "Marren Rovers have signed the striker Ilario Castellane from Collmouth Athletic [1]."
FERRY = {
    "id": "ferry",
    "title": "Ferry",
    "date": "2024-03-02",
    "source": "Herald",
    "text": "The ferry “Astrid” 🚢 left at 18:40. Nobody was late.",
}


def api_client(assistant: Assistant, **named: Any) -> TestClient:
    return TestClient(create_api(assistant, **named), raise_server_exceptions=False)


def problem(response: Any, status: int, type_: str = "about:blank") -> dict[str, Any]:
    """The problem details of a response, which has this status and type."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == MEDIA_TYPE
    body: dict[str, Any] = response.json()
    assert body["status"] == status and body["type"] == type_
    assert body["title"] and body["detail"]
    assert "Traceback" not in response.text
    return body


def events(response: Any) -> list[tuple[str, dict[str, Any]]]:
    """The server-sent events of a response, by name."""
    assert response.headers["content-type"].startswith("text/event-stream")
    parsed = []
    for block in response.text.replace("\r\n", "\n").split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.split("\n") if line and not line.startswith(":"))
        if fields:
            parsed.append((fields["event"], json.loads(fields["data"])))
    return parsed


def check_quotes(client: TestClient, answer: dict[str, Any]) -> None:
    """Every quote is exactly what its offsets delimit in the article."""
    for citation in answer["citations"]:
        article = client.get(f"/api/articles/{quote(citation['article_id'])}").json()
        assert citation["quote"] == article["text"][citation["start"] : citation["end"]]
