"""The event loop never waits for a store: one that hangs would stop every other request."""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import Callable
from typing import Any

import pytest

from index.library import Library
from index.storage.sqlite.database import Database
from qa.assistant import Assistant
from tests.conftest import ScriptedModel
from tests.qa.pipeline.checking.scripted import WordVerifier

SAYS = "Opposition leader Svyatlana Tsikhanouskaya made Zelenskyy an offer [1]."


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Where the loop's thread opened a collection or read from one."""
    found: list[str] = []

    def watched(method: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            try:
                asyncio.get_running_loop()
            except RuntimeError:
                return method(*args, **kwargs)
            found.append("".join(traceback.format_stack(limit=6)))
            return method(*args, **kwargs)

        return call

    monkeypatch.setattr(Database, "rows", watched(Database.rows))
    monkeypatch.setattr(Library, "collection", watched(Library.collection))
    return found


@pytest.mark.parametrize(
    ("question", "status"),
    [
        ("Who made Zelenskyy an offer of an alliance?", "answered"),
        ("Who is the president of Brazil?", "declined"),
        ("Who made Zelenskyy an offer, and when?", "answered"),
        ("Summarise the article about the nap study.", "answered"),
        ("What are these articles about?", "answered"),
        ("Hello!", "chat"),
    ],
)
def test_no_question_reads_in_the_event_loop(
    seeded: Library, reads: list[str], question: str, status: str
) -> None:
    with Assistant(seeded, ScriptedModel(SAYS), evidence_tokens=360, verifier=WordVerifier()) as assistant:
        assert assistant.ask(question).status == status
    assert not reads, reads[0]


def test_no_check_reads_in_the_event_loop(seeded: Library, reads: list[str]) -> None:
    with Assistant(seeded, None, evidence_tokens=360, verifier=WordVerifier()) as assistant:
        assert assistant.check_text("Forty-seven people were rescued from the ferry.").sentences
    assert not reads, reads[0]
