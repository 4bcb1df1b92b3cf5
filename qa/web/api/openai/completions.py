"""OpenAI-compatible operations: chat completions and models.

The content is only ever the checked answer. A draft is checked as a whole (a later sentence may be what
answers "how many", a newer article may supersede an older one), so a stream sends its content in one chunk,
and comments until then.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import Any
from uuid import uuid4

from fastapi import APIRouter, Depends
from sse_starlette import EventSourceResponse
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from index.errors import ArchiveEmpty
from qa.assistant import Assistant
from qa.schemas import Answer, Event
from qa.web.api.event_stream import PING_SECONDS
from qa.web.api.openai.request import MODEL, ChatRequest
from qa.web.api.openai.response import (
    Choice,
    Completion,
    Message,
    ServedModel,
    ServedModels,
    TokensUsed,
    url_citations,
)
from qa.web.api.openapi_examples import event_stream, example
from qa.web.api.questions import complete_answer
from qa.web.errors.handlers import path_of
from qa.web.errors.openai import OpenAIError
from qa.web.errors.openapi import openai_error_responses
from qa.web.errors.problem_details import ProblemDetails
from qa.web.schemas import json_body

logger = logging.getLogger(__name__)

_MODEL = {"id": MODEL, "object": "model", "created": 1711966000, "owned_by": "quoth"}
_STREAM = """\
data: {"id":"chatcmpl-8a6c","object":"chat.completion.chunk",...,"choices":[{"index":0,"delta":{"role":"assistant","content":""}}]}

data: {...,"choices":[{"index":0,"delta":{"content":"The fire broke out at 18:40 [1]."}}]}

data: {...,"choices":[{"index":0,"delta":{"annotations":[...]},"finish_reason":"stop"}],"quoth":{...}}

data: [DONE]
"""  # noqa: E501


def create_router(assistant: Assistant) -> APIRouter:
    """/chat/completions and /models."""
    router = APIRouter(responses=openai_error_responses(401, 403, 429, 500, 503))
    started = int(time.time())

    @router.post(
        "/chat/completions",
        summary="Ask a question as OpenAI's clients do",
        response_description="The checked answer, with a citation for each of its marks",
        dependencies=[Depends(json_body)],
        response_model=Completion,
        responses=openai_error_responses(400, 404, 409, 413, 415) | {200: {"content": event_stream(_STREAM)}},
    )
    async def create_chat_completion(body: ChatRequest, request: Request) -> Completion | EventSourceResponse:
        """The last message is the question; the user's and assistant's messages before it are its history.
        `as_of`, `filters`, `kind`, `ignore` and `language`, as in /api/ask, may be sent under `quoth`. The
        content is never the unchecked draft: with `stream` it is sent whole once it is checked, and comments
        until then. Disconnecting stops the model. The tasks of Open WebUI and LibreChat (a title, tags,
        follow-up questions, search queries) are done from the conversation and the collection, without an
        answer.
        """
        if task := body.task:
            result = await run_in_threadpool(task.result, assistant, body.collection)
            if body.stream:
                return EventSourceResponse(_task_chunks(result, body), sep="\n")
            return _completion(Message(content=result, annotations=()), None, body)
        question = body.to_question()
        if not body.stream:
            answer = await complete_answer(assistant, question, request)
            return _completion(_message(answer, body, request), answer, body)
        stream = assistant.stream(question)
        try:
            # An invalid question or an empty archive raises here, while the status can still be an error.
            await anext(stream)
        except BaseException:
            await stream.aclose()
            raise
        return EventSourceResponse(_chunks(stream, body, request), ping=PING_SECONDS, sep="\n")

    @router.get("/models", summary="List models", responses=example({"object": "list", "data": [_MODEL]}))
    def list_models() -> ServedModels:
        """Returns `quoth`, which is the default collection, and each collection under its name."""
        names = dict.fromkeys([MODEL, *assistant.collections()])
        return ServedModels(data=tuple(ServedModel(id=name, created=started) for name in names))

    @router.get(
        "/models/{model}", summary="Get a model", responses=example(_MODEL) | openai_error_responses(404)
    )
    def get_model(model: str) -> ServedModel:
        """The model is `quoth`, or the name of a collection."""
        if model != MODEL and model not in assistant.collections():
            raise ArchiveEmpty(f"there is no collection '{model[:80]}'; GET /v1/models lists them")
        return ServedModel(id=model, created=started)

    return router


def _new_id() -> str:
    return f"chatcmpl-{uuid4().hex}"


def _completion(message: Message, answer: Answer | None, body: ChatRequest) -> Completion:
    return Completion(
        id=_new_id(),
        created=int(time.time()),
        model=body.model,
        choices=(Choice(message=message),),
        usage=TokensUsed.of(answer),
        quoth=answer,
    )


def _message(answer: Answer, body: ChatRequest, request: Request) -> Message:
    articles_url = f"{str(request.base_url).rstrip('/')}/api/articles"
    return Message(content=answer.text, annotations=url_citations(answer, articles_url, body.collection))


class _Chunks:
    """Makes the chunks of one stream, as server-sent events."""

    def __init__(self, body: ChatRequest) -> None:
        self._common = {"id": _new_id(), "object": "chat.completion.chunk", "created": int(time.time())}
        self._common["model"] = body.model
        self.include_usage = bool(body.stream_options and body.stream_options.include_usage)

    def __call__(
        self, delta: dict[str, Any] | None, finish: str | None = None, **fields: Any
    ) -> dict[str, str]:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
        choices = [] if delta is None else [choice]
        # With `include_usage` every chunk has the member, and only the last one has numbers.
        usage = {"usage": None} if self.include_usage else {}
        content = self._common | {"choices": choices} | usage | fields
        return {"data": json.dumps(content, ensure_ascii=False)}


async def _task_chunks(result: str, body: ChatRequest) -> AsyncIterator[dict[str, str]]:
    """The chunks of a task's result."""
    chunk = _Chunks(body)
    yield chunk({"role": "assistant", "content": ""})
    yield chunk({"content": result})
    yield chunk({}, "stop")
    if chunk.include_usage:
        yield chunk(None, usage=TokensUsed.of(None).model_dump())
    yield {"data": "[DONE]"}


async def _chunks(
    stream: AsyncGenerator[Event, None], body: ChatRequest, request: Request
) -> AsyncIterator[dict[str, str]]:
    """The chunks of one answer."""
    chunk = _Chunks(body)
    async with aclosing(stream):
        try:
            yield chunk({"role": "assistant", "content": ""})
            answer = await _last(stream)
            message = _message(answer, body, request).model_dump(mode="json")
            yield chunk({"content": message["content"]})
            yield chunk({"annotations": message["annotations"]}, "stop", quoth=answer.model_dump(mode="json"))
            if chunk.include_usage:
                yield chunk(None, usage=TokensUsed.of(answer).model_dump())
            yield {"data": "[DONE]"}
        except Exception as error:
            problem = ProblemDetails.of(error, path_of(request.scope))
            if problem.status >= 500:
                logger.error("%s failed: %s", path_of(request.scope), error, exc_info=problem.status == 500)
            yield {"data": OpenAIError.of(problem).to_json()}


async def _last(stream: AsyncIterator[Event]) -> Answer:
    async for event in stream:
        if isinstance(event, Answer):
            return event
    raise AssertionError("a stream ends with an answer")
