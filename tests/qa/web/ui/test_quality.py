"""Evaluations and their reports belong to collections, also for an admin of only some of them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient

from qa.assistant import Assistant
from qa.auth import Caller, on_behalf_of
from qa.errors import NotAllowed
from qa.evaluation.execution.background import BackgroundEvaluation
from qa.evaluation.report.storage import ReportFolder
from qa.llm.chat_models import ChatModel
from qa.web.app import create_app
from qa.web.auth.api_keys import ApiKeyFile
from qa.web.auth.server_access import ServerAccess
from tests.qa.web.responses import problem

QUESTION = {"id": "q", "question": "Who made an offer?", "answers": ["Nobody"], "answerable": True}
ADMIN_OF_OTHER = Caller(name="other", role="admin", collections=("other",))


@pytest.fixture
def evaluation(answering: Callable[[ChatModel | None], Assistant]) -> Iterator[BackgroundEvaluation]:
    assistant = answering(None)
    ReportFolder(assistant.home).save("<p>the report of default</p>", "{}", collection="default")
    ReportFolder(assistant.home).save("<p>the report of other</p>", "{}", collection="other")
    with BackgroundEvaluation(lambda: assistant, assistant.home) as evaluation:
        evaluation.assistant = assistant  # type: ignore[attr-defined]
        yield evaluation


@pytest.fixture
def client_for(evaluation: BackgroundEvaluation) -> Iterator[Callable[[str], TestClient]]:
    assistant: Assistant = evaluation.assistant  # type: ignore[attr-defined]
    keys = ApiKeyFile(assistant.home)
    tokens = {
        "admin": keys.add("admin", "admin"),
        "other": keys.add("other", "admin", ["other"]),
        "reader": keys.add("reader", "reader"),
    }
    app = create_app(assistant, ServerAccess(requests_per_minute=10_000), evaluation=evaluation)
    with TestClient(app, base_url="http://localhost") as client:

        def client_for(name: str) -> TestClient:
            client.headers["authorization"] = f"Bearer {tokens[name]}"
            return client

        yield client_for


def test_report_is_only_for_admins_of_its_collection(client_for: Callable[[str], TestClient]) -> None:
    admin = client_for("admin")
    assert "the report of default" in admin.get("/quality/report").text
    assert "the report of other" in admin.get("/quality/report?collection=other").text
    other = client_for("other")
    assert "the report of other" in other.get("/quality/report?collection=other").text
    for address in ("/quality/report", "/quality/report?collection=default"):
        assert "default'" in problem(other.get(address), 403, "urn:quoth:not-allowed")["detail"]
    problem(client_for("admin").get("/quality/report?collection=../x"), 422, "urn:quoth:collection-invalid")
    problem(client_for("reader").get("/quality/report"), 403, "urn:quoth:not-allowed")


def quality_events(client: TestClient, session: str) -> str:
    """The results of all events of a new window's Quality view, as its page or anyone else may send them."""
    config = client.get("/en/config").json()
    ids = {one["props"].get("elem_id"): one["id"] for one in config["components"]}
    sent = 0
    for event in config["dependencies"]:
        if ids["standing"] not in event["outputs"]:
            continue
        data = {"file": json.dumps(QUESTION), "limit": "1"}
        join = {
            "data": [None] * len(event["inputs"]),
            "event_data": data,
            "fn_index": event["id"],
            "session_hash": session,
        }
        assert client.post("/en/gradio_api/queue/join", json=join).status_code == 200
        sent += 1
    assert sent >= 4
    return client.get(f"/en/gradio_api/queue/data?session_hash={session}").text


def test_new_window_of_a_limited_admin_shows_and_starts_nothing_of_another_collection(
    client_for: Callable[[str], TestClient], evaluation: BackgroundEvaluation
) -> None:
    # The scope of a new window is the default collection.
    shown = quality_events(client_for("other"), "limited")
    assert "report?" not in shown and "progress" not in shown
    assert evaluation.progress("default").state == "idle"
    assert "report?" not in quality_events(client_for("reader"), "reading")
    assert evaluation.progress("default").state == "idle"
    assert "report?" in quality_events(client_for("admin"), "full")
    assert evaluation.progress("default").state != "idle"


def test_evaluation_of_another_collection_is_neither_seen_nor_stopped(
    evaluation: BackgroundEvaluation,
) -> None:
    evaluation.start(json.dumps(QUESTION), collection="default", most=1)
    calls: tuple[Callable[[], Any], ...] = (
        lambda: evaluation.start("", collection="default", most=1),
        lambda: evaluation.progress("default"),
        lambda: evaluation.page("default"),
        lambda: evaluation.stop("default"),
    )
    with on_behalf_of(ADMIN_OF_OTHER):
        for call in calls:
            with pytest.raises(NotAllowed, match="the collection 'default'"):
                call()
        assert evaluation.progress("other").state == "idle"
        evaluation.stop("other")
    assert evaluation.progress("default").state in ("running", "done")
