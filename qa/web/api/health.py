"""Health checks: whether the server is running, and whether it can answer questions."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import APIRouter

from qa.web.api.openapi_examples import example
from qa.web.errors.openapi import problem_responses
from qa.web.schemas import Health, Readiness


def create_router(check_ready: Callable[[], None]) -> APIRouter:
    """/healthz and /readyz."""
    router = APIRouter()

    @router.get("/healthz", summary="Check liveness", responses=example({"status": "ok"}))
    async def healthz() -> Health:
        """Always returns 200 while the server is running."""
        return Health(status="ok")

    @router.get(
        "/readyz",
        summary="Check readiness",
        responses=example({"status": "ready"}) | problem_responses(503),
    )
    def readyz() -> Readiness:
        """Returns 200 if the models are loaded, the archive can be written and the local model responds;
        otherwise 503 with the reason.
        """
        check_ready()
        return Readiness(status="ready")

    return router
