"""Collections: which there are, and removed as a whole."""

from __future__ import annotations

from fastapi import APIRouter

from qa.assistant import Assistant
from qa.web.api.openapi_examples import example
from qa.web.errors.openapi import documented
from qa.web.schemas import CollectionInfo, CollectionList


def routes(assistant: Assistant) -> APIRouter:
    """/collections and below."""
    routes = APIRouter()

    @routes.get(
        "/collections",
        summary="List the collections",
        responses=example({"collections": [{"name": "default", "articles": 1}]}),
    )
    def list_collections() -> CollectionList:
        """Sorted by name, each with the number of its articles."""
        counts = assistant.counts()
        return CollectionList(
            collections=tuple(CollectionInfo(name=name, articles=n) for name, n in counts.items())
        )

    @routes.delete(
        "/collections/{name}",
        status_code=204,
        summary="Remove a collection",
        responses=documented(409, 422),
    )
    def remove_collection(name: str) -> None:
        """With all its articles, their vectors and its thresholds. What is being added to it is refused from
        then on. The default collection stays: remove its articles instead.
        """
        assistant.remove_collection(name)

    return routes
