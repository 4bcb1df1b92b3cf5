"""Checks of texts, whole or as a stream."""

from __future__ import annotations

from contextlib import aclosing

from fastapi import APIRouter, Depends
from pydantic import ConfigDict, Field
from sse_starlette import EventSourceResponse
from starlette.requests import Request

from qa.assistant import Assistant
from qa.schemas import (
    MAX_QUOTES,
    MAX_TEXT_CHARACTERS,
    CheckedSentence,
    CheckedText,
    CheckEvent,
    Schema,
    TextToCheck,
    text_to_check,
)
from qa.web.api.event_stream import PING_SECONDS, server_sent_events
from qa.web.api.openapi_examples import CHECK_STREAM, CHECKED_TEXT, event_stream, example
from qa.web.errors.handlers import path_of
from qa.web.errors.openapi import problem_responses
from qa.web.schemas import AsOf, CollectionName, FilterParams, json_body

_EVENTS: dict[type[CheckEvent], str] = {CheckedSentence: "sentence", CheckedText: "result"}


class CheckRequest(Schema):
    """A text to check, sentence by sentence."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"text": "The fire on the ferry broke out at 18:40. Three passengers were hurt."}]
        }
    )

    text: str = Field(description=f"plain text or Markdown, at most {MAX_TEXT_CHARACTERS:,} characters")
    question: str = Field("", description="what the text answers; a proven sentence answers it, too")
    quotes: tuple[str, ...] = Field(
        (), description=f"at most {MAX_QUOTES} quotes to hold the text against, instead of the articles"
    )
    checked: tuple[CheckedSentence, ...] = Field(
        (), description="sentences that an earlier check of the same text gave before it was stopped"
    )
    as_of: AsOf = None
    filters: FilterParams = FilterParams()
    collection: CollectionName = "default"

    def to_text(self) -> TextToCheck:
        """The text to check. Raises TextInvalid."""
        return text_to_check(
            self.text,
            question=self.question,
            quotes=self.quotes,
            checked=self.checked,
            filters=self.filters.to_filters(self.as_of),
            collection=self.collection,
        )


def create_router(assistant: Assistant) -> APIRouter:
    """/check and /check/stream."""
    router = APIRouter(dependencies=[Depends(json_body)], responses=problem_responses(409, 413, 415, 422))

    @router.post(
        "/check",
        summary="Check a text",
        response_description="What the articles, or the given quotes, say of each sentence",
        responses=example(CHECKED_TEXT),
    )
    async def check(body: CheckRequest) -> CheckedText:
        """Splits a text into sentences and tells of each whether quotes prove or contradict it. The quotes
        are searched in the articles, unless `quotes` are given. A sentence takes some seconds; for long texts
        use /api/check/stream. Disconnecting stops the model.
        """
        async with aclosing(assistant.check_stream(body.to_text())) as events:
            async for event in events:
                if isinstance(event, CheckedText):
                    return event
        raise AssertionError("a stream ends with the checked text")

    @router.post(
        "/check/stream",
        summary="Check a text and stream its sentences",
        response_description="Server-sent events",
        response_class=EventSourceResponse,
        responses={200: {"content": event_stream(CHECK_STREAM, *_EVENTS.values(), "error")}},
    )
    async def check_stream(body: CheckRequest, request: Request) -> EventSourceResponse:
        """Sends a `sentence` as soon as it is checked, and last the `result` (as /api/check returns it) or an
        `error` (a problem). Otherwise as /api/ask/stream. To go on with a check that was stopped, send the
        text with the sentences so far as `checked`: they are sent again at once, and the rest is checked.
        """
        events = server_sent_events(assistant.check_stream(body.to_text()), _EVENTS, path_of(request.scope))
        return EventSourceResponse(events, ping=PING_SECONDS)

    return router
