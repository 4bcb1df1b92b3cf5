"""Adds articles that the Library view sends, and streams the outcome of each."""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncIterator, Generator, Sequence
from dataclasses import replace

import anyio
from starlette.applications import Starlette
from starlette.concurrency import iterate_in_threadpool, run_in_threadpool
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import StreamingResponse
from starlette.routing import Route

from index.errors import QuothError
from index.schemas import Ingested, IngestReport, Skipped
from index.text.messages.catalogue import messages_in
from index.text.messages.messages import Messages
from qa.assistant import Assistant
from qa.web.errors.handlers import HANDLERS
from qa.web.errors.problem_details import ProblemDetails
from qa.web.middleware.body_limit import BodyLimitMiddleware
from qa.web.uploads import MAX_UPLOAD_BYTES, Upload, parse_uploads, read_uploads

logger = logging.getLogger(__name__)

PATH = "/library"
"""Where the app is mounted, beside the window's pages."""


def create_app(assistant: Assistant) -> Starlette:
    """Serves `POST /articles`, which takes what `POST /api/articles` takes. The response has one JSON line
    per article, `{"how", "replaced"?}` or `{"skipped", "reason"}`; at the end come `{"warning"}`s, and
    `{"trouble"}` if adding failed.

    It replaces Gradio's upload, which accepts files of any kind from anyone and leaves them on the disk.
    """

    async def add(request: Request) -> StreamingResponse:
        given, collection = await parse_uploads(request), request.query_params.get("collection", "default")
        messages = messages_in(request.headers.get("accept-language", ""))
        return StreamingResponse(
            _lines(assistant, messages, given, collection), media_type="application/x-ndjson"
        )

    return Starlette(
        routes=[Route("/articles", add, methods=["POST"])],
        middleware=[Middleware(BodyLimitMiddleware, limits={}, default=MAX_UPLOAD_BYTES)],
        exception_handlers=HANDLERS,
    )


async def _lines(
    assistant: Assistant, messages: Messages, given: Sequence[Upload], collection: str
) -> AsyncIterator[str]:
    outcomes = _outcomes(assistant, messages, given, collection)
    try:
        async for outcome in iterate_in_threadpool(outcomes):
            yield json.dumps(outcome) + "\n"
    finally:
        # A collection has one writer at a time: a client that disconnects must not block it.
        with anyio.CancelScope(shield=True):
            await run_in_threadpool(outcomes.close)


def _outcomes(
    assistant: Assistant, messages: Messages, given: Sequence[Upload], collection: str
) -> Generator[dict[str, str]]:
    told: list[Ingested] = []
    try:
        for outcome in assistant.add(read_uploads(assistant, given), collection=collection):
            if isinstance(outcome, Ingested) and outcome.remarks:
                told.append(replace(outcome, uncovered=None))
            yield _line(messages, outcome)
        yield from ({"warning": messages.told(warning)} for warning in IngestReport.of(told).warnings)
    except QuothError as error:
        yield {"trouble": messages.told(error.message)}
    except Exception as error:
        logger.exception("adding articles in the window failed")
        yield {"trouble": ProblemDetails.of(error, messages=messages).detail}


def _line(messages: Messages, outcome: Ingested | Skipped) -> dict[str, str]:
    if isinstance(outcome, Ingested):
        gone = ", ".join(one.title or one.article_id for one in outcome.replaced)
        return {"how": outcome.how} | ({"replaced": gone} if gone else {})
    return {"skipped": outcome.source, "reason": messages.told(outcome.reason)}
