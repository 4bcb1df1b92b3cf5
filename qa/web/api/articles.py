"""Operations on articles: list, add, get, delete."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query
from pydantic import TypeAdapter
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from index.errors import ArticleChanged
from index.schemas import Article, IngestReport
from qa.assistant import Assistant
from qa.schemas import Job
from qa.web.api.idempotency import IdempotencyStore
from qa.web.api.openapi_examples import ARTICLE, ARTICLE_LIST, JOB, REPORT, example
from qa.web.errors.openapi import problem_responses
from qa.web.jobs import JobQueue
from qa.web.schemas import ArticleList, ArticleQuery, ArticleWithText, RemovalRequest, json_body
from qa.web.uploads import fingerprint, parse_uploads, read_one_upload, read_uploads, request_body_content

CollectionName = Annotated[str, Query(description="name of the collection")]
IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=255,
        description="for a day, the same key with the same body returns the first response again",
    ),
]
_REPORT = TypeAdapter(IngestReport)
_ETAG = {"ETag": {"description": "the article's digest, in quotes", "schema": {"type": "string"}}}
_LINK = {
    "Link": {
        "description": "the `first`, `prev`, `next` and `last` pages",
        "schema": {"type": "string"},
        "example": '</api/articles?limit=100&offset=100>; rel="next"',
    }
}
_LOCATION = {"Location": {"description": "the path of the job", "schema": {"type": "string"}}}


def create_router(assistant: Assistant, queue: JobQueue) -> APIRouter:
    """/articles and below."""
    router = APIRouter()
    _add_list(router, assistant)
    _add_post(router, assistant, queue)
    _add_get(router, assistant)
    _add_put(router, assistant)
    _add_delete(router, assistant)
    return router


def _add_list(router: APIRouter, assistant: Assistant) -> None:
    @router.get(
        "/articles",
        summary="List articles",
        responses=example(ARTICLE_LIST, headers=_LINK) | problem_responses(422),
    )
    def list_articles(
        query: Annotated[ArticleQuery, Query()], request: Request, response: Response
    ) -> ArticleList:
        """Returns articles without their texts, newest first. The list of an unknown collection is empty."""
        page = assistant.articles(
            collection=query.collection,
            limit=query.limit,
            offset=query.offset,
            search=query.search,
            filters=query.to_filters(query.as_of),
        )
        response.headers["link"] = _links(request, query, page.total)
        return ArticleList(articles=page.articles, total=page.total, limit=query.limit, offset=query.offset)


def _add_post(router: APIRouter, assistant: Assistant, queue: JobQueue) -> None:
    idempotency = IdempotencyStore()

    @router.post(
        "/articles",
        summary="Add articles",
        response_description="The ids by outcome, and what was skipped with the reason",
        response_model=IngestReport,
        responses=example(REPORT)
        | example(JOB, 202, model=Job, description="A job adds the articles", headers=_LOCATION)
        | problem_responses(400, 409, 413, 415, 422, 507),
        openapi_extra={"requestBody": {"required": True, "content": request_body_content()}},
    )
    async def add_articles(
        request: Request,
        collection: CollectionName = "default",
        wait: Annotated[
            bool, Query(description="false: respond at once, and add the articles in a job")
        ] = True,
        prefer: Annotated[str, Header(description="`respond-async` is the same as `wait=false`")] = "",
        key: IdempotencyKey = None,
    ) -> Response:
        """Send JSON (one article, or many under `articles`; an object with only a `url` is fetched), or files
        as multipart/form-data (.txt .md .html .pdf .docx .epub .jsonl .json .csv .tsv .rss .atom .xml .zip).
        An article that is already stored and unchanged stays as it is. One with the same id, or the same
        canonical address, replaces the stored one, and `replaced` names that; files of one name are
        different articles. What cannot be read is skipped, and the rest is stored.

        Many articles take long: with `wait=false` the response is 202 and a job, which does not survive a
        restart of the server.
        """
        uploads = await parse_uploads(request)
        prefers_async = "respond-async" in prefer.lower()
        in_background = prefers_async or not wait

        async def add() -> Response:
            articles = read_uploads(assistant, uploads)
            outcomes = await run_in_threadpool(assistant.add, articles, collection=collection)
            if not in_background:
                report = await run_in_threadpool(IngestReport.of, outcomes)
                return Response(_REPORT.dump_json(report), media_type="application/json")
            job = await run_in_threadpool(queue.submit, outcomes, collection=collection, given=len(uploads))
            headers = {"location": f"{request.scope.get('root_path', '')}/api/jobs/{job.id}"}
            headers |= {"preference-applied": "respond-async"} if prefers_async else {}
            return Response(job.model_dump_json(), 202, headers, "application/json")

        if key is None:
            return await add()
        return await idempotency.respond_once(key, fingerprint(uploads, collection, in_background), add)


def _add_get(router: APIRouter, assistant: Assistant) -> None:
    @router.get(
        "/articles/{article_id:path}",
        summary="Get an article",
        response_model=ArticleWithText,
        responses=example(ARTICLE, headers=_ETAG)
        | {304: {"description": "The article still has an ETag of If-None-Match", "headers": _ETAG}}
        | problem_responses(404, 409, 422),
    )
    def get_article(
        article_id: str,
        collection: CollectionName = "default",
        if_none_match: Annotated[
            str, Header(alias="If-None-Match", description="the ETag of the client's copy")
        ] = "",
    ) -> Response:
        """Returns the article with its text, into which all offsets point. An id may contain unescaped
        slashes.
        """
        article = assistant.article(article_id, collection=collection)
        headers = {"etag": f'"{article.digest}"'}
        digests = _digests(if_none_match)
        if digests is None or article.digest in digests:
            return Response(status_code=304, headers=headers)
        return Response(ArticleWithText.of(article).model_dump_json(), 200, headers, "application/json")


def _add_put(router: APIRouter, assistant: Assistant) -> None:
    @router.put(
        "/articles/{article_id:path}",
        summary="Add or replace an article",
        response_description="Whether the article was added, updated or unchanged",
        response_model=IngestReport,
        responses=example(REPORT) | problem_responses(400, 404, 409, 412, 413, 415, 422, 507),
        openapi_extra={"requestBody": {"required": True, "content": request_body_content()}},
    )
    async def put_article(
        article_id: str,
        request: Request,
        collection: CollectionName = "default",
        if_match: Annotated[
            str, Header(alias="If-Match", description="replace it only if this is still its ETag")
        ] = "",
    ) -> Response:
        """Stores an article under this id, in place of the one that has it. Send what adds one article: JSON,
        or a file as multipart/form-data.
        """
        uploads = await parse_uploads(request)

        def put() -> IngestReport:
            article = read_one_upload(assistant, uploads, article_id)
            if if_match:
                _check_unchanged(assistant.article(article_id, collection=collection), _digests(if_match))
            return IngestReport.of(assistant.add([article], collection=collection))

        report = await run_in_threadpool(put)
        return Response(_REPORT.dump_json(report), media_type="application/json")


def _add_delete(router: APIRouter, assistant: Assistant) -> None:
    @router.delete(
        "/articles",
        status_code=204,
        summary="Delete several articles",
        dependencies=[Depends(json_body)],
        responses=problem_responses(400, 404, 409, 413, 415, 422),
    )
    def delete_articles(body: RemovalRequest, collection: CollectionName = "default") -> None:
        """Deletes all of them, or none if one does not exist."""
        assistant.remove(body.ids, collection=collection)

    @router.delete(
        "/articles/{article_id:path}",
        status_code=204,
        summary="Delete an article",
        responses=problem_responses(404, 409, 412, 422),
    )
    def delete_article(
        article_id: str,
        collection: CollectionName = "default",
        if_match: Annotated[
            str, Header(alias="If-Match", description="delete it only if this is still its ETag")
        ] = "",
    ) -> None:
        """Deletes the article with its passages and their vectors."""
        assistant.remove(
            [article_id], collection=collection, digests=_digests(if_match) if if_match else None
        )


def _digests(header: str) -> frozenset[str] | None:
    """The digests in an If-Match or If-None-Match header; None for `*`, which matches all."""
    tags = [tag.strip().removeprefix("W/") for tag in header.split(",")]
    return None if "*" in tags else frozenset(tag.strip('"') for tag in tags)


def _check_unchanged(article: Article, digests: frozenset[str] | None) -> None:
    if digests is not None and article.digest not in digests:
        raise ArticleChanged(f"the article '{article.id}' was changed since; read it again")


def _links(request: Request, query: ArticleQuery, total: int) -> str:
    """Links to the other pages (RFC 8288); relative, since a proxy may have another address."""
    limit, offset = query.limit, query.offset
    last = max(total - 1, 0) // limit * limit
    pages = {"first": 0, "last": last}
    pages |= {"prev": min(max(offset - limit, 0), last)} if offset else {}
    pages |= {"next": offset + limit} if offset + limit < total else {}
    url = request.url
    return ", ".join(
        f'<{url.path}?{url.include_query_params(limit=limit, offset=start).query}>; rel="{name}"'
        for name, start in pages.items()
    )
