"""Articles: listed, added, read, removed."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query
from pydantic import TypeAdapter
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from index.schemas import IngestReport
from qa.assistant import Assistant
from qa.schemas import Job
from qa.web.api.idempotency import IdempotencyStore
from qa.web.api.openapi_examples import ARTICLE, JOB, LISTED, REPORT, example
from qa.web.errors.openapi import documented
from qa.web.jobs import Jobs
from qa.web.schemas import ArticleList, ArticleQuery, ArticleWithText, RemovalRequest, json_body
from qa.web.uploads import adding, content, fingerprint, uploads

CollectionName = Annotated[str, Query(description="name of the collection")]
Key = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=255,
        description="the same key with the same body gets the first response again, for a day",
    ),
]
_REPORT = TypeAdapter(IngestReport)
_TAG = {"ETag": {"description": "the article's digest, in quotes", "schema": {"type": "string"}}}
_LINK = {
    "Link": {
        "description": "where the `first`, `prev`, `next` and `last` pages are",
        "schema": {"type": "string"},
        "example": '</api/articles?limit=100&offset=100>; rel="next"',
    }
}
_PLACE = {"Location": {"description": "where the job is", "schema": {"type": "string"}}}


def routes(assistant: Assistant, jobs: Jobs) -> APIRouter:
    """/articles and below."""
    routes = APIRouter()
    _listing(routes, assistant)
    _adding(routes, assistant, jobs)
    _reading(routes, assistant)
    _removing(routes, assistant)
    return routes


def _listing(routes: APIRouter, assistant: Assistant) -> None:
    @routes.get(
        "/articles", summary="List the articles", responses=example(LISTED, headers=_LINK) | documented(422)
    )
    def list_articles(
        wanted: Annotated[ArticleQuery, Query()], request: Request, response: Response
    ) -> ArticleList:
        """Newest first, without their texts. A collection that does not exist has none."""
        page = assistant.articles(
            collection=wanted.collection,
            limit=wanted.limit,
            offset=wanted.offset,
            search=wanted.search,
            filters=wanted.filters(wanted.as_of),
        )
        response.headers["link"] = _links(request, wanted, page.total)
        return ArticleList(articles=page.articles, total=page.total, limit=wanted.limit, offset=wanted.offset)


def _adding(routes: APIRouter, assistant: Assistant, jobs: Jobs) -> None:
    replays = IdempotencyStore()

    @routes.post(
        "/articles",
        summary="Add articles",
        response_description="The ids by outcome; what was skipped, with the reason",
        response_model=IngestReport,
        responses=example(REPORT)
        | example(JOB, 202, model=Job, description="Taken; the job tells the outcomes", headers=_PLACE)
        | documented(400, 409, 413, 415, 422, 507),
        openapi_extra={"requestBody": {"required": True, "content": content()}},
    )
    async def add_articles(
        request: Request,
        collection: CollectionName = "default",
        wait: Annotated[bool, Query(description="false: answer at once, and add in a job")] = True,
        prefer: Annotated[str, Header(description="`respond-async` is the same as `wait=false`")] = "",
        key: Key = None,
    ) -> Response:
        """Send JSON (one article, or many under `articles`; an article may be only its `url`, which is then
        fetched), or files as multipart/form-data (.txt .md .html .pdf .docx .epub .jsonl .csv .rss .atom
        .xml .zip). An article that is there already, unchanged, is left alone; one of the same id, or a
        file of the same name, replaces what was there. What cannot become an article is skipped, and the
        rest is kept.

        Many take long: with `wait=false` the answer is 202 and a job, which lives as long as the server does.
        """
        given = await uploads(request)
        preferred = "respond-async" in prefer.lower()
        later = preferred or not wait

        async def add() -> Response:
            outcomes = await run_in_threadpool(adding, assistant, given, collection)
            if not later:
                report = await run_in_threadpool(IngestReport.of, outcomes)
                return Response(_REPORT.dump_json(report), media_type="application/json")
            job = jobs.start(outcomes, collection=collection, given=len(given))
            headers = {"location": f"/api/jobs/{job.id}"}
            headers |= {"preference-applied": "respond-async"} if preferred else {}
            return Response(job.model_dump_json(), 202, headers, "application/json")

        if key is None:
            return await add()
        return await replays.once(key, fingerprint(given, collection, later), add)


def _reading(routes: APIRouter, assistant: Assistant) -> None:
    @routes.get(
        "/articles/{article_id:path}",
        summary="Read an article",
        response_model=ArticleWithText,
        responses=example(ARTICLE, headers=_TAG)
        | {304: {"description": "It is still what If-None-Match names", "headers": _TAG}}
        | documented(404, 409, 422),
    )
    def read_article(
        article_id: str,
        collection: CollectionName = "default",
        known: Annotated[
            str, Header(alias="If-None-Match", description="the ETag of what the caller has")
        ] = "",
    ) -> Response:
        """The article with its text, which every offset points into. Slashes in an id need no escape."""
        article = assistant.article(article_id, collection=collection)
        headers = {"etag": f'"{article.digest}"'}
        named = _named(known)
        if named is None or article.digest in named:
            return Response(status_code=304, headers=headers)
        return Response(ArticleWithText.of(article).model_dump_json(), 200, headers, "application/json")


def _removing(routes: APIRouter, assistant: Assistant) -> None:
    @routes.delete(
        "/articles",
        status_code=204,
        summary="Remove several articles",
        dependencies=[Depends(json_body)],
        responses=documented(404, 409, 413, 415, 422),
    )
    def remove_articles(body: RemovalRequest, collection: CollectionName = "default") -> None:
        """All of them, or none if one is not there."""
        assistant.remove(body.ids, collection=collection)

    @routes.delete(
        "/articles/{article_id:path}",
        status_code=204,
        summary="Remove an article",
        responses=documented(404, 409, 412, 422),
    )
    def remove_article(
        article_id: str,
        collection: CollectionName = "default",
        known: Annotated[
            str, Header(alias="If-Match", description="remove it only if this is still its ETag")
        ] = "",
    ) -> None:
        """Forgets the article, its passages and their vectors."""
        assistant.remove([article_id], collection=collection, digests=_named(known) if known else None)


def _named(header: str) -> frozenset[str] | None:
    """The digests that If-Match or If-None-Match names; None for `*`, which names all."""
    tags = [tag.strip().removeprefix("W/") for tag in header.split(",")]
    return None if "*" in tags else frozenset(tag.strip('"') for tag in tags)


def _links(request: Request, wanted: ArticleQuery, total: int) -> str:
    """The other pages, as RFC 8288 has them; relative, since a proxy may have another address."""
    limit, offset = wanted.limit, wanted.offset
    last = max(total - 1, 0) // limit * limit
    pages = {"first": 0, "last": last}
    pages |= {"prev": min(max(offset - limit, 0), last)} if offset else {}
    pages |= {"next": offset + limit} if offset + limit < total else {}
    url = request.url
    return ", ".join(
        f'<{url.path}?{url.include_query_params(limit=limit, offset=at).query}>; rel="{name}"'
        for name, at in pages.items()
    )
