"""A text that is checked against the articles or against given quotes, and what was found."""

from __future__ import annotations

import datetime
from typing import Literal
from unicodedata import category

from pydantic import Field, ValidationError

from index.schemas import Filters
from index.text.messages.phrase import Phrase
from qa.errors import TextInvalid
from qa.schemas.base import Schema
from qa.schemas.passages import Citation
from qa.schemas.questions import MAX_QUESTION_CHARACTERS

MAX_TEXT_CHARACTERS = 20_000
MAX_QUOTES, MAX_QUOTE_CHARACTERS = 20, 5_000


class Side(Schema):
    """What the articles of one side say of a contradicted sentence: `says` is the value that they give, such
    as a day, empty if it is no single value; `agrees` is whether that is the sentence's own. `date` is when
    the newest of them was published.
    """

    says: str
    agrees: bool
    date: datetime.date | None
    citations: tuple[int, ...]


class CheckedSentence(Schema):
    """A sentence of a checked text, `text[start:end]` of it in code points, and what the quotes say of it.

    `no_claim` is a question, a heading, a greeting: nothing that could be proven. `probability` is how
    probable the best quotes prove the sentence, 0 to 1; None if it has no claim. `citations` are the quotes
    that prove or contradict it. A given quote is cited by its place among the given ones, from 1, and has no
    article. `sides` are those of a contradicted sentence, the newest first: it is contradicted although one
    proves it if a newer article says otherwise.
    """

    text: str
    start: int
    end: int
    verdict: Literal["proven", "contradicted", "unproven", "no_claim"]
    probability: float | None = None
    citations: tuple[Citation, ...] = ()
    sides: tuple[Side, ...] = ()


class TextToCheck(Schema):
    """A text whose sentences are checked: against the `quotes` if there are any, else against the articles.

    With a `question`, a sentence is proven only if it also answers it. `checked` are the first sentences of
    the same text as an earlier check that was stopped gave them; they are not checked again.
    """

    text: str
    question: str = Field("", max_length=MAX_QUESTION_CHARACTERS)
    quotes: tuple[str, ...] = Field((), max_length=MAX_QUOTES)
    filters: Filters = Filters()
    collection: str = "default"
    checked: tuple[CheckedSentence, ...] = ()


class CheckedText(Schema):
    """The sentences of a checked text, in order, and the name of the model that verified them."""

    sentences: tuple[CheckedSentence, ...]
    verifier: str

    @property
    def proven_share(self) -> float:
        """The share of the sentences with a claim that are proven, 0 to 1; 1 if there are none."""
        claims = [sentence for sentence in self.sentences if sentence.verdict != "no_claim"]
        proven = sum(sentence.verdict == "proven" for sentence in claims)
        return proven / len(claims) if claims else 1.0


CheckEvent = CheckedSentence | CheckedText
"""Each sentence as soon as it is checked, and the whole last."""


def text_to_check(text: str, **details: object) -> TextToCheck:
    """The TextToCheck made of user input; `details` are its other fields.

    Raises TextInvalid, which says what is wrong.
    """
    try:
        made = TextToCheck.model_validate({"text": text, **details})
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise TextInvalid(
            Phrase("the {place} of the check is not usable: {reason}", place=place, reason=first["msg"])
        ) from None
    _check(made.text, Phrase("the text"), MAX_TEXT_CHARACTERS)
    for number, quote in enumerate(made.quotes, 1):
        _check(quote, Phrase("quote {number}", number=number), MAX_QUOTE_CHARACTERS)
    return made


def _check(text: str, what: str, limit: int) -> None:
    if not text.strip():
        raise TextInvalid(Phrase("{what} is empty; send some", what=what))
    if len(text) > limit:
        raise TextInvalid(
            Phrase(
                "{what} has {number} characters, more than {limit}; check it in parts",
                what=what,
                number=len(text),
                limit=limit,
            )
        )
    if any(category(letter) in ("Cc", "Cs") and not letter.isspace() for letter in text):
        raise TextInvalid(Phrase("{what} has control characters in it; send it as plain text", what=what))
