"""The official OpenAI clients against a real server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import openai
import pytest
from fastapi.testclient import TestClient
from langchain_core.language_models import GenericFakeChatModel
from langchain_core.messages import AIMessageChunk
from langchain_core.outputs import ChatGenerationChunk
from langchain_openai import ChatOpenAI
from openai.types.chat import ChatCompletionMessageParam

from qa.client import Quoth
from qa.schemas import Answer
from qa.web.api import create_api
from tests.conftest import ScriptedModel
from tests.qa.web.responses import DRAFT
from tests.qa.web.responses import QUESTION as CLUB
from tests.serving import Serving

QUESTION = "When was the Vey Bridge in Ostleigh opened?"
MESSAGES: list[ChatCompletionMessageParam] = [{"role": "user", "content": QUESTION}]
TOOL: Any = {"type": "function", "function": {"name": "f", "parameters": {}}}


@pytest.fixture(scope="module", autouse=True)
def harbour(server: Serving) -> None:
    """Adds a second collection."""
    httpx.post(
        f"{server.url}/api/articles",
        params={"collection": "harbour"},
        json={"id": "tide/1", "title": "Tides", "text": "High tide in Collmouth was at 18:40 on Friday."},
        trust_env=False,
    ).raise_for_status()


@pytest.fixture
def client(server: Serving) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(
        base_url=f"{server.url}/v1",
        api_key="none",
        max_retries=0,
        http_client=openai.DefaultHttpxClient(trust_env=False),
    ) as client:
        yield client


def check_marks(text: str, annotations: list[Any], answer: dict[str, Any]) -> None:
    """Each annotation is a mark in the text, and has the URL of the article it cites."""
    cited = {citation["number"]: citation for citation in answer["citations"]}
    assert text == answer["text"] and annotations
    for annotation in annotations:
        assert annotation["type"] == "url_citation"
        target = annotation["url_citation"]
        mark = text[target["start_index"] : target["end_index"]]
        citation = cited[int(mark.strip("[]"))]
        assert target["title"] == citation["title"]
        assert citation["url"] in ("", target["url"])


def test_completion_is_the_checked_answer(client: openai.OpenAI, server: Serving) -> None:
    completion = client.chat.completions.create(model="quoth", messages=MESSAGES)
    [choice] = completion.choices
    assert choice.finish_reason == "stop" and completion.model == "quoth"
    assert choice.message.annotations and choice.message.content
    answer: dict[str, Any] = completion.model_extra["quoth"]  # type: ignore[index]
    check_marks(choice.message.content, [one.model_dump() for one in choice.message.annotations], answer)
    with Quoth(server.url) as quoth:
        for citation in Answer.model_validate(answer).citations:
            assert citation.quote == quoth.article(citation.article_id).text[citation.start : citation.end]
    # Without a model no tokens are used.
    assert completion.usage and completion.usage.total_tokens == 0


def test_stream_has_the_same_answer_and_never_the_draft(client: openai.OpenAI) -> None:
    whole = client.chat.completions.create(model="quoth", messages=MESSAGES)
    chunks = list(
        client.chat.completions.create(
            model="quoth", messages=MESSAGES, stream=True, stream_options={"include_usage": True}
        )
    )
    *contents, last, usage = chunks
    assert "".join(chunk.choices[0].delta.content or "" for chunk in contents) == (
        whole.choices[0].message.content
    )
    assert contents[0].choices[0].delta.role == "assistant"
    assert last.choices[0].finish_reason == "stop"
    assert last.model_extra and last.choices[0].delta.model_extra
    text = last.model_extra["quoth"]["text"]
    check_marks(text, last.choices[0].delta.model_extra["annotations"], last.model_extra["quoth"])
    assert usage.choices == [] and usage.usage and usage.usage.total_tokens == 0
    assert len({chunk.id for chunk in chunks}) == 1


def test_async_client_gets_the_same_answers(server: Serving) -> None:
    async def answers() -> tuple[str | None, str]:
        async with openai.AsyncOpenAI(
            base_url=f"{server.url}/v1",
            api_key="none",
            http_client=openai.DefaultAsyncHttpxClient(trust_env=False),
        ) as client:
            whole = await client.chat.completions.create(model="quoth", messages=MESSAGES)
            stream = await client.chat.completions.create(model="quoth", messages=MESSAGES, stream=True)
            pieces = [chunk.choices[0].delta.content or "" async for chunk in stream]
        return whole.choices[0].message.content, "".join(pieces)

    whole, streamed = asyncio.run(answers())
    assert whole == streamed and whole and "[1]" in whole


def test_models_are_collections(client: openai.OpenAI) -> None:
    listed = [model.id for model in client.models.list()]
    assert listed[0] == "quoth" and {"default", "harbour"} <= set(listed)
    assert client.models.retrieve("harbour").owned_by == "quoth"
    tide = client.chat.completions.create(
        model="harbour", messages=[{"role": "user", "content": "When was high tide in Collmouth?"}]
    )
    message = tide.choices[0].message
    assert message.content and "18:40" in message.content and message.annotations
    # An article without a URL of its own is linked to this server.
    text = httpx.get(message.annotations[0].url_citation.url, trust_env=False).json()["text"]
    assert "18:40" in text
    with pytest.raises(openai.NotFoundError) as unknown:
        client.chat.completions.create(model="gpt-5", messages=MESSAGES)
    assert (unknown.value.code, unknown.value.param) == ("model_not_found", "model")
    with pytest.raises(openai.NotFoundError):
        client.models.retrieve("gpt-5")
    with pytest.raises(openai.NotFoundError):
        list(client.chat.completions.create(model="gpt-5", messages=MESSAGES, stream=True))


def test_langchain_gets_the_same_answers(server: Serving) -> None:
    with httpx.Client(trust_env=False) as http:
        options: dict[str, Any] = {"base_url": f"{server.url}/v1", "api_key": "none", "model": "quoth"}
        chat = ChatOpenAI(**options, http_client=http)
        whole = chat.invoke([("system", "Answer like a pirate."), ("user", QUESTION)])
        assert "[1]" in whole.text
        assert "".join(piece.text for piece in chat.stream(QUESTION)) == whole.text
        schema = {"title": "answer", "description": "x", "type": "object", "properties": {}}
        for method in ("json_schema", "json_mode", "function_calling"):
            structured: Any = chat.with_structured_output(schema, method=method)
            with pytest.raises(openai.BadRequestError, match=r"omit (response_format|tool_choice)"):
                structured.invoke(QUESTION)
        offered = chat.bind_tools([TOOL]).invoke(QUESTION)
        assert offered.text == whole.text and not offered.tool_calls


def test_unsupported_options_are_refused(client: openai.OpenAI) -> None:
    def refused(param: str | None, **options: Any) -> str:
        with pytest.raises(openai.BadRequestError) as error:
            client.chat.completions.create(**({"model": "quoth", "messages": MESSAGES} | options))
        assert error.value.param == param
        assert error.value.type == "invalid_request_error"
        return error.value.message

    assert "one answer" in refused("n", n=2)
    for choice in ("required", {"type": "function", "function": {"name": "f"}}):
        assert "calls no tools" in refused("tool_choice", tools=[TOOL], tool_choice=choice)
    assert "calls no tools" in refused(
        "function_call", functions=[TOOL["function"]], function_call={"name": "f"}
    )
    assert "is text" in refused("response_format", response_format={"type": "json_object"})
    refused("logprobs", logprobs=True)
    refused("modalities", modalities=["audio"])
    assert "user's question" in refused("messages", messages=[{"role": "assistant", "content": "x"}])
    refused("messages", messages=[])
    picture = [{"type": "image_url", "image_url": {"url": "https://example.org/x.png"}}]
    refused("messages.0.content.parts.0.type", messages=[{"role": "user", "content": picture}])
    assert "empty" in refused(None, messages=[{"role": "user", "content": " "}])


def test_other_options_are_ignored(client: openai.OpenAI) -> None:
    parts: list[ChatCompletionMessageParam] = [
        {"role": "developer", "content": "Speak French."},
        {"role": "user", "content": [{"type": "text", "text": QUESTION}]},
    ]
    plain = client.chat.completions.create(model="quoth", messages=MESSAGES)
    response = client.chat.completions.create(
        model="quoth", messages=parts, n=1, temperature=0.3, max_tokens=5, stop=["x"], seed=1, user="Ann"
    )
    assert response.choices[0].message.content == plain.choices[0].message.content


def test_tools_that_are_offered_are_not_called(client: openai.OpenAI) -> None:
    """Open WebUI offers its own with every question, and keeps what another model called in the history."""
    plain = client.chat.completions.create(model="quoth", messages=MESSAGES)
    call = {"id": "1", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    called: Any = [
        {"role": "user", "content": QUESTION},
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "1", "content": "The bridge was opened in 1850."},
    ]
    histories: list[Any] = [[], called]
    for earlier in histories:
        for choice in ("auto", "none"):
            completion = client.chat.completions.create(
                model="quoth", messages=[*earlier, *MESSAGES], tools=[TOOL], tool_choice=choice
            )
            [chosen] = completion.choices
            assert chosen.finish_reason == "stop" and not chosen.message.tool_calls
            assert chosen.message.content and "1850" not in chosen.message.content
            assert earlier or chosen.message.content == plain.choices[0].message.content
    with pytest.raises(openai.BadRequestError, match="user's question"):
        client.chat.completions.create(model="quoth", messages=called, tools=[TOOL])


def test_history_and_as_of_apply_to_the_question(client: openai.OpenAI) -> None:
    messages: list[ChatCompletionMessageParam] = [
        {"role": "user", "content": CLUB},
        {"role": "assistant", "content": "Collmouth Athletic [1]."},
        {"role": "user", "content": "And for how much?"},
    ]
    response = client.chat.completions.create(model="quoth", messages=messages)
    assert response.model_extra
    assert response.model_extra["quoth"]["question_searched"].startswith("And for how much? (")
    early = client.chat.completions.create(
        model="quoth", messages=MESSAGES, extra_body={"quoth": {"as_of": "1950-01-01"}}
    )
    assert early.model_extra and early.model_extra["quoth"]["passages"] == []


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "/v1/nothing", None, 404),
        ("POST", "/v1/models", {}, 405),
        ("POST", "/v1/chat/completions", [], 400),
        ("POST", "/v1/chat/completions", {"model": "../x", "messages": MESSAGES}, 404),
    ],
)
def test_every_error_is_in_the_format_of_openai(
    server: Serving, method: str, path: str, body: Any, status: int
) -> None:
    response = httpx.request(method, server.url + path, json=body, trust_env=False)
    assert response.status_code == status
    assert response.headers["content-type"] == "application/json"
    assert response.json()["error"].keys() == {"message", "type", "param", "code"}


class CountingChat(GenericFakeChatModel):
    """Writes the draft and reports 700 tokens read; or fails after the first word."""

    fails: bool = False

    async def _astream(self, *_: Any, **__: Any) -> AsyncIterator[ChatGenerationChunk]:
        for word in DRAFT.split():
            yield ChatGenerationChunk(message=AIMessageChunk(content=f"{word} "))
            if self.fails:
                raise RuntimeError("the cable is out")
        usage: Any = {"input_tokens": 700, "output_tokens": 20, "total_tokens": 720}
        yield ChatGenerationChunk(message=AIMessageChunk(content="", usage_metadata=usage))


class CountingModel(ScriptedModel):
    def __init__(self, *, fails: bool = False) -> None:
        super().__init__(DRAFT)
        self.fails = fails

    @property
    def chat(self) -> CountingChat:
        return CountingChat(messages=iter([]), fails=self.fails)


def test_long_conversation_is_accepted(client: openai.OpenAI) -> None:
    turn = "It rained all day, and the ferry was late again. " * 50
    earlier: list[ChatCompletionMessageParam] = []
    for _ in range(150):
        earlier += [{"role": "user", "content": turn}, {"role": "assistant", "content": turn}]
    completion = client.chat.completions.create(model="quoth", messages=[*earlier, *MESSAGES])
    assert "[1]" in (completion.choices[0].message.content or "")


def test_usage_is_what_the_model_reports(answering: Any) -> None:
    request = {"model": "quoth", "messages": [{"role": "user", "content": CLUB}]}
    client = TestClient(create_api(answering(CountingModel())))
    response = client.post("/v1/chat/completions", json=request).json()
    assert response["usage"] == {"prompt_tokens": 700, "completion_tokens": 20, "total_tokens": 720}


def test_error_after_the_start_is_sent_in_the_stream(answering: Any) -> None:
    request = {"model": "quoth", "messages": [{"role": "user", "content": CLUB}], "stream": True}
    client = TestClient(create_api(answering(CountingModel(fails=True))))
    text = client.post("/v1/chat/completions", json=request).text
    assert '"type": "server_error"' in text and '"code": "model_unavailable"' in text
    assert "Marren Rovers" not in text and "[DONE]" not in text
