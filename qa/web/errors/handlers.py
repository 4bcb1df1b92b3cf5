"""Errors on their way out: as problems, and below /v1 in OpenAI's shape."""

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
"""Below it, clients of OpenAI are answered, who know only its errors."""


def refusal(problem: ProblemDetails, headers: Mapping[str, str] | None = None) -> Response:
    """The problem to who asked for its `instance`."""
    if f"{problem.instance}/".startswith(f"{OPENAI}/"):
        error = OpenAIError.of(problem)
        return Response(error.text(), error.status(problem), headers, "application/json")
    return Response(problem.text(), problem.status, headers, MEDIA_TYPE)


def response_to(error: Exception, instance: str) -> Response:
    """The problem an error is, with the headers that go with it."""
    headers = dict(error.headers or {}) if isinstance(error, HTTPException) else {}
    if isinstance(error, KeyRequired):
        headers["www-authenticate"] = "Bearer"
    if isinstance(error, Busy):
        headers["retry-after"] = str(error.seconds)
    return refusal(ProblemDetails.of(error, instance), headers)


async def _answer(request: Request, error: Exception) -> Response:
    return response_to(error, request.url.path)


HANDLERS: dict[type[Exception] | int, Callable[[Request, Any], Any]] = dict.fromkeys(
    (QuothError, RequestValidationError, HTTPException, Exception), _answer
)
"""`exception_handlers` of an application all of whose errors are problem details."""
