"""Questions and their answers, as the page sends and the browser saves them."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from pydantic import Field

from qa.schemas import Answer, Kind, Limit, Schema, Turn

# Earlier messages that are sent with a question.
MAX_TURNS = 6


class Choices(Schema):
    """What the asker chose beside the words of a question: another search, the kind of answer, and which
    limits do not hold. Whoever changes one keeps the others.
    """

    search_as: str | None = None
    kind: Kind | None = None
    ignore: tuple[Limit, ...] = ()

    def choices(self) -> dict[str, Any]:
        """The choices alone, by name."""
        return {name: getattr(self, name) for name in Choices.model_fields}


class SentQuestion(Choices):
    """A question as the page sends it. `typed` means it comes from the question box."""

    nth: int
    question: str
    typed: bool = True
    history: tuple[Turn, ...] = Field((), max_length=MAX_TURNS)


class Exchange(Choices):
    """A question with its answer or its error (`trouble`). The page adds the user's `verdict`."""

    question: str
    asked: date
    collection: str = "default"
    as_of: date | None = None
    answer: Answer | None = None
    trouble: str = ""
    verdict: Literal["up", "down"] | None = None

    @property
    def again(self) -> str:
        """The question as it was asked, in JSON: the page sends it again, with one choice changed."""
        return self.model_dump_json(include={"question", *Choices.model_fields}, exclude_defaults=True)

    @property
    def day(self) -> date:
        """The day that the question refers to."""
        return self.as_of or self.asked


class Conversation(Schema):
    """A conversation as it is saved and exported; the oldest exchange comes first."""

    id: str
    name: str
    changed: int = Field(description="when, in milliseconds since 1970")
    exchanges: tuple[Exchange, ...]
