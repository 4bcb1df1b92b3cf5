"""Feedback on answers."""

from __future__ import annotations

from datetime import UTC, datetime

from fastapi import APIRouter, Depends

from qa.assistant import Assistant
from qa.web.errors.openapi import problem_responses
from qa.web.schemas import FeedbackRequest, json_body


def create_router(assistant: Assistant) -> APIRouter:
    """/feedback."""
    router = APIRouter(dependencies=[Depends(json_body)])

    @router.post(
        "/feedback",
        status_code=204,
        summary="Rate an answer",
        responses=problem_responses(400, 409, 413, 415, 422, 507),
    )
    def send_feedback(body: FeedbackRequest) -> None:
        """Stores the rating in a file on the server, from which `quoth questions --from-feedback` makes test
        questions. It is not sent anywhere.
        """
        assistant.keep_feedback(body.to_feedback(datetime.now(UTC)))

    return router
