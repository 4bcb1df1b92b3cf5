"""Errors as a program meets them over HTTP: problem details (RFC 9457)."""

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
    QuothError,
    SnapshotInvalid,
    WeightsError,
)
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
    problem_type,
)
from qa.schemas import Schema
from qa.telemetry.logs import request_id

MEDIA_TYPE = "application/problem+json"
KINDS: dict[type[QuothError], tuple[int, str]] = {
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
"""Status and title of each; every other QuothError is a 500: something here needs mending, which the caller
cannot do.
"""


class FieldError(Schema):
    """One thing that is wrong with a request, and where."""

    place: str = Field(description="where it is, such as `body.filters.after`")
    detail: str


class ProblemDetails(Schema):
    """What went wrong, in the words of RFC 9457."""

    type: str = Field(
        "about:blank",
        description="`urn:quoth:` and the kind of error, or `about:blank` for plain HTTP errors",
    )
    title: str = Field(description="the kind of problem, the same each time")
    status: int = Field(description="the HTTP status")
    detail: str = Field(description="what happened this time, and the next step")
    instance: str | None = Field(None, description="the path that was asked for")
    errors: tuple[FieldError, ...] = Field((), description="each fault of a request that is not usable")
    request_id: str | None = Field(None, description="which request this was, as in the server's log")

    @classmethod
    def of(cls, error: Exception, instance: str | None = None) -> ProblemDetails:
        """The problem that an error is to the one who asked; of an unforeseen one it tells nothing."""
        if isinstance(error, RequestValidationError):
            faults = tuple(
                FieldError(place=".".join(map(str, fault["loc"])), detail=fault["msg"])
                for fault in error.errors()
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
            (known for kind, known in KINDS.items() if isinstance(error, kind)), (500, "Quoth needs mending")
        )
        type_ = problem_type(type(error))
        return cls(type=type_, title=title, status=status, detail=str(error), instance=instance)

    def text(self) -> str:
        """The problem as JSON, without the members that say nothing."""
        members = {"type": self.type, **self.model_dump(exclude_defaults=True)}
        if id_ := request_id.get():
            members["request_id"] = id_
        return as_json(members)


def as_json(members: object) -> str:
    """JSON of whatever was asked for."""
    # What was asked for may hold half a surrogate pair, which pydantic's own writer refuses.
    return json.dumps(members, ensure_ascii=False).encode("utf-8", "replace").decode()
