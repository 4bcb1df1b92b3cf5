"""The request body of a chat completion."""

from __future__ import annotations

from collections.abc import Callable
from operator import not_
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from qa.schemas import (
    LIMITS,
    MAX_LANGUAGE_CHARACTERS,
    MAX_TURN_CHARACTERS,
    MAX_TURNS,
    Kind,
    Limit,
    Question,
    Schema,
    checked_question,
)
from qa.web.api.openai.tasks import ChatTask, find_task
from qa.web.schemas import AsOf, FilterParams

MODEL = "quoth"
"""The model that stands for the default collection. Any other model is the collection of that name."""

T = TypeVar("T")


class TextPart(BaseModel):
    """A text part of a message. Images and audio are not supported."""

    model_config = ConfigDict(frozen=True)

    type: Literal["text"]
    text: str


def _kind(content: object) -> str:
    return "parts" if isinstance(content, list | tuple) else "text"


_Content = Annotated[
    Annotated[str | None, Tag("text")] | Annotated[tuple[TextPart, ...], Tag("parts")], Discriminator(_kind)
]


class ChatMessage(BaseModel):
    """One message. Other members, such as `name`, are ignored."""

    model_config = ConfigDict(frozen=True)

    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: _Content = None

    @property
    def text(self) -> str:
        if isinstance(self.content, tuple):
            return "\n".join(part.text for part in self.content)
        return self.content or ""


class StreamOptions(BaseModel):
    """Options of a stream."""

    model_config = ConfigDict(frozen=True)

    include_usage: bool | None = Field(None, description="whether to add a last chunk with the token counts")


class QuothOptions(Schema):
    """The fields of /api/ask that OpenAI's API lacks."""

    as_of: AsOf = None
    filters: FilterParams = FilterParams()
    kind: Kind | None = None
    ignore: tuple[Limit, ...] = Field((), max_length=len(LIMITS))
    language: str = Field("en", max_length=MAX_LANGUAGE_CHARACTERS)


_NO_TOOLS = "Quoth answers from its articles and calls no tools; omit {}"

# What the values of a request's fields must satisfy, and what to say otherwise.
_SUPPORTED: dict[str, tuple[Callable[[Any], bool], str]] = {
    "messages": (lambda value: value[-1].role == "user", "the last message must be the user's question"),
    "n": (lambda value: value in (None, 1), "a question has one answer; omit n"),
    # Open WebUI offers its own tools with every question. An answer need not call one that is only offered.
    "tool_choice": (lambda value: value in (None, "auto", "none"), _NO_TOOLS.format("tool_choice")),
    "function_call": (lambda value: value in (None, "auto", "none"), _NO_TOOLS.format("function_call")),
    "logprobs": (not_, "a checked answer has no token probabilities; omit logprobs"),
    "modalities": (lambda value: set(value or ()) <= {"text"}, "an answer is text only"),
}


class ChatRequest(BaseModel):
    """A conversation whose last message is the question. Other members, such as `temperature` or
    `max_tokens`, are ignored.
    """

    model_config = ConfigDict(
        frozen=True,
        json_schema_extra={
            "examples": [
                {"model": MODEL, "messages": [{"role": "user", "content": "When did the fire break out?"}]}
            ]
        },
    )

    model: str = Field(description="`quoth`, the default collection, or the name of another one")
    messages: tuple[ChatMessage, ...] = Field(
        min_length=1,
        description="oldest first, the user's question last; system, developer and tool messages are ignored",
    )
    metadata: dict[str, Any] | None = Field(
        None, description="`task` names a task of Open WebUI, such as `title_generation`"
    )
    stream: bool | None = None
    stream_options: StreamOptions | None = None
    n: int | None = Field(None, description="only 1")
    tools: tuple[Any, ...] | None = Field(None, description="may be offered; an answer calls none")
    tool_choice: Any = Field(None, description="only `auto` or `none`")
    functions: tuple[Any, ...] | None = Field(None, description="may be offered; an answer calls none")
    function_call: Any = Field(None, description="only `auto` or `none`")
    response_format: dict[str, Any] | None = Field(
        None, description='only `{"type": "text"}`, except for a task whose result is JSON'
    )
    logprobs: bool | None = Field(None, description="only false")
    modalities: tuple[str, ...] | None = Field(None, description='only `["text"]`')
    quoth: QuothOptions = QuothOptions()

    @field_validator(*_SUPPORTED)
    @classmethod
    def _check_supported(cls, value: T, field: ValidationInfo) -> T:
        is_supported, message = _SUPPORTED[field.field_name or ""]
        if not is_supported(value):
            raise PydanticCustomError("unsupported", "{message}", {"message": message})
        return value

    @field_validator("response_format")
    @classmethod
    def _check_format(cls, value: dict[str, Any] | None, info: ValidationInfo) -> dict[str, Any] | None:
        task = find_task(info.data.get("messages", ()), info.data.get("metadata"))
        if value is None or value.get("type") == "text" or (task and task.as_json):
            return value
        message = (
            "an answer is text; omit response_format, the response contains the answer as JSON under quoth"
        )
        raise PydanticCustomError("unsupported", "{message}", {"message": message})

    @property
    def task(self) -> ChatTask | None:
        """What a chat program wants beside answers, such as a title; None if this is a question."""
        return find_task(self.messages, self.metadata)

    @property
    def collection(self) -> str:
        return "default" if self.model == MODEL else self.model

    def to_question(self) -> Question:
        """The question with its history. Raises QuestionInvalid."""
        *earlier, last = self.messages
        turns = [
            {"role": message.role, "content": message.text[:MAX_TURN_CHARACTERS]}
            for message in earlier
            if message.role in ("user", "assistant") and message.text.strip()
        ]
        return checked_question(
            last.text,
            # Clients send the whole conversation; what a follow-up question refers to is near its end.
            history=turns[-MAX_TURNS:],
            as_of=self.quoth.as_of,
            kind=self.quoth.kind,
            ignore=self.quoth.ignore,
            language=self.quoth.language,
            filters=self.quoth.filters.to_filters(),
            collection=self.collection,
        )
