"""The HTTP API: each operation hands a request to the assistant, and what comes back to the caller."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, Query
from pydantic.json_schema import models_json_schema
from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request

from index.articles import IngestReport
from qa.answers import Answer, Event, Evidence, Question, Token
from qa.assistant import Assistant
from qa.problems import HANDLERS, BodyLimit, Problem, documented
from qa.thumb import Thumb
from qa.uploads import MAX_UPLOAD_BYTES, GivenAddress, GivenArticle, add_uploads, content, uploads
from qa.wire import (
    ANSWER,
    STREAM,
    Ask,
    Collections,
    Found,
    Health,
    ListedArticles,
    Readiness,
    Removal,
    Search,
    WholeArticle,
    json_body,
)

logger = logging.getLogger(__name__)

PATHS = ("/api", "/healthz", "/readyz", "/openapi.json")
"""Where the API answers; all below them is the API's too."""

MAX_BODY_BYTES = 64_000
# A comment is sent this often, so that proxies keep a quiet stream open.
PING_SECONDS = 15
_EVENTS: dict[type[Event], str] = {Evidence: "evidence", Token: "token", Answer: "answer"}
_ABOUT = """
Quoth answers from a collection of articles. **Every sentence of an answer carries a quote**, and every
quote is exactly `article.text[start:end]`, counted in code points. A question the articles do not answer
is declined.

Every error is a problem of RFC 9457 (`application/problem+json`). A body has at most 64 kB, one of articles
25 MB. There is no key: who reaches the address may ask, add and remove.
"""

CollectionName = Annotated[str, Query(description="name of the collection")]


def create_api(assistant: Assistant, ready: Callable[[], None] = lambda: None) -> FastAPI:
    """The API as an application of its own, which answers at `PATHS`.

    `ready` is asked by /readyz; it raises NotReady while no question can be answered yet.
    """
    api = _Api(
        title="Quoth",
        version=version("quoth"),
        description=_ABOUT,
        docs_url=None,
        redoc_url=None,
        exception_handlers=HANDLERS,
        responses=documented(500),
        generate_unique_id_function=lambda route: route.name,
    )
    api.add_middleware(BodyLimit, limits={"/api/articles": MAX_UPLOAD_BYTES}, otherwise=MAX_BODY_BYTES)
    api.include_router(_questions(assistant), prefix="/api", tags=["questions"])
    api.include_router(_articles(assistant), prefix="/api", tags=["articles"])
    api.include_router(_health(ready), tags=["health"])
    return api


class _Api(FastAPI):
    def openapi(self) -> dict[str, Any]:
        """The description, with the values that no operation returns as its plain response."""
        described = super().openapi()
        _, extra = models_json_schema(
            [(Problem, "serialization"), (GivenArticle, "validation"), (GivenAddress, "validation")],
            ref_template="#/components/schemas/{model}",
        )
        described["components"]["schemas"] |= extra["$defs"]
        return described


def _questions(assistant: Assistant) -> APIRouter:
    routes = APIRouter(dependencies=[Depends(json_body)], responses=documented(409, 413, 415, 422, 503))

    @routes.post(
        "/ask",
        summary="Ask a question",
        response_description="The answer, each sentence cited; or a declined one with the nearest passages",
        responses={200: {"content": {"application/json": {"example": ANSWER}}}},
    )
    async def ask(body: Ask, request: Request) -> Answer:
        """Waits for the whole answer, the last event of /api/ask/stream. Leaving stops the model."""
        async with aclosing(assistant.stream(body.checked())) as events:
            async for event in events:
                if isinstance(event, Answer):
                    return event
                if await request.is_disconnected():
                    raise HTTPException(408, "the caller left before the answer")
        raise AssertionError("a stream ends with an answer")

    @routes.post(
        "/ask/stream",
        summary="Ask a question and watch it being answered",
        response_description="Server-sent events",
        response_class=EventSourceResponse,
        responses={
            200: {"content": {"text/event-stream": {"schema": {"type": "string"}, "example": STREAM}}}
        },
    )
    async def ask_stream(body: Ask, request: Request) -> EventSourceResponse:
        """Events in order: `evidence` (the passages found, before any model speaks), `token`... (pieces of
        the unchecked draft), and `answer` (as /api/ask gives it) or `error` (a problem). A comment is sent
        every 15 seconds. Leaving stops the model.
        """
        events = _told(assistant, body.checked(), request.url.path)
        return EventSourceResponse(events, ping=PING_SECONDS)

    @routes.post(
        "/feedback",
        status_code=204,
        summary="Say what you think of an answer",
        responses=documented(507),
    )
    def feedback(body: Thumb) -> None:
        """Kept in a file on the server's disk and sent nowhere. `quoth questions --from-feedback` makes
        test questions of the thumbs down.
        """
        assistant.keep_feedback(body.feedback(datetime.now(UTC)))

    @routes.post(
        "/search",
        summary="Search for passages",
        response_description="The passages that fit best, best first",
    )
    def search(body: Search) -> Found:
        """No model speaks. `score` ranks the hits of one search, from 0 to 1."""
        hits = assistant.search(body.query, k=body.k, filters=body.limits, collection=body.collection)
        return Found(hits=hits)

    return routes


async def _told(assistant: Assistant, question: Question, path: str) -> AsyncIterator[ServerSentEvent]:
    """The assistant's stream as server-sent events; whoever stops listening closes it."""
    async with aclosing(assistant.stream(question)) as events:
        try:
            async for event in events:
                yield ServerSentEvent(event.model_dump_json(), event=_EVENTS[type(event)])
        except Exception as error:
            # The status is sent already: a stream can tell of an error only in itself.
            problem = Problem.of(error, path)
            if problem.status >= 500:
                logger.error("%s failed: %s", path, error, exc_info=problem.status == 500)
            yield ServerSentEvent(problem.text(), event="error")


def _articles(assistant: Assistant) -> APIRouter:
    routes = APIRouter()

    @routes.get("/articles", summary="List the articles", responses=documented(422))
    def list_articles(
        collection: CollectionName = "default",
        limit: Annotated[int, Query(ge=1, le=1000, description="how many to list")] = 100,
        offset: Annotated[int, Query(ge=0, description="how many to leave out before them")] = 0,
        search: Annotated[str, Query(description="only those with this in their title or source")] = "",
    ) -> ListedArticles:
        """Newest first, without their texts. A collection that does not exist has none."""
        page = assistant.articles(collection=collection, limit=limit, offset=offset, search=search)
        return ListedArticles(articles=page.articles, total=page.total, limit=limit, offset=offset)

    @routes.post(
        "/articles",
        summary="Add articles",
        response_description="The ids by outcome; what was skipped, with the reason",
        responses=documented(400, 409, 413, 415, 422, 507),
        openapi_extra={"requestBody": {"required": True, "content": content()}},
    )
    async def add_articles(request: Request, collection: CollectionName = "default") -> IngestReport:
        """Send JSON (one article, or many under `articles`; an article may be only its `url`, which is then
        fetched), or files as multipart/form-data (.txt .md .html .pdf .docx .epub .jsonl .csv .rss .atom
        .xml .zip). An article that is there already, unchanged, is left alone; one of the same id, or a
        file of the same name, replaces what was there. What cannot become an article is skipped, and the
        rest is kept.
        """
        given = await uploads(request)
        return await run_in_threadpool(add_uploads, assistant, given, collection)

    @routes.delete(
        "/articles",
        status_code=204,
        summary="Remove several articles",
        dependencies=[Depends(json_body)],
        responses=documented(404, 409, 413, 415, 422),
    )
    def remove_articles(body: Removal, collection: CollectionName = "default") -> None:
        """All of them, or none if one is not there."""
        assistant.remove(body.ids, collection=collection)

    @routes.get("/articles/{article_id:path}", summary="Read an article", responses=documented(404, 409, 422))
    def read_article(article_id: str, collection: CollectionName = "default") -> WholeArticle:
        """The article with its text, which every offset points into. Slashes in an id need no escape."""
        return WholeArticle.of(assistant.article(article_id, collection=collection))

    @routes.delete(
        "/articles/{article_id:path}",
        status_code=204,
        summary="Remove an article",
        responses=documented(404, 409, 422),
    )
    def remove_article(article_id: str, collection: CollectionName = "default") -> None:
        """Forgets the article, its passages and their vectors."""
        assistant.remove([article_id], collection=collection)

    @routes.get("/collections", summary="List the collections")
    def list_collections() -> Collections:
        """Their names, sorted."""
        return Collections(collections=tuple(assistant.collections()))

    return routes


def _health(ready: Callable[[], None]) -> APIRouter:
    routes = APIRouter()

    @routes.get("/healthz", summary="Is the server there?")
    async def healthz() -> Health:
        """Always 200."""
        return Health(status="ok")

    @routes.get("/readyz", summary="Can a question be answered?", responses=documented(503))
    async def readyz() -> Readiness:
        """200 once the models are loaded; before that, or if they cannot be, 503 with the reason."""
        ready()
        return Readiness(status="ready")

    return routes
