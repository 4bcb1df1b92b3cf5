"""Questions as OpenAI's clients ask them: chat completions, and the models that answer.

What is sent as content is the checked answer alone. Checking looks at a draft as a whole (a later sentence
may be what answers "how many", a newer article may overtake an older one), so a stream's content comes in
one piece, once it is checked; until then comments keep the connection open.
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
from starlette.requests import Request

from index.errors import ArchiveEmpty
from qa.assistant import Assistant
from qa.schemas import Answer, Event
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
from qa.web.api.openapi_examples import events, example
from qa.web.api.questions import PING_SECONDS, answered
from qa.web.errors.openai import OpenAIError
from qa.web.errors.openapi import documented_openai
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


def routes(assistant: Assistant) -> APIRouter:
    """/chat/completions and /models."""
    routes = APIRouter(responses=documented_openai(401, 403, 429, 500, 503))
    started = int(time.time())

    @routes.post(
        "/chat/completions",
        summary="Ask a question as OpenAI's clients do",
        response_description="The checked answer; its marks lead to the articles",
        dependencies=[Depends(json_body)],
        response_model=Completion,
        responses=documented_openai(400, 404, 409, 413, 415) | {200: {"content": events(_STREAM)}},
    )
    async def chat_completions(body: ChatRequest, request: Request) -> Completion | EventSourceResponse:
        """The last message is the question, those of the user and the assistant before it are its history;
        `as_of` and `filters`, as in /api/ask, may be given under `quoth`. Content is never the unchecked
        draft: with `stream` it comes whole once it is checked, and comments until then. Leaving stops the
        model.
        """
        question = body.checked()
        if not body.stream:
            answer = await answered(assistant, question, request)
            return Completion(
                id=_new_id(),
                created=int(time.time()),
                model=body.model,
                choices=(Choice(message=_message(answer, body, request)),),
                usage=TokensUsed.of(answer),
                quoth=answer,
            )
        stream = assistant.stream(question)
        try:
            # What is wrong with the question, or the archive, can still be told by the status.
            await anext(stream)
        except BaseException:
            await stream.aclose()
            raise
        return EventSourceResponse(_chunks(stream, body, request), ping=PING_SECONDS, sep="\n")

    @routes.get("/models", summary="List the models", responses=example({"object": "list", "data": [_MODEL]}))
    def list_models() -> ServedModels:
        """`quoth`, which is the default collection, and all collections by their names."""
        names = dict.fromkeys([MODEL, *assistant.collections()])
        return ServedModels(data=tuple(ServedModel(id=name, created=started) for name in names))

    @routes.get(
        "/models/{model}", summary="Is there this model?", responses=example(_MODEL) | documented_openai(404)
    )
    def read_model(model: str) -> ServedModel:
        """`quoth`, or the name of a collection."""
        if model != MODEL and model not in assistant.collections():
            raise ArchiveEmpty(f"there is no collection '{model[:80]}'; GET /v1/models lists them")
        return ServedModel(id=model, created=started)

    return routes


def _new_id() -> str:
    return f"chatcmpl-{uuid4().hex}"


def _message(answer: Answer, body: ChatRequest, request: Request) -> Message:
    place = f"{str(request.base_url).rstrip('/')}/api/articles"
    return Message(content=answer.text, annotations=url_citations(answer, place, body.collection))


async def _chunks(
    stream: AsyncGenerator[Event, None], body: ChatRequest, request: Request
) -> AsyncIterator[dict[str, str]]:
    """The chunks of one answer as server-sent events; whoever stops listening stops the model."""
    same = {"id": _new_id(), "object": "chat.completion.chunk", "created": int(time.time())}
    counted = bool(body.stream_options and body.stream_options.include_usage)

    def chunk(delta: dict[str, Any] | None, finish: str | None = None, **more: Any) -> dict[str, str]:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
        choices = [] if delta is None else [choice]
        # Where usage is asked for, all chunks have the member, and only the last one has figures.
        told = same | {"model": body.model, "choices": choices} | ({"usage": None} if counted else {}) | more
        return {"data": json.dumps(told, ensure_ascii=False)}

    async with aclosing(stream):
        try:
            yield chunk({"role": "assistant", "content": ""})
            answer = await _last(stream)
            message = _message(answer, body, request).model_dump(mode="json")
            yield chunk({"content": message["content"]})
            yield chunk({"annotations": message["annotations"]}, "stop", quoth=answer.model_dump(mode="json"))
            if counted:
                yield chunk(None, usage=TokensUsed.of(answer).model_dump())
            yield {"data": "[DONE]"}
        except Exception as error:
            problem = ProblemDetails.of(error, request.url.path)
            if problem.status >= 500:
                logger.error("%s failed: %s", request.url.path, error, exc_info=problem.status == 500)
            yield {"data": OpenAIError.of(problem).text()}


async def _last(stream: AsyncIterator[Event]) -> Answer:
    async for event in stream:
        if isinstance(event, Answer):
            return event
    raise AssertionError("a stream ends with an answer")
