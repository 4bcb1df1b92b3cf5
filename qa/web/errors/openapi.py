"""Error responses in the OpenAPI description."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from qa.errors import problem_type
from qa.web.errors.openai import OpenAIError
from qa.web.errors.problem_details import MEDIA_TYPE, TYPES, ProblemDetails

_DETAIL = "what went wrong, and what to do next"


def problem_responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The `responses` of an operation that may answer with problems of these statuses."""
    return {status: _problem_response(status) for status in statuses}


def _problem_response(status: int) -> dict[str, Any]:
    titles = {kind: title for kind, (code, title) in TYPES.items() if code == status}
    phrase = HTTPStatus(status).phrase
    examples: dict[str, Any] = {
        problem_type(kind).rpartition(":")[2]: _example(problem_type(kind), title, status, kind.__doc__ or "")
        for kind, title in titles.items()
    }
    return {
        "description": "; ".join(titles.values()) or phrase,
        "content": {
            MEDIA_TYPE: {
                # `create_api` adds this schema to the components.
                "schema": {"$ref": f"#/components/schemas/{ProblemDetails.__name__}"},
                "examples": examples or {"plain": _example("about:blank", phrase, status, _DETAIL)},
            }
        },
    }


def _example(type_: str, title: str, status: int, detail: str) -> dict[str, Any]:
    return {"value": {"type": type_, "title": title, "status": status, "detail": detail}}


def openai_error_responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The `responses` of an operation below /v1 that may answer with errors of these statuses."""
    return {
        status: {
            "description": HTTPStatus(status).phrase,
            "content": {
                "application/json": {
                    "schema": {"$ref": f"#/components/schemas/{OpenAIError.__name__}"},
                    "example": OpenAIError.of(
                        ProblemDetails(title="", status=status, detail=_DETAIL)
                    ).model_dump(),
                }
            },
        }
        for status in statuses
    }
