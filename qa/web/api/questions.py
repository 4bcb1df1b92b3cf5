"""Questions: asked, and watched while they are answered."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import aclosing

from fastapi import APIRouter, Depends
from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.exceptions import HTTPException
from starlette.requests import Request

from qa.assistant import Assistant
from qa.schemas import Answer, Event, Evidence, Question, Token
from qa.web.api.openapi_examples import ANSWER, STREAM, events, example
from qa.web.errors.openapi import documented
from qa.web.errors.problem_details import ProblemDetails
from qa.web.schemas import AskRequest, json_body

logger = logging.getLogger(__name__)

# A comment is sent this often, so that proxies keep a quiet stream open.
PING_SECONDS = 15
_EVENTS: dict[type[Event], str] = {Evidence: "evidence", Token: "token", Answer: "answer"}


def routes(assistant: Assistant) -> APIRouter:
    """/ask and /ask/stream."""
    routes = APIRouter(dependencies=[Depends(json_body)], responses=documented(409, 413, 415, 422))

    @routes.post(
        "/ask",
        summary="Ask a question",
        response_description="The answer, each sentence cited; or a declined one with the nearest passages",
        responses=example(ANSWER),
    )
    async def ask(body: AskRequest, request: Request) -> Answer:
        """Waits for the whole answer, the last event of /api/ask/stream. Leaving stops the model."""
        return await answered(assistant, body.checked(), request)

    @routes.post(
        "/ask/stream",
        summary="Ask a question and watch it being answered",
        response_description="Server-sent events",
        response_class=EventSourceResponse,
        responses={200: {"content": events(STREAM, *_EVENTS.values(), "error")}},
    )
    async def ask_stream(body: AskRequest, request: Request) -> EventSourceResponse:
        """Events in order: `evidence` (the passages found, before any model speaks), `token`... (pieces of
        the unchecked draft), and `answer` (as /api/ask gives it) or `error` (a problem). Their ids count from
        1. A comment is sent every 15 seconds. Leaving stops the model; a stream cannot be taken up again.
        """
        told = _told(assistant, body.checked(), request.url.path)
        return EventSourceResponse(told, ping=PING_SECONDS)

    return routes


async def answered(assistant: Assistant, question: Question, request: Request) -> Answer:
    """The whole answer; the model stops when the caller leaves."""
    async with aclosing(assistant.stream(question)) as stream:
        async for event in stream:
            if isinstance(event, Answer):
                return event
            if await request.is_disconnected():
                raise HTTPException(408, "the caller left before the answer")
    raise AssertionError("a stream ends with an answer")


async def _told(assistant: Assistant, question: Question, path: str) -> AsyncIterator[ServerSentEvent]:
    """The assistant's stream as numbered server-sent events; whoever stops listening closes it."""
    sent = 0
    async with aclosing(assistant.stream(question)) as stream:
        try:
            async for event in stream:
                sent += 1
                yield ServerSentEvent(event.model_dump_json(), event=_EVENTS[type(event)], id=str(sent))
        except Exception as error:
            # The status is sent already: a stream can tell of an error only in itself.
            problem = ProblemDetails.of(error, path)
            if problem.status >= 500:
                logger.error("%s failed: %s", path, error, exc_info=problem.status == 500)
            yield ServerSentEvent(problem.text(), event="error", id=str(sent + 1))
