"""Errors as clients of OpenAI know them."""

from __future__ import annotations

from pydantic import Field

from qa.schemas import Schema
from qa.web.errors.problem_details import ProblemDetails, as_json

# A model of OpenAI's interface is a collection of ours.
_NO_MODEL = ("archive_empty", "collection_invalid")


class OpenAIErrorBody(Schema):
    """What went wrong, in the words of OpenAI."""

    message: str
    type: str = Field(description="`invalid_request_error` or `server_error`")
    param: str | None = Field(None, description="where the fault is, such as `messages.0.content`")
    code: str | None = Field(None, description="the kind of problem, such as `model_not_found`")


class OpenAIError(Schema):
    """An error as clients of OpenAI expect it."""

    error: OpenAIErrorBody

    @classmethod
    def of(cls, problem: ProblemDetails) -> OpenAIError:
        kind = problem.type.rpartition(":")[2].replace("-", "_")
        code = "model_not_found" if kind in _NO_MODEL else None if problem.type == "about:blank" else kind
        place = problem.errors[0].place.removeprefix("body").removeprefix(".") if problem.errors else None
        return cls(
            error=OpenAIErrorBody(
                message="; ".join(fault.detail for fault in problem.errors[:3]) or problem.detail,
                type="server_error" if problem.status >= 500 else "invalid_request_error",
                param="model" if code == "model_not_found" else place or None,
                code=code,
            )
        )

    def text(self) -> str:
        """The error as JSON."""
        return as_json(self.model_dump())

    def status(self, problem: ProblemDetails) -> int:
        """The status that OpenAI has for the problem: its clients try again after a 409."""
        if self.error.code == "model_not_found":
            return 404
        return 400 if problem.status == 422 else problem.status
