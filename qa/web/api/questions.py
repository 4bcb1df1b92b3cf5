"""Answers to questions, whole or as a stream."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import aclosing

from fastapi import APIRouter, Depends
from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.exceptions import HTTPException
from starlette.requests import Request

from qa.assistant import Assistant
from qa.schemas import Answer, Event, Evidence, Progress, Question, Token
from qa.web.api.openapi_examples import ANSWER, STREAM, event_stream, example
from qa.web.errors.openapi import problem_responses
from qa.web.errors.problem_details import ProblemDetails
from qa.web.schemas import AskRequest, json_body

logger = logging.getLogger(__name__)

# A comment is sent this often, so that proxies do not close an idle stream.
PING_SECONDS = 15
_EVENTS: dict[type[Event], str] = {
    Evidence: "evidence",
    Progress: "progress",
    Token: "token",
    Answer: "answer",
}


def create_router(assistant: Assistant) -> APIRouter:
    """/ask and /ask/stream."""
    router = APIRouter(dependencies=[Depends(json_body)], responses=problem_responses(409, 413, 415, 422))

    @router.post(
        "/ask",
        summary="Ask a question",
        response_description="An answer with citations, or a declined one with the nearest passages",
        responses=example(ANSWER),
    )
    async def ask(body: AskRequest, request: Request) -> Answer:
        """Returns the whole answer, the last event of /api/ask/stream. Disconnecting stops the model."""
        return await complete_answer(assistant, body.to_question(), request)

    @router.post(
        "/ask/stream",
        summary="Ask a question and stream the answer",
        response_description="Server-sent events",
        response_class=EventSourceResponse,
        responses={200: {"content": event_stream(STREAM, *_EVENTS.values(), "error")}},
    )
    async def ask_stream(body: AskRequest, request: Request) -> EventSourceResponse:
        """Sends, in this order, `evidence` (the passages found, before any model call), `progress`... (how
        many of the articles that an answer needs are read, if several), `token`... (parts of the unchecked
        draft), and `answer` (as /api/ask returns it) or `error` (a problem). Event ids count from 1. A
        comment is sent every 15 seconds. Disconnecting stops the model; a stream cannot be resumed.
        """
        events = _server_sent_events(assistant, body.to_question(), request.url.path)
        return EventSourceResponse(events, ping=PING_SECONDS)

    return router


async def complete_answer(assistant: Assistant, question: Question, request: Request) -> Answer:
    """The whole answer. The model stops if the client disconnects."""
    async with aclosing(assistant.stream(question)) as stream:
        async for event in stream:
            if isinstance(event, Answer):
                return event
            if await request.is_disconnected():
                raise HTTPException(408, "the client disconnected before the answer")
    raise AssertionError("a stream ends with an answer")


async def _server_sent_events(
    assistant: Assistant, question: Question, path: str
) -> AsyncIterator[ServerSentEvent]:
    """The assistant's stream as numbered server-sent events."""
    sent = 0
    async with aclosing(assistant.stream(question)) as stream:
        try:
            async for event in stream:
                sent += 1
                yield ServerSentEvent(event.model_dump_json(), event=_EVENTS[type(event)], id=str(sent))
        except Exception as error:
            # The status has already been sent, so the error becomes an event.
            problem = ProblemDetails.of(error, path)
            if problem.status >= 500:
                logger.error("%s failed: %s", path, error, exc_info=problem.status == 500)
            yield ServerSentEvent(problem.to_json(), event="error", id=str(sent + 1))
