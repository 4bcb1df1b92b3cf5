"""Errors as problem details (RFC 9457)."""

from __future__ import annotations

import json
from http import HTTPStatus

from fastapi.exceptions import RequestValidationError
from pydantic import Field
from starlette.exceptions import HTTPException

from index.errors import (
    ArchiveEmpty,
    ArchiveLocked,
    ArticleChanged,
    ArticleUnknown,
    CollectionInvalid,
    DiskFull,
    EmbedderUnavailable,
    QuothError,
    SnapshotInvalid,
    StoreUnavailable,
    WeightsError,
)
from index.text.messages.catalogue import ENGLISH
from index.text.messages.messages import Messages
from index.text.messages.phrase import Phrase
from qa.auth import OWNER, caller
from qa.errors import (
    Busy,
    FeedbackFull,
    JobUnknown,
    KeyRequired,
    ModelUnavailable,
    NotAllowed,
    NotReady,
    QuestionInvalid,
    ServerUnavailable,
    SettingsInvalid,
    TextInvalid,
    TooMany,
    problem_type,
)
from qa.schemas import Schema
from qa.telemetry.logs import request_id

MEDIA_TYPE = "application/problem+json"
TYPES: dict[type[QuothError], tuple[int, str]] = {
    KeyRequired: (401, "an API key is required"),
    NotAllowed: (403, "the API key does not allow this"),
    ArticleUnknown: (404, "no such article"),
    JobUnknown: (404, "no such job"),
    ArchiveEmpty: (409, "no articles yet"),
    ArchiveLocked: (409, "the archive is in use"),
    ArticleChanged: (412, "the article has changed"),
    QuestionInvalid: (422, "the question is invalid"),
    TextInvalid: (422, "the text is invalid"),
    SettingsInvalid: (422, "a setting is invalid"),
    SnapshotInvalid: (422, "the file cannot be imported"),
    CollectionInvalid: (422, "the collection's name is invalid"),
    TooMany: (429, "too many requests"),
    Busy: (503, "too many questions are waiting"),
    NotReady: (503, "the server is not ready"),
    StoreUnavailable: (503, "a store is unavailable"),
    EmbedderUnavailable: (503, "the embedder is unavailable"),
    ServerUnavailable: (503, "the server is stopping"),
    ModelUnavailable: (503, "the model is unavailable"),
    WeightsError: (503, "the model's weights are unusable"),
    DiskFull: (507, "the disk is full"),
    FeedbackFull: (507, "the feedback file is full"),
}
"""HTTP status and title of each kind of error. Any other QuothError is a 500: the caller cannot fix it."""


_FOR_THE_OWNER = Phrase("the server needs attention; tell the person who runs it, whose log has the reason")


class FieldError(Schema):
    """One invalid field of a request."""

    place: str = Field(description="the path of the field, such as `body.filters.after`")
    detail: str


class ProblemDetails(Schema):
    """What went wrong (RFC 9457)."""

    type: str = Field(
        "about:blank",
        description="`urn:quoth:` and the kind of error, or `about:blank` for a plain HTTP error",
    )
    title: str = Field(description="the kind of problem; the same for every occurrence")
    status: int = Field(description="the HTTP status")
    detail: str = Field(description="what happened this time, and what to do next")
    instance: str | None = Field(None, description="the path of the request")
    errors: tuple[FieldError, ...] = Field((), description="each invalid field of the request")
    request_id: str | None = Field(None, description="the request's id, as in the server's log")

    @classmethod
    def of(
        cls, error: Exception, instance: str | None = None, messages: Messages = ENGLISH
    ) -> ProblemDetails:
        """The problem to report for an error, in the words of `messages`. For an unexpected one it reveals
        nothing.
        """
        if isinstance(error, RequestValidationError):
            errors = tuple(
                FieldError(place=".".join(map(str, field["loc"])), detail=field["msg"])
                for field in error.errors()
            )
            return cls(
                type="urn:quoth:request-invalid",
                title="the request is invalid",
                status=422,
                detail="; ".join(f"{field.place}: {field.detail}" for field in errors[:3]),
                instance=instance,
                errors=errors,
            )
        if isinstance(error, HTTPException):
            title = HTTPStatus(error.status_code).phrase
            detail = error.detail if error.detail != title else "see /docs for the available operations"
            if isinstance(error.__cause__, UnicodeDecodeError):
                detail = "the body is not text in UTF-8; send JSON in that encoding"
            return cls(title=title, status=error.status_code, detail=detail, instance=instance)
        if not isinstance(error, QuothError):
            detail = messages.gettext("an unexpected error occurred; see the server's log")
            return cls(title="Internal Server Error", status=500, detail=detail, instance=instance)
        status, title = next(
            (known for kind, known in TYPES.items() if isinstance(error, kind)),
            (500, "the server needs attention"),
        )
        detail = messages.told(_detail(error, status))
        return cls(
            type=problem_type(type(error)), title=title, status=status, detail=detail, instance=instance
        )

    def to_json(self) -> str:
        """The problem as JSON, without members at their defaults, and with the id of the current request."""
        members = {"type": self.type, **self.model_dump(exclude_defaults=True)}
        if id_ := request_id.get():
            members["request_id"] = id_
        return to_json(members)


def to_json(value: object) -> str:
    """The value as JSON. Half a surrogate pair, which pydantic's own writer refuses, becomes a `?`."""
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "replace").decode()


def _detail(error: QuothError, status: int) -> str:
    """What an error says, to others than the person who runs the server without names of files and hosts."""
    if caller() == OWNER:
        return error.message
    if isinstance(error, StoreUnavailable):
        return error.for_callers
    if isinstance(error, EmbedderUnavailable):
        return "the server that embeds is not available; try again in a few seconds"
    return _FOR_THE_OWNER if status == 500 else error.message
