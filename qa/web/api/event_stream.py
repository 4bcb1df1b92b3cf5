"""The events of the assistant as server-sent events."""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import aclosing
from typing import TypeVar

from pydantic import BaseModel
from sse_starlette import ServerSentEvent

from qa.web.errors.problem_details import ProblemDetails

logger = logging.getLogger(__name__)

# A comment is sent this often, so that proxies do not close an idle stream.
PING_SECONDS = 15

Sent = TypeVar("Sent", bound=BaseModel)


async def server_sent_events(
    events: AsyncGenerator[Sent, None], names: Mapping[type[Sent], str], path: str
) -> AsyncIterator[ServerSentEvent]:
    """The events with the name of their type, numbered from 1; an error becomes the event `error`."""
    sent = 0
    async with aclosing(events) as stream:
        try:
            async for event in stream:
                sent += 1
                yield ServerSentEvent(event.model_dump_json(), event=names[type(event)], id=str(sent))
        except Exception as error:
            # The status has already been sent, so the error becomes an event.
            problem = ProblemDetails.of(error, path)
            if problem.status >= 500:
                logger.error("%s failed: %s", path, error, exc_info=problem.status == 500)
            yield ServerSentEvent(problem.to_json(), event="error", id=str(sent + 1))
