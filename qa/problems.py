"""Errors as a program meets them over HTTP: problem details (RFC 9457), and OpenAI's shape below /v1."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

from fastapi.exceptions import RequestValidationError
from pydantic import Field
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from index.errors import (
    ArchiveEmpty,
    ArchiveLocked,
    ArticleChanged,
    ArticleUnknown,
    CollectionInvalid,
    DiskFull,
    QuothError,
    SnapshotInvalid,
    WeightsError,
)
from qa.answers import Value
from qa.errors import (
    Busy,
    FeedbackFull,
    JobUnknown,
    KeyRequired,
    ModelUnavailable,
    NotAllowed,
    NotReady,
    QuestionInvalid,
    SettingsInvalid,
    TooMany,
    urn,
)
from qa.logs import request_id

MEDIA_TYPE = "application/problem+json"
OPENAI = "/v1"
"""Below it, clients of OpenAI are answered, who know only its errors."""
# Every other QuothError is a 500: something here needs mending, which the caller cannot do.
_KINDS: dict[type[QuothError], tuple[int, str]] = {
    KeyRequired: (401, "a key is needed"),
    NotAllowed: (403, "the key does not allow this"),
    ArticleUnknown: (404, "no such article"),
    JobUnknown: (404, "no such job"),
    ArchiveEmpty: (409, "no articles yet"),
    ArchiveLocked: (409, "the archive is in use"),
    ArticleChanged: (412, "the article was changed"),
    QuestionInvalid: (422, "the question cannot be asked"),
    SettingsInvalid: (422, "a setting is not usable"),
    SnapshotInvalid: (422, "the file cannot be imported"),
    CollectionInvalid: (422, "the collection's name is not usable"),
    TooMany: (429, "too many requests"),
    Busy: (503, "too many are waiting"),
    NotReady: (503, "not ready"),
    ModelUnavailable: (503, "the model is unavailable"),
    WeightsError: (503, "the model's weights are not usable"),
    DiskFull: (507, "the disk is full"),
    FeedbackFull: (507, "no more feedback is kept"),
}

# A model of OpenAI's interface is a collection of ours.
_NO_MODEL = ("archive_empty", "collection_invalid")


class Fault(Value):
    """One thing that is wrong with a request, and where."""

    place: str = Field(description="where it is, such as `body.filters.after`")
    detail: str


class Problem(Value):
    """What went wrong, in the words of RFC 9457."""

    type: str = Field(
        "about:blank",
        description="`urn:quoth:` and the kind of error, or `about:blank` for plain HTTP errors",
    )
    title: str = Field(description="the kind of problem, the same each time")
    status: int = Field(description="the HTTP status")
    detail: str = Field(description="what happened this time, and the next step")
    instance: str | None = Field(None, description="the path that was asked for")
    errors: tuple[Fault, ...] = Field((), description="each fault of a request that is not usable")
    request_id: str | None = Field(None, description="which request this was, as in the server's log")

    @classmethod
    def of(cls, error: Exception, instance: str | None = None) -> Problem:
        """The problem that an error is to the one who asked; of an unforeseen one it tells nothing."""
        if isinstance(error, RequestValidationError):
            faults = tuple(
                Fault(place=".".join(map(str, fault["loc"])), detail=fault["msg"]) for fault in error.errors()
            )
            detail = "; ".join(f"{fault.place}: {fault.detail}" for fault in faults[:3])
            return cls(
                type="urn:quoth:request-invalid",
                title="the request is not usable",
                status=422,
                detail=detail,
                instance=instance,
                errors=faults,
            )
        if isinstance(error, HTTPException):
            title = HTTPStatus(error.status_code).phrase
            detail = error.detail if error.detail != title else "see /docs for what can be asked, and how"
            return cls(title=title, status=error.status_code, detail=detail, instance=instance)
        if not isinstance(error, QuothError):
            detail = "something unforeseen happened; the server's log says what"
            return cls(title="Internal Server Error", status=500, detail=detail, instance=instance)
        status, title = next(
            (known for kind, known in _KINDS.items() if isinstance(error, kind)), (500, "Quoth needs mending")
        )
        return cls(type=urn(type(error)), title=title, status=status, detail=str(error), instance=instance)

    def text(self) -> str:
        """The problem as JSON, without the members that say nothing."""
        members = {"type": self.type, **self.model_dump(exclude_defaults=True)}
        if id_ := request_id.get():
            members["request_id"] = id_
        return _json(members)

    def response(self, headers: Mapping[str, str] | None = None) -> Response:
        """The problem to who asked for `instance`."""
        if f"{self.instance}/".startswith(f"{OPENAI}/"):
            error = OpenAIError.of(self)
            return Response(
                error.text(),
                status_code=error.status(self),
                headers=headers,
                media_type="application/json",
            )
        return Response(self.text(), status_code=self.status, headers=headers, media_type=MEDIA_TYPE)


class OpenAIFault(Value):
    """What went wrong, in the words of OpenAI."""

    message: str
    type: str = Field(description="`invalid_request_error` or `server_error`")
    param: str | None = Field(None, description="where the fault is, such as `messages.0.content`")
    code: str | None = Field(None, description="the kind of problem, such as `model_not_found`")


class OpenAIError(Value):
    """An error as clients of OpenAI expect it."""

    error: OpenAIFault

    @classmethod
    def of(cls, problem: Problem) -> OpenAIError:
        kind = problem.type.rpartition(":")[2].replace("-", "_")
        code = "model_not_found" if kind in _NO_MODEL else None if problem.type == "about:blank" else kind
        place = problem.errors[0].place.removeprefix("body").removeprefix(".") if problem.errors else None
        return cls(
            error=OpenAIFault(
                message="; ".join(fault.detail for fault in problem.errors[:3]) or problem.detail,
                type="server_error" if problem.status >= 500 else "invalid_request_error",
                param="model" if code == "model_not_found" else place or None,
                code=code,
            )
        )

    def text(self) -> str:
        """The error as JSON."""
        return _json(self.model_dump())

    def status(self, problem: Problem) -> int:
        """The status that OpenAI has for the problem: its clients try again after a 409."""
        if self.error.code == "model_not_found":
            return 404
        return 400 if problem.status == 422 else problem.status


def _json(members: object) -> str:
    # What was asked for may hold half a surrogate pair, which pydantic's own writer refuses.
    return json.dumps(members, ensure_ascii=False).encode("utf-8", "replace").decode()


def response_to(error: Exception, instance: str) -> Response:
    """The problem an error is, with the headers that go with it."""
    headers = dict(error.headers or {}) if isinstance(error, HTTPException) else {}
    if isinstance(error, KeyRequired):
        headers["www-authenticate"] = "Bearer"
    if isinstance(error, Busy):
        headers["retry-after"] = str(error.seconds)
    return Problem.of(error, instance).response(headers)


async def _answer(request: Request, error: Exception) -> Response:
    return response_to(error, request.url.path)


HANDLERS: dict[type[Exception] | int, Callable[[Request, Any], Any]] = dict.fromkeys(
    (QuothError, RequestValidationError, HTTPException, Exception), _answer
)
"""`exception_handlers` of an application all of whose errors are problem details."""


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The `responses` of a FastAPI operation for the problems it may meet."""
    return {status: _documented(status) for status in statuses}


def _documented(status: int) -> dict[str, Any]:
    kinds = {kind: title for kind, (code, title) in _KINDS.items() if code == status}
    examples: dict[str, Any] = {
        urn(kind).rpartition(":")[2]: {
            "value": {"type": urn(kind), "title": title, "status": status, "detail": kind.__doc__}
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
                        Problem(title="", status=status, detail="what is wrong, and what helps")
                    ).model_dump(),
                }
            },
        }
        for status in statuses
    }


class BodyLimit:
    """Refuses with 413 a body that grows beyond `limits[path]` bytes, or `otherwise`, while it is read."""

    def __init__(self, app: ASGIApp, *, limits: Mapping[str, int], otherwise: int) -> None:
        self._app = app
        self._limits = limits
        self._otherwise = otherwise

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        most = self._limits.get(scope.get("path", ""), self._otherwise)
        left = most

        async def counted() -> Message:
            nonlocal left
            message = await receive()
            left -= len(message.get("body", b""))
            if left < 0:
                # Reading happens inside the application, where this becomes a problem like any other.
                raise HTTPException(413, f"the body has more than {most:,} bytes; send less at once")
            return message

        await self._app(scope, counted, send)
