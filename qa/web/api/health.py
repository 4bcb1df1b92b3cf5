"""Health: whether the server is there, and whether it can answer."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import APIRouter

from qa.web.api.openapi_examples import example
from qa.web.errors.openapi import documented
from qa.web.schemas import Health, Readiness


def routes(ready: Callable[[], None]) -> APIRouter:
    """/healthz and /readyz."""
    routes = APIRouter()

    @routes.get("/healthz", summary="Is the server there?", responses=example({"status": "ok"}))
    async def healthz() -> Health:
        """Always 200."""
        return Health(status="ok")

    @routes.get(
        "/readyz",
        summary="Can a question be answered?",
        responses=example({"status": "ready"}) | documented(503),
    )
    def readyz() -> Readiness:
        """200 when the models are loaded, the archive can be written to and the local model is alive; else
        503 with the reason.
        """
        ready()
        return Readiness(status="ready")

    return routes
