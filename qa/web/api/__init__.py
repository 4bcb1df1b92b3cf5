"""The HTTP API: each operation hands a request to the assistant, and what comes back to the caller.

One router a file; `create_api` puts them together.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from importlib.metadata import version
from typing import Any

from fastapi import FastAPI
from pydantic.json_schema import models_json_schema
from starlette.concurrency import run_in_threadpool

from qa.assistant import Assistant
from qa.web.api import articles, backups, collections, feedback, health, jobs, questions, search
from qa.web.api.openai import completions
from qa.web.errors.handlers import HANDLERS, OPENAI
from qa.web.errors.openai import OpenAIError
from qa.web.errors.openapi import documented
from qa.web.errors.problem_details import ProblemDetails
from qa.web.jobs import Jobs
from qa.web.middleware.body_limit import BodyLimitMiddleware
from qa.web.middleware.instrumentation import OFF
from qa.web.uploads import MAX_UPLOAD_BYTES, UploadedAddress, UploadedArticle

PATHS = ("/api", "/v1", "/healthz", "/readyz", "/openapi.json")
"""Where the API answers; all below them is the API's too."""

MAX_BODY_BYTES = 1_000_000
"""A question with a long conversation before it: what OpenAI's clients send whole each time."""
_ABOUT = """
Quoth answers from a collection of articles. **Every sentence of an answer carries a quote**, and every
quote is exactly `article.text[start:end]`, counted in code points. A question the articles do not answer
is declined.

Every error is a problem of RFC 9457 (`application/problem+json`), or, below `/v1`, one in OpenAI's shape.
A body has at most 1 MB, one of articles 25 MB. Where the server asks for a key, it is
sent as `Authorization: Bearer KEY`; readers ask, search and read, editors add and remove.
"""


def create_api(assistant: Assistant, ready: Callable[[], None] = lambda: None) -> FastAPI:
    """The API as an application of its own, which answers at `PATHS`.

    `ready` is asked by /readyz; it raises NotReady while no question can be answered yet.
    """
    adding = Jobs()

    @asynccontextmanager
    async def living(_: FastAPI) -> AsyncIterator[None]:
        yield
        await run_in_threadpool(adding.close)

    api = _Api(
        title="Quoth",
        version=version("quoth"),
        description=_ABOUT,
        telemetry=OFF,
        docs_url=None,
        redoc_url=None,
        lifespan=living,
        exception_handlers=HANDLERS,
        responses=documented(500),
        generate_unique_id_function=lambda route: route.name,
    )
    limits = {"/api/articles": MAX_UPLOAD_BYTES, "/api/import": backups.MAX_BYTES}
    api.add_middleware(BodyLimitMiddleware, limits=limits, otherwise=MAX_BODY_BYTES)
    # Whatever is asked: who may not, or too often, and who comes while the server ends.
    guarded = documented(401, 403, 429, 503)
    api.include_router(questions.routes(assistant), prefix="/api", tags=["questions"], responses=guarded)
    api.include_router(search.routes(assistant), prefix="/api", tags=["questions"], responses=guarded)
    api.include_router(feedback.routes(assistant), prefix="/api", tags=["questions"], responses=guarded)
    api.include_router(
        articles.routes(assistant, adding), prefix="/api", tags=["articles"], responses=guarded
    )
    api.include_router(jobs.routes(adding), prefix="/api", tags=["articles"], responses=guarded)
    api.include_router(collections.routes(assistant), prefix="/api", tags=["articles"], responses=guarded)
    api.include_router(completions.routes(assistant), prefix="/v1", tags=["OpenAI"])
    api.include_router(backups.routes(assistant), prefix="/api", tags=["backups"], responses=guarded)
    api.include_router(health.routes(ready), tags=["health"], responses=documented(403))
    return api


class _Api(FastAPI):
    def openapi(self) -> dict[str, Any]:
        """The description, with the values that no operation returns as its plain response."""
        described = super().openapi()
        _, extra = models_json_schema(
            [
                (ProblemDetails, "serialization"),
                (OpenAIError, "serialization"),
                (UploadedArticle, "validation"),
                (UploadedAddress, "validation"),
            ],
            ref_template="#/components/schemas/{model}",
        )
        described["components"]["schemas"] |= extra["$defs"]
        for path, operations in described["paths"].items():
            if path.startswith(OPENAI):  # FastAPI describes a 422, which is a 400 there
                for operation in operations.values():
                    operation["responses"].pop("422", None)
        for unused in ("HTTPValidationError", "ValidationError"):
            described["components"]["schemas"].pop(unused, None)
        return described
