"""Collections: which there are."""

from __future__ import annotations

from fastapi import APIRouter

from qa.assistant import Assistant
from qa.examples import example
from qa.wire import Collections, ListedCollection


def routes(assistant: Assistant) -> APIRouter:
    """/collections."""
    routes = APIRouter()

    @routes.get(
        "/collections",
        summary="List the collections",
        responses=example({"collections": [{"name": "default", "articles": 1}]}),
    )
    def list_collections() -> Collections:
        """Sorted by name, each with the number of its articles."""
        counts = assistant.counts()
        return Collections(
            collections=tuple(ListedCollection(name=name, articles=n) for name, n in counts.items())
        )

    return routes
