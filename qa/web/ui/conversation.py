"""What is asked in the window and what came of it, as the browser keeps it."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field

from qa.schemas import Answer, Schema, Turn

# How many earlier messages a question is asked with.
TURNS = 6


class SentQuestion(Schema):
    """A question as the page sends it. `typed` is one from the box, which is then emptied."""

    nth: int
    question: str
    typed: bool = True
    search_as: str | None = None
    history: tuple[Turn, ...] = Field((), max_length=TURNS)


class Exchange(Schema):
    """A question with its answer, or with what went wrong. The page adds what is thought of it."""

    question: str
    asked: date
    collection: str = "default"
    as_of: date | None = None
    answer: Answer | None = None
    trouble: str = ""
    verdict: Literal["up", "down"] | None = None

    @property
    def day(self) -> date:
        """The day the question is about."""
        return self.as_of or self.asked


class Conversation(Schema):
    """A conversation as it is kept and exported; the oldest exchange comes first."""

    id: str
    name: str
    changed: int = Field(description="when, in milliseconds since 1970")
    exchanges: tuple[Exchange, ...]
