"""Feedback: what people think of answers."""

from __future__ import annotations

from datetime import UTC, datetime

from fastapi import APIRouter, Depends

from qa.assistant import Assistant
from qa.web.errors.openapi import documented
from qa.web.feedback_schema import FeedbackRequest
from qa.web.schemas import json_body


def routes(assistant: Assistant) -> APIRouter:
    """/feedback."""
    routes = APIRouter(dependencies=[Depends(json_body)])

    @routes.post(
        "/feedback",
        status_code=204,
        summary="Say what you think of an answer",
        responses=documented(409, 413, 415, 422, 507),
    )
    def feedback(body: FeedbackRequest) -> None:
        """Kept in a file on the server's disk and sent nowhere. `quoth questions --from-feedback` makes
        test questions of the thumbs down.
        """
        assistant.keep_feedback(body.feedback(datetime.now(UTC)))

    return routes
