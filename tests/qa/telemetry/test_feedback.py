"""Thumbs: over the wire, and in their file."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from index.library import Library
from qa.errors import FeedbackFull
from qa.telemetry import feedback
from qa.telemetry.feedback import MAX_ANSWER_CHARACTERS, MAX_REASON_CHARACTERS, Feedback, FeedbackFile
from qa.web.api import create_api
from qa.web.api.openapi_examples import ANSWER
from qa.web.errors.problem_details import MEDIA_TYPE

DOWN = {"question": "Who keeps the light?", "answer": "Ben Hart.", "verdict": "down"}


def a_thumb(**changes: Any) -> Feedback:
    given: dict[str, Any] = {
        "at": datetime(2026, 1, 2, tzinfo=UTC),
        "verdict": "down",
        "question": "Who keeps the light?",
        "answer": "Ben Hart.",
    }
    return Feedback.model_validate(given | changes)


@pytest.fixture
def thumbs(seeded: Library) -> FeedbackFile:
    return FeedbackFile(seeded.folder)


@pytest.fixture
def client(answering) -> TestClient:
    return TestClient(create_api(answering(None)), raise_server_exceptions=False)


def test_a_thumb_is_kept_in_the_home(client: TestClient, thumbs: FeedbackFile) -> None:
    history = [{"role": "user", "content": "Is there a light?"}]
    given = DOWN | {"reason": "it is Ada", "history": history, "as_of": "2024-05-01", "collection": "north"}
    response = client.post("/api/feedback", json=given)
    assert (response.status_code, response.content) == (204, b"")
    [kept] = thumbs.read()
    assert (kept.verdict, kept.question, kept.answer) == ("down", "Who keeps the light?", "Ben Hart.")
    assert (kept.reason, kept.collection, str(kept.as_of)) == ("it is Ada", "north", "2024-05-01")
    assert kept.history[0].content == "Is there a light?"


def test_a_whole_answer_brings_its_question_and_articles(client: TestClient, thumbs: FeedbackFile) -> None:
    assert client.post("/api/feedback", json={"answer": ANSWER, "verdict": "up"}).status_code == 204
    [kept] = thumbs.read()
    assert kept.question == ANSWER["question_searched"]
    assert (kept.answer, kept.cited, kept.model) == (ANSWER["text"], ("ferry-fire",), "local:1.5b")


def test_what_the_server_answered_can_be_sent_back(client: TestClient, thumbs: FeedbackFile) -> None:
    answer = client.post("/api/ask", json={"question": "Which fire was on the ferry?"}).json()
    assert client.post("/api/feedback", json={"answer": answer, "verdict": "down"}).status_code == 204


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"verdict": "sideways"}, "body.verdict"),
        ({"question": ""}, "body"),
        ({"question": "a" * 2_001}, ""),
        ({"answer": "a" * (MAX_ANSWER_CHARACTERS + 1)}, "body"),
        ({"reason": "a" * (MAX_REASON_CHARACTERS + 1)}, "body.reason"),
        ({"answer": {"status": "answered"}}, "body.answer"),
        ({"as_of": 20240501}, "body.as_of"),
        ({"more": 1}, "body.more"),
    ],
)
def test_what_cannot_be_kept_is_a_problem(
    client: TestClient, thumbs: FeedbackFile, changes: dict[str, Any], place: str
) -> None:
    response = client.post("/api/feedback", json=DOWN | changes)
    assert (response.status_code, response.headers["content-type"]) == (422, MEDIA_TYPE)
    assert any(fault["place"].startswith(place) for fault in response.json().get("errors", [])) or not place
    assert not list(thumbs.read())


def test_another_site_cannot_send_thumbs_unasked(client: TestClient) -> None:
    assert (
        client.post("/api/feedback", content="{}", headers={"content-type": "text/plain"}).status_code == 415
    )


def test_when_no_more_is_kept_the_api_says_so(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feedback, "MAX_FILE_BYTES", 10)
    response = client.post("/api/feedback", json=DOWN)
    assert (response.status_code, response.json()["type"]) == (507, "urn:quoth:feedback-full")


def test_feedback_is_kept_in_order_and_a_torn_line_loses_only_itself(tmp_path: Path) -> None:
    kept = FeedbackFile(tmp_path)
    assert list(kept.read()) == []
    thumbs_given = [a_thumb(reason="line\u2028end\n"), a_thumb(verdict="up", cited=("a",))]
    for one in thumbs_given:
        kept.add(one)
    assert list(kept.read()) == thumbs_given
    kept.file.write_bytes(kept.file.read_bytes() + b'{"at": "20')
    kept.add(a_thumb(question="Next?"))
    assert list(kept.read()) == [*thumbs_given, a_thumb(question="Next?")]


def test_feedback_does_not_grow_without_bound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feedback, "MAX_FILE_BYTES", 300)
    kept = FeedbackFile(tmp_path)
    with pytest.raises(FeedbackFull, match="--from-feedback"):
        for _ in range(9):
            kept.add(a_thumb())
    assert kept.file.stat().st_size <= 300
