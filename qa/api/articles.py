"""Articles: listed, added, read, removed."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query
from pydantic import TypeAdapter
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from index.articles import Article, IngestReport
from qa.answers import Job
from qa.api.replays import Replays
from qa.assistant import Assistant
from qa.examples import ARTICLE, JOB, LISTED, REPORT, example
from qa.jobs import Jobs
from qa.problems import documented
from qa.uploads import adding, content, fingerprint, uploads
from qa.wire import ListedArticles, Removal, WholeArticle, json_body

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
    replays = Replays()

    @routes.get(
        "/articles", summary="List the articles", responses=example(LISTED, headers=_LINK) | documented(422)
    )
    def list_articles(
        request: Request,
        response: Response,
        collection: CollectionName = "default",
        limit: Annotated[int, Query(ge=1, le=1000, description="how many to list")] = 100,
        offset: Annotated[int, Query(ge=0, description="how many to leave out before them")] = 0,
        search: Annotated[str, Query(description="only those with this in their title or source")] = "",
    ) -> ListedArticles:
        """Newest first, without their texts. A collection that does not exist has none."""
        page = assistant.articles(collection=collection, limit=limit, offset=offset, search=search)
        response.headers["link"] = _links(request, limit, offset, page.total)
        return ListedArticles(articles=page.articles, total=page.total, limit=limit, offset=offset)

    @routes.post(
        "/articles",
        summary="Add articles",
        response_description="The ids by outcome; what was skipped, with the reason",
        response_model=IngestReport,
        responses=example(REPORT)
        | example(JOB, 202, model=Job, description="Taken; the job tells the outcomes", headers=_PLACE)
        | documented(400, 409, 413, 415, 422, 503, 507),
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
        # One caller's keys are nobody else's.
        name = (request.headers.get("authorization", ""), key)
        return await replays.once(name, fingerprint(given, collection, later), add)

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

    @routes.get(
        "/articles/{article_id:path}",
        summary="Read an article",
        response_model=WholeArticle,
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
        headers = {"etag": _tag(article)}
        if _names(known, article):
            return Response(status_code=304, headers=headers)
        return Response(WholeArticle.of(article).model_dump_json(), 200, headers, "application/json")

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
        if known and not _names(known, assistant.article(article_id, collection=collection)):
            raise HTTPException(412, "the article was changed since; read it again")
        assistant.remove([article_id], collection=collection)

    return routes


def _tag(article: Article) -> str:
    return f'"{article.digest}"'


def _names(header: str, article: Article) -> bool:
    """Whether If-Match or If-None-Match names the article as it is."""
    tags = (tag.strip().removeprefix("W/") for tag in header.split(","))
    return any(tag in ("*", _tag(article)) for tag in tags)


def _links(request: Request, limit: int, offset: int, total: int) -> str:
    """The other pages, as RFC 8288 has them; relative, since a proxy may have another address."""
    last = max(total - 1, 0) // limit * limit
    pages = {"first": 0, "last": last}
    pages |= {"prev": min(max(offset - limit, 0), last)} if offset else {}
    pages |= {"next": offset + limit} if offset + limit < total else {}
    url = request.url
    return ", ".join(
        f'<{url.path}?{url.include_query_params(limit=limit, offset=at).query}>; rel="{name}"'
        for name, at in pages.items()
    )
