"""Checks of texts over HTTP."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from index.library import Library
from qa.assistant import Assistant
from tests.qa.pipeline.checking.scripted import WordVerifier
from tests.qa.web.responses import api_client, problem

PROVEN = "The new date is 16 March 2024."


@pytest.fixture
def checking(seeded: Library) -> Iterator[TestClient]:
    """The API over the seed articles, with a scripted verifier."""
    with Assistant(seeded, None, 360, verifier=WordVerifier()) as assistant:
        yield api_client(assistant)


def test_a_text_is_checked_against_the_articles(checking):
    body = {"text": f"{PROVEN} Icelanders ate 4 whales. Why?", "filters": {"source": "The Marren Post"}}
    checked = checking.post("/api/check", json=body).json()
    assert [sentence["verdict"] for sentence in checked["sentences"]] == ["proven", "unproven", "no_claim"]
    first, *others = checked["sentences"]
    [citation] = first["citations"]
    article = checking.get(f"/api/articles/{citation['article_id']}").json()
    assert article["text"][citation["start"] : citation["end"]] == citation["quote"]
    assert (first["text"], first["probability"]) == (PROVEN, 0.9)
    assert all(other["citations"] == [] for other in others)
    later = checking.post("/api/check", json={"text": PROVEN, "as_of": "2023-01-01"}).json()
    assert later["sentences"][0]["verdict"] == "unproven"


def test_a_text_is_held_against_quotes(checking):
    body = {
        "text": "The ferry left at noon. The ferry left at 18:40.",
        "quotes": ["It rained.", "The ferry left at noon."],
        "question": "When did the ferry leave?",
        "collection": "nowhere",
    }
    first, second = checking.post("/api/check", json=body).json()["sentences"]
    assert (first["verdict"], first["citations"][0]["number"], second["verdict"]) == ("proven", 2, "unproven")


def test_a_stream_sends_each_sentence_and_then_the_result(checking):
    body = {"text": f"{PROVEN} Why?"}
    sent = [
        dict(line.split(": ", 1) for line in event.splitlines())
        for event in checking.post("/api/check/stream", json=body)
        .text.replace("\r", "")
        .strip()
        .split("\n\n")
    ]
    assert [(event["event"], event["id"]) for event in sent] == [
        ("sentence", "1"),
        ("sentence", "2"),
        ("result", "3"),
    ]
    assert json.loads(sent[-1]["data"]) == checking.post("/api/check", json=body).json()
    failed = checking.post("/api/check/stream", json={"text": PROVEN, "collection": "nowhere"}).text
    assert "event: error" in failed and "urn:quoth:archive-empty" in failed


def test_a_stopped_check_goes_on_with_what_it_has(checking):
    text = f"{PROVEN} Relling has worked on the project since 2018. Why?"
    whole = checking.post("/api/check", json={"text": text}).json()
    told = whole["sentences"][1]["sides"]
    assert told == [{"says": "2020", "agrees": False, "date": "2023-09-29", "citations": [2]}]
    known = [{**whole["sentences"][0], "probability": 0.123}]
    again = checking.post("/api/check", json={"text": text, "checked": known}).json()
    assert again["sentences"] == [*known, *whole["sentences"][1:]]
    changed = checking.post("/api/check", json={"text": f"So. {text}", "checked": known}).json()
    assert changed["sentences"][1]["probability"] == 0.9


@pytest.mark.parametrize(
    ("body", "status", "type_"),
    [
        ({"text": " "}, 422, "urn:quoth:text-invalid"),
        ({"text": "a" * 20_001}, 422, "urn:quoth:text-invalid"),
        ({"text": "It rained.", "quotes": [""]}, 422, "urn:quoth:text-invalid"),
        ({"text": "It rained.", "quotes": "It rained."}, 422, "urn:quoth:request-invalid"),
        ({"text": "It rained.", "checked": [{}]}, 422, "urn:quoth:request-invalid"),
        ({"texts": "It rained."}, 422, "urn:quoth:request-invalid"),
        ({"text": "It rained in Marren on Monday.", "collection": "nowhere"}, 409, "urn:quoth:archive-empty"),
    ],
)
def test_what_cannot_be_checked_is_a_problem(checking, body, status, type_):
    problem(checking.post("/api/check", json=body), status, type_)


def test_without_a_verifier_checking_is_unavailable(client):
    told = problem(client.post("/api/check", json={"text": PROVEN}), 503, "urn:quoth:model-unavailable")
    assert "QUOTH_VERIFIER" in told["detail"]
