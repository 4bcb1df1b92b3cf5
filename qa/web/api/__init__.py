"""The HTTP API. Each module defines one router, which translates between HTTP and the assistant."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from importlib.metadata import version
from typing import Any

from fastapi import FastAPI
from pydantic.json_schema import models_json_schema
from starlette.concurrency import run_in_threadpool

from qa.assistant import Assistant
from qa.web.api import articles, backups, checks, collections, feedback, health, jobs, questions, search
from qa.web.api.openai import completions
from qa.web.errors.handlers import HANDLERS, OPENAI
from qa.web.errors.openai import OpenAIError
from qa.web.errors.openapi import problem_responses
from qa.web.errors.problem_details import ProblemDetails
from qa.web.jobs import JobJournal, JobQueue
from qa.web.middleware.body_limit import BodyLimitMiddleware
from qa.web.middleware.instrumentation import NO_TELEMETRY
from qa.web.uploads import MAX_UPLOAD_BYTES, UploadedAddress, UploadedArticle

PATHS = ("/api", "/v1", "/healthz", "/readyz", "/openapi.json")
"""The API answers at these paths and everything below them."""

MAX_BODY_BYTES = 1_000_000
"""Enough for a question with a long history, which OpenAI's clients send in full each time."""
_DESCRIPTION = """
Quoth answers from a collection of articles. **Every sentence of an answer carries a quote**, and every
quote is exactly `article.text[start:end]`, counted in code points. It declines a question that the articles
do not answer.

Every error is a problem of RFC 9457 (`application/problem+json`) or, below `/v1`, one in OpenAI's format.
A request body may have 1 MB, one with articles 25 MB. If the server requires an API key, send it as
`Authorization: Bearer KEY`. Readers may ask, search and read; editors may also add and delete articles.
"""


def create_api(
    assistant: Assistant,
    check_ready: Callable[[], None] = lambda: None,
    journal: JobJournal | None = None,
) -> FastAPI:
    """The API as an application of its own, without access control.

    /readyz calls `check_ready`, which raises NotReady until the server can answer questions. With a `journal`
    the jobs of other servers are seen too.
    """
    queue = JobQueue(journal)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        await run_in_threadpool(queue.close)

    api = _Api(
        title="Quoth",
        version=version("quoth"),
        description=_DESCRIPTION,
        telemetry=NO_TELEMETRY,
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
        exception_handlers=HANDLERS,
        responses=problem_responses(500),
        generate_unique_id_function=lambda route: route.name,
    )
    limits = dict.fromkeys(("/api/articles", "/api/articles/"), MAX_UPLOAD_BYTES)
    limits |= {"/api/import": backups.MAX_BYTES}
    api.add_middleware(BodyLimitMiddleware, limits=limits, default=MAX_BODY_BYTES)
    # Any request may lack permission, exceed a rate limit, or arrive during a shutdown.
    common = problem_responses(401, 403, 429, 503)
    for tag, router in (
        ("questions", questions.create_router(assistant)),
        ("questions", checks.create_router(assistant)),
        ("questions", search.create_router(assistant)),
        ("questions", feedback.create_router(assistant)),
        ("articles", articles.create_router(assistant, queue)),
        ("articles", jobs.create_router(queue)),
        ("articles", collections.create_router(assistant)),
        ("backups", backups.create_router(assistant)),
    ):
        api.include_router(router, prefix="/api", tags=[tag], responses=common)
    api.include_router(completions.create_router(assistant), prefix=OPENAI, tags=["OpenAI"])
    api.include_router(health.create_router(check_ready), tags=["health"], responses=problem_responses(403))
    return api


class _Api(FastAPI):
    def openapi(self) -> dict[str, Any]:
        """The description, with the schemas that operations refer to only by name."""
        description = super().openapi()
        _, extra = models_json_schema(
            [
                (ProblemDetails, "serialization"),
                (OpenAIError, "serialization"),
                (UploadedArticle, "validation"),
                (UploadedAddress, "validation"),
            ],
            ref_template="#/components/schemas/{model}",
        )
        description["components"]["schemas"] |= extra["$defs"]
        for path, operations in description["paths"].items():
            if path.startswith(OPENAI):  # FastAPI adds a 422, which `OpenAIError.status` turns into a 400
                for operation in operations.values():
                    operation["responses"].pop("422", None)
        for unused in ("HTTPValidationError", "ValidationError"):
            description["components"]["schemas"].pop(unused, None)
        return description
