"""Articles that a window sends: read and kept while it is told how far that is, line by line."""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncIterator, Generator, Sequence

import anyio
from starlette.applications import Starlette
from starlette.concurrency import iterate_in_threadpool, run_in_threadpool
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import StreamingResponse
from starlette.routing import Route

from index.errors import QuothError
from index.schemas import Ingested, Skipped
from qa.assistant import Assistant
from qa.web.errors.handlers import HANDLERS
from qa.web.errors.problem_details import ProblemDetails
from qa.web.middleware.body_limit import BodyLimitMiddleware
from qa.web.uploads import MAX_UPLOAD_BYTES, Upload, parse_uploads, read_uploads

logger = logging.getLogger(__name__)

PATH = "/library"
"""Where `adding` is mounted, beside the window's pages."""


def adding(assistant: Assistant) -> Starlette:
    """The address `/articles`, which takes what `POST /api/articles` takes, and tells of each article when
    it is done: a line `{"how"}`, or `{"skipped", "reason"}`, or last of all `{"trouble"}`.

    Gradio's own upload would take any file of any kind, for anybody, and leave it on the disk.
    """

    async def add(request: Request) -> StreamingResponse:
        given, collection = await parse_uploads(request), request.query_params.get("collection", "default")
        return StreamingResponse(_lines(assistant, given, collection), media_type="application/x-ndjson")

    return Starlette(
        routes=[Route("/articles", add, methods=["POST"])],
        middleware=[Middleware(BodyLimitMiddleware, limits={}, default=MAX_UPLOAD_BYTES)],
        exception_handlers=HANDLERS,
    )


async def _lines(assistant: Assistant, given: Sequence[Upload], collection: str) -> AsyncIterator[str]:
    told = _told(assistant, given, collection)
    try:
        async for line in iterate_in_threadpool(told):
            yield json.dumps(line) + "\n"
    finally:
        # Whoever left must not keep the collection, which one at a time writes to.
        with anyio.CancelScope(shield=True):
            await run_in_threadpool(told.close)


def _told(assistant: Assistant, given: Sequence[Upload], collection: str) -> Generator[dict[str, str]]:
    try:
        for outcome in assistant.add(read_uploads(assistant, given), collection=collection):
            yield _line(outcome)
    except QuothError as error:
        yield {"trouble": str(error)}
    except Exception as error:
        logger.exception("adding articles in the window failed")
        yield {"trouble": ProblemDetails.of(error).detail}


def _line(outcome: Ingested | Skipped) -> dict[str, str]:
    if isinstance(outcome, Ingested):
        return {"how": outcome.how}
    return {"skipped": outcome.source, "reason": outcome.reason}
