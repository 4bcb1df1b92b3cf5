"""Operations on collections: list, delete."""

from __future__ import annotations

from fastapi import APIRouter

from qa.assistant import Assistant
from qa.web.api.openapi_examples import example
from qa.web.errors.openapi import problem_responses
from qa.web.schemas import CollectionInfo, CollectionList


def create_router(assistant: Assistant) -> APIRouter:
    """/collections and below."""
    router = APIRouter()

    @router.get(
        "/collections",
        summary="List collections",
        responses=example({"collections": [{"name": "default", "articles": 1}]}),
    )
    def list_collections() -> CollectionList:
        """Returns the collections sorted by name, each with its number of articles."""
        counts = assistant.counts()
        return CollectionList(
            collections=tuple(CollectionInfo(name=name, articles=n) for name, n in counts.items())
        )

    @router.delete(
        "/collections/{name}",
        status_code=204,
        summary="Delete a collection",
        responses=problem_responses(409, 422),
    )
    def delete_collection(name: str) -> None:
        """Deletes a collection with its articles, vectors and thresholds. Articles that are being added to it
        are refused from then on. The default collection cannot be deleted, only its articles.
        """
        assistant.remove_collection(name)

    return router
