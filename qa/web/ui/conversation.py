"""Questions and their answers, as the page sends and the browser saves them."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field

from qa.schemas import Answer, Kind, Limit, Schema, Turn

# Earlier messages that are sent with a question.
MAX_TURNS = 6


class SentQuestion(Schema):
    """A question as the page sends it. `typed` means it comes from the question box."""

    nth: int
    question: str
    typed: bool = True
    search_as: str | None = None
    kind: Kind | None = None
    ignore: tuple[Limit, ...] = ()
    history: tuple[Turn, ...] = Field((), max_length=MAX_TURNS)


class Exchange(Schema):
    """A question with its answer or its error (`trouble`). The page adds the user's `verdict`."""

    question: str
    asked: date
    collection: str = "default"
    as_of: date | None = None
    answer: Answer | None = None
    trouble: str = ""
    verdict: Literal["up", "down"] | None = None

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
