"""Error responses: problem details, and below /v1 errors in OpenAI's format."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from http import HTTPMethod
from typing import Any

from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match
from starlette.types import Scope

from index.errors import EmbedderUnavailable, QuothError, StoreUnavailable
from index.text.messages.catalogue import ENGLISH, messages_in
from index.text.messages.messages import Messages
from qa.errors import Busy, KeyRequired
from qa.web.errors.openai import OpenAIError
from qa.web.errors.problem_details import MEDIA_TYPE, ProblemDetails

logger = logging.getLogger(__name__)

RETRY_AFTER_SECONDS = "5"
OPENAI = "/v1"
"""Prefix of the OpenAI-compatible paths."""


def problem_response(problem: ProblemDetails, headers: Mapping[str, str] | None = None) -> Response:
    """The problem as a response, in the format of its `instance`."""
    if f"{problem.instance}/".startswith(f"{OPENAI}/"):
        error = OpenAIError.of(problem)
        return Response(error.to_json(), error.status(problem), headers, "application/json")
    return Response(problem.to_json(), problem.status, headers, MEDIA_TYPE)


def error_response(error: Exception, instance: str, messages: Messages = ENGLISH) -> Response:
    """The response, in the words of `messages`, to a request for the path `instance` that raised this
    error.
    """
    headers = dict(error.headers or {}) if isinstance(error, HTTPException) else {}
    if isinstance(error, KeyRequired):
        headers["www-authenticate"] = "Bearer"
    if isinstance(error, Busy | StoreUnavailable):
        headers["retry-after"] = str(error.seconds)
    elif isinstance(error, EmbedderUnavailable):
        headers["retry-after"] = RETRY_AFTER_SECONDS
    problem = ProblemDetails.of(error, instance, messages)
    if isinstance(error, StoreUnavailable) or (problem.status == 500 and isinstance(error, QuothError)):
        logger.error("%s failed: %s", instance, error)
    return problem_response(problem, headers)


def path_of(scope: Scope) -> str:
    """The path of a request on this server, without the prefix that a reverse proxy puts in front."""
    path: str = scope["path"]
    return path.removeprefix(scope.get("app_root_path", scope.get("root_path", "")))


async def _handle(request: Request, error: Exception) -> Response:
    messages = messages_in(request.headers.get("accept-language", ""))
    response = error_response(error, path_of(request.scope), messages)
    if response.status_code == 405 and (allowed := allowed_methods(request.scope)):
        response.headers["allow"] = ", ".join(allowed)
    return response


def allowed_methods(scope: Scope) -> list[str]:
    """The methods that the application has a route for at the path of the request, sorted.

    Starlette names only those of the first route with this path.
    """
    routes = getattr(scope.get("app"), "routes", ())
    return sorted(
        method.value
        for method in HTTPMethod
        if any(route.matches({**scope, "method": method.value})[0] is Match.FULL for route in routes)
    )


HANDLERS: dict[type[Exception] | int, Callable[[Request, Any], Any]] = dict.fromkeys(
    (QuothError, RequestValidationError, HTTPException, Exception), _handle
)
"""`exception_handlers` for a Starlette or FastAPI application."""
