"""Errors in the description of the API."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from qa.errors import problem_type
from qa.web.errors.openai import OpenAIError
from qa.web.errors.problem_details import KINDS, MEDIA_TYPE, ProblemDetails


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The `responses` of a FastAPI operation for the problems it may meet."""
    return {status: _documented(status) for status in statuses}


def _documented(status: int) -> dict[str, Any]:
    kinds = {kind: title for kind, (code, title) in KINDS.items() if code == status}
    examples: dict[str, Any] = {
        problem_type(kind).rpartition(":")[2]: {
            "value": {"type": problem_type(kind), "title": title, "status": status, "detail": kind.__doc__}
        }
        for kind, title in kinds.items()
    }
    if not examples:
        title = HTTPStatus(status).phrase
        plain = {
            "type": "about:blank",
            "title": title,
            "status": status,
            "detail": "what is wrong, and what helps",
        }
        examples = {"plain": {"value": plain}}
    # The application adds Problem to the description's components.
    content: dict[str, Any] = {"schema": {"$ref": "#/components/schemas/Problem"}, "examples": examples}
    return {
        "description": "; ".join(kinds.values()) or HTTPStatus(status).phrase,
        "content": {MEDIA_TYPE: content},
    }


def documented_openai(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Likewise, of an operation below /v1."""
    return {
        status: {
            "description": HTTPStatus(status).phrase,
            "content": {
                "application/json": {
                    "schema": {"$ref": "#/components/schemas/OpenAIError"},
                    "example": OpenAIError.of(
                        ProblemDetails(title="", status=status, detail="what is wrong, and what helps")
                    ).model_dump(),
                }
            },
        }
        for status in statuses
    }
