"""Collections: which there are."""

from __future__ import annotations

from fastapi import APIRouter

from qa.assistant import Assistant
from qa.wire import Collections


def routes(assistant: Assistant) -> APIRouter:
    """/collections."""
    routes = APIRouter()

    @routes.get("/collections", summary="List the collections")
    def list_collections() -> Collections:
        """Their names, sorted."""
        return Collections(collections=tuple(assistant.collections()))

    return routes
