"""Answers to questions, whole or as a stream."""

from __future__ import annotations

from contextlib import aclosing

from fastapi import APIRouter, Depends
from sse_starlette import EventSourceResponse
from starlette.exceptions import HTTPException
from starlette.requests import Request

from qa.assistant import Assistant
from qa.schemas import Answer, Event, Evidence, Progress, Question, Token
from qa.web.api.event_stream import PING_SECONDS, server_sent_events
from qa.web.api.openapi_examples import ANSWER, STREAM, event_stream, example
from qa.web.errors.handlers import path_of
from qa.web.errors.openapi import problem_responses
from qa.web.schemas import AskRequest, json_body

_EVENTS: dict[type[Event], str] = {
    Evidence: "evidence",
    Progress: "progress",
    Token: "token",
    Answer: "answer",
}


def create_router(assistant: Assistant) -> APIRouter:
    """/ask and /ask/stream."""
    router = APIRouter(
        dependencies=[Depends(json_body)], responses=problem_responses(400, 409, 413, 415, 422)
    )

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
        events = server_sent_events(assistant.stream(body.to_question()), _EVENTS, path_of(request.scope))
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
