"""Error responses: problem details, and below /v1 errors in OpenAI's format."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from index.errors import QuothError
from qa.errors import Busy, KeyRequired
from qa.web.errors.openai import OpenAIError
from qa.web.errors.problem_details import MEDIA_TYPE, ProblemDetails

OPENAI = "/v1"
"""Prefix of the OpenAI-compatible paths."""


def problem_response(problem: ProblemDetails, headers: Mapping[str, str] | None = None) -> Response:
    """The problem as a response, in the format of its `instance`."""
    if f"{problem.instance}/".startswith(f"{OPENAI}/"):
        error = OpenAIError.of(problem)
        return Response(error.to_json(), error.status(problem), headers, "application/json")
    return Response(problem.to_json(), problem.status, headers, MEDIA_TYPE)


def error_response(error: Exception, instance: str) -> Response:
    """The response to a request for the path `instance` that raised this error."""
    headers = dict(error.headers or {}) if isinstance(error, HTTPException) else {}
    if isinstance(error, KeyRequired):
        headers["www-authenticate"] = "Bearer"
    if isinstance(error, Busy):
        headers["retry-after"] = str(error.seconds)
    return problem_response(ProblemDetails.of(error, instance), headers)


async def _handle(request: Request, error: Exception) -> Response:
    return error_response(error, request.url.path)


HANDLERS: dict[type[Exception] | int, Callable[[Request, Any], Any]] = dict.fromkeys(
    (QuothError, RequestValidationError, HTTPException, Exception), _handle
)
"""`exception_handlers` for a Starlette or FastAPI application."""
