"""Every method of the façade declares the permission it needs, and refuses callers who lack it."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import AsyncGenerator, Callable
from typing import Any

import pytest

from qa.assistant import Assistant
from qa.auth import NOBODY, Caller, on_behalf_of
from qa.errors import NotAllowed
from qa.llm.chat_models import ChatModel
from qa.schemas import Question, Thresholds

METHODS = {
    name: method for name, method in inspect.getmembers(Assistant, callable) if not name.startswith("_")
}
RESTRICTED = [name for name, method in METHODS.items() if getattr(method, "permission", None)]
READER_OF_NEWS = Caller(name="Ann", role="reader", collections=("news",))


@pytest.fixture
def assistant(answering: Callable[[ChatModel | None], Assistant]) -> Assistant:
    return answering(None)


def call(assistant: Assistant, name: str) -> None:
    """Calls a method, with a question for each argument that has no default."""
    method = getattr(assistant, name)
    arguments: dict[str, Any] = {
        parameter.name: Question(question="Who?")
        for parameter in inspect.signature(method).parameters.values()
        if parameter.default is parameter.empty and parameter.kind is not parameter.VAR_KEYWORD
    }
    result = method(**arguments)
    if isinstance(result, AsyncGenerator):
        asyncio.run(anext(result))


def test_every_public_method_declares_a_permission() -> None:
    assert [name for name, method in METHODS.items() if not hasattr(method, "permission")] == []


def test_only_methods_of_the_process_are_unrestricted() -> None:
    assert METHODS.keys() - RESTRICTED == {"warm_up", "check", "close"}


@pytest.mark.parametrize("name", RESTRICTED)
def test_no_role_means_no_access(assistant: Assistant, name: str) -> None:
    with on_behalf_of(NOBODY), pytest.raises(NotAllowed, match="this needs the role"):
        call(assistant, name)


@pytest.mark.parametrize(
    "name", ["articles", "sources", "suggestions", "thresholds", "stream", "check_stream"]
)
def test_a_caller_reads_only_the_collections_of_their_key(assistant: Assistant, name: str) -> None:
    with on_behalf_of(READER_OF_NEWS), pytest.raises(NotAllowed, match="the collection 'default'"):
        call(assistant, name)


def test_lists_of_collections_have_only_those_of_the_key(assistant: Assistant) -> None:
    assert assistant.collections() == ["default"]
    with on_behalf_of(READER_OF_NEWS):
        assert (assistant.collections(), assistant.counts(), assistant.outdated()) == ([], {}, {})


def test_thresholds_are_for_admins_to_change(assistant: Assistant) -> None:
    new = Thresholds(search=0.1, answer=0.2)
    with on_behalf_of(Caller(name="Ed", role="editor")), pytest.raises(NotAllowed, match="'admin'"):
        assistant.set_thresholds(new)
    with on_behalf_of(Caller(name="Ada", role="admin")):
        assistant.set_thresholds(new)
    assert assistant.thresholds() == new
