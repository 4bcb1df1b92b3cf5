"""A question in the shape of OpenAI's chat completions."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag, field_validator
from pydantic_core import PydanticCustomError

from qa.schemas import MAX_TURN_CHARACTERS, MAX_TURNS, Question, Schema, checked_question
from qa.web.schemas import AsOf, FilterParams

MODEL = "quoth"
"""The model that is the default collection; every other model is the collection of its name."""

T = TypeVar("T")


class TextPart(BaseModel):
    """A piece of a message; there are no pictures or sounds."""

    model_config = ConfigDict(frozen=True)

    type: Literal["text"]
    text: str


def _kind(content: object) -> str:
    return "parts" if isinstance(content, list | tuple) else "text"


_Content = Annotated[
    Annotated[str | None, Tag("text")] | Annotated[tuple[TextPart, ...], Tag("parts")], Discriminator(_kind)
]


class ChatMessage(BaseModel):
    """One message; what else it has, such as a `name`, is not looked at."""

    model_config = ConfigDict(frozen=True)

    role: Literal["system", "developer", "user", "assistant"]
    content: _Content = None

    @property
    def text(self) -> str:
        if isinstance(self.content, tuple):
            return "\n".join(part.text for part in self.content)
        return self.content or ""


class StreamOptions(BaseModel):
    """What a stream has besides the answer."""

    model_config = ConfigDict(frozen=True)

    include_usage: bool | None = Field(None, description="whether a last chunk counts the tokens")


class QuothOptions(Schema):
    """The fields of /api/ask that OpenAI's interface lacks."""

    as_of: AsOf = None
    filters: FilterParams = FilterParams()


class ChatRequest(BaseModel):
    """A conversation whose last message is the question. Members that are not here, such as
    `temperature` or `max_tokens`, are taken and change nothing.
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
        description="oldest first, the user's question last; system and developer messages are not read",
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
    def _asks(cls, messages: tuple[ChatMessage, ...]) -> tuple[ChatMessage, ...]:
        return _only(messages, messages[-1].role == "user", "the last message must be the user's question")

    @field_validator("n")
    @classmethod
    def _one(cls, n: int | None) -> int | None:
        return _only(n, n in (None, 1), "a question has one answer; leave n out")

    @field_validator("tools", "functions")
    @classmethod
    def _no_tools(cls, tools: tuple[Any, ...] | None) -> tuple[Any, ...] | None:
        return _only(tools, not tools, "Quoth answers from its articles and calls no tools; leave them out")

    @field_validator("response_format")
    @classmethod
    def _text(cls, form: dict[str, Any] | None) -> dict[str, Any] | None:
        text = form is None or form.get("type") == "text"
        return _only(form, text, "an answer is text; the member quoth of the response has it as JSON")

    @field_validator("logprobs")
    @classmethod
    def _no_logprobs(cls, logprobs: bool | None) -> bool | None:
        return _only(
            logprobs, not logprobs, "a checked answer has no token probabilities; leave logprobs out"
        )

    @field_validator("modalities")
    @classmethod
    def _written(cls, modalities: tuple[str, ...] | None) -> tuple[str, ...] | None:
        return _only(modalities, set(modalities or ()) <= {"text"}, "an answer is only text")

    @property
    def collection(self) -> str:
        return "default" if self.model == MODEL else self.model

    def checked(self) -> Question:
        """The question in its conversation, or QuestionInvalid."""
        *earlier, last = self.messages
        turns = [
            {"role": message.role, "content": message.text[:MAX_TURN_CHARACTERS]}
            for message in earlier
            if message.role in ("user", "assistant") and message.text.strip()
        ]
        return checked_question(
            last.text,
            # Clients send all of a conversation, however long; what a question leans on is near its end.
            history=turns[-MAX_TURNS:],
            as_of=self.quoth.as_of,
            filters=self.quoth.filters.filters(None),
            collection=self.collection,
        )


def _only(given: T, passes: bool, otherwise: str) -> T:
    if not passes:
        raise PydanticCustomError("unsupported", "{otherwise}", {"otherwise": otherwise})
    return given
