"""Errors in OpenAI's format."""

from __future__ import annotations

from pydantic import Field

from qa.schemas import Schema
from qa.web.errors.problem_details import ProblemDetails, to_json

# A collection is a model to OpenAI's clients.
_MODEL_NOT_FOUND = ("archive_empty", "collection_invalid")


class OpenAIErrorBody(Schema):
    """What went wrong, in OpenAI's format."""

    message: str
    type: str = Field(description="`invalid_request_error` or `server_error`")
    param: str | None = Field(None, description="the invalid field, such as `messages.0.content`")
    code: str | None = Field(None, description="the kind of error, such as `model_not_found`")


class OpenAIError(Schema):
    """An error in OpenAI's format."""

    error: OpenAIErrorBody

    @classmethod
    def of(cls, problem: ProblemDetails) -> OpenAIError:
        kind = problem.type.rpartition(":")[2].replace("-", "_")
        code = "model_not_found" if kind in _MODEL_NOT_FOUND else kind
        field = problem.errors[0].place.removeprefix("body").removeprefix(".") if problem.errors else None
        return cls(
            error=OpenAIErrorBody(
                message="; ".join(error.detail for error in problem.errors[:3]) or problem.detail,
                type="server_error" if problem.status >= 500 else "invalid_request_error",
                param="model" if code == "model_not_found" else field or None,
                code=None if problem.type == "about:blank" else code,
            )
        )

    def to_json(self) -> str:
        return to_json(self.model_dump())

    def status(self, problem: ProblemDetails) -> int:
        """The HTTP status that OpenAI uses for this error. Its clients retry a 409, which would not help."""
        if self.error.code == "model_not_found":
            return 404
        return 400 if problem.status == 422 else problem.status
