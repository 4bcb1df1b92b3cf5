"""A question with its conversation, and the checks that it passes."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal
from unicodedata import category

from pydantic import Field, ValidationError

from index.schemas import Filters
from index.text.messages.phrase import Phrase
from qa.errors import QuestionInvalid
from qa.schemas.base import IsoDate, Schema
from qa.schemas.kinds import Kind, Limit

MAX_QUESTION_CHARACTERS = 2_000
MAX_LANGUAGE_CHARACTERS = 35
MAX_TURNS, MAX_TURN_CHARACTERS = 200, 20_000


class Turn(Schema):
    """One earlier message of the conversation."""

    role: Literal["user", "assistant"]
    content: str = Field(max_length=MAX_TURN_CHARACTERS)


class Question(Schema):
    """A question with the conversation before it.

    `search_as` replaces the search query that is derived from the question and the conversation, and `kind`
    the kind of answer that it is taken to ask for. `ignore` is what is not read into its words. `language` is
    that of what an answer says beside quotes, as an IETF tag such as `de`.
    """

    question: str
    history: tuple[Turn, ...] = Field((), max_length=MAX_TURNS)
    search_as: str | None = None
    kind: Kind | None = None
    ignore: tuple[Limit, ...] = ()
    language: str = Field("en", max_length=MAX_LANGUAGE_CHARACTERS)
    as_of: IsoDate | None = None
    filters: Filters = Filters()
    collection: str = "default"

    @property
    def limits(self) -> Filters:
        """The filters of the search, including `as_of`."""
        return replace(self.filters, as_of=self.as_of) if self.as_of else self.filters


def checked_question(question: str, **details: object) -> Question:
    """The Question made of user input; `details` are its other fields.

    Raises QuestionInvalid, which says what is wrong.
    """
    text = _checked(question, Phrase("the question"))
    query = details.get("search_as")
    if isinstance(query, str):
        # An emptied field restores the derived query.
        details["search_as"] = _checked(query, Phrase("the search query")) if query.strip() else None
    try:
        return Question.model_validate({"question": text, **details})
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise QuestionInvalid(
            Phrase("the question's {place} is not usable: {reason}", place=place, reason=first["msg"])
        ) from None


def _checked(text: str, what: str) -> str:
    text = text.strip()
    if not text:
        raise QuestionInvalid(Phrase("{what} is empty; type one", what=what))
    if len(text) > MAX_QUESTION_CHARACTERS:
        raise QuestionInvalid(
            Phrase(
                "{what} has {number} characters; shorten it to {limit} or fewer",
                what=what,
                number=len(text),
                limit=MAX_QUESTION_CHARACTERS,
            )
        )
    if any(category(letter) in ("Cc", "Cs") and not letter.isspace() for letter in text):
        raise QuestionInvalid(Phrase("{what} has control characters in it; type it as plain text", what=what))
    return text
