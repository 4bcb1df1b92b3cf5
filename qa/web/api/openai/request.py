"""The request body of a chat completion."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag, field_validator
from pydantic_core import PydanticCustomError

from qa.schemas import MAX_TURN_CHARACTERS, MAX_TURNS, Question, Schema, checked_question
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

    role: Literal["system", "developer", "user", "assistant"]
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
        description="oldest first, with the user's question last; system and developer messages are ignored",
    )
    stream: bool | None = None
    stream_options: StreamOptions | None = None
    n: int | None = Field(None, description="only 1")
    tools: tuple[Any, ...] | None = Field(None, description="must be empty")
    functions: tuple[Any, ...] | None = Field(None, description="must be empty")
    response_format: dict[str, Any] | None = Field(None, description='only `{"type": "text"}`')
    logprobs: bool | None = Field(None, description="only false")
    modalities: tuple[str, ...] | None = Field(None, description='only `["text"]`')
    quoth: QuothOptions = QuothOptions()

    @field_validator("messages")
    @classmethod
    def _last_is_question(cls, messages: tuple[ChatMessage, ...]) -> tuple[ChatMessage, ...]:
        return _require(messages, messages[-1].role == "user", "the last message must be the user's question")

    @field_validator("n")
    @classmethod
    def _single_choice(cls, n: int | None) -> int | None:
        return _require(n, n in (None, 1), "a question has one answer; omit n")

    @field_validator("tools", "functions")
    @classmethod
    def _no_tools(cls, tools: tuple[Any, ...] | None) -> tuple[Any, ...] | None:
        return _require(tools, not tools, "Quoth answers from its articles and calls no tools; omit them")

    @field_validator("response_format")
    @classmethod
    def _text_format(cls, response_format: dict[str, Any] | None) -> dict[str, Any] | None:
        is_text = response_format is None or response_format.get("type") == "text"
        return _require(
            response_format, is_text, "an answer is text; the response contains it as JSON under quoth"
        )

    @field_validator("logprobs")
    @classmethod
    def _no_logprobs(cls, logprobs: bool | None) -> bool | None:
        return _require(logprobs, not logprobs, "a checked answer has no token probabilities; omit logprobs")

    @field_validator("modalities")
    @classmethod
    def _text_modality(cls, modalities: tuple[str, ...] | None) -> tuple[str, ...] | None:
        return _require(modalities, set(modalities or ()) <= {"text"}, "an answer is text only")

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
            filters=self.quoth.filters.to_filters(),
            collection=self.collection,
        )


def _require(value: T, supported: bool, message: str) -> T:
    if not supported:
        raise PydanticCustomError("unsupported", "{message}", {"message": message})
    return value
