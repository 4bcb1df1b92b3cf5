"""Articles: listed, added, read, removed."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from index.articles import IngestReport
from qa.assistant import Assistant
from qa.problems import documented
from qa.uploads import add_uploads, content, uploads
from qa.wire import ListedArticles, Removal, WholeArticle, json_body

CollectionName = Annotated[str, Query(description="name of the collection")]


def routes(assistant: Assistant) -> APIRouter:
    """/articles and below."""
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

    return routes
