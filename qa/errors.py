"""Errors of answering, serving and evaluating; `index.errors` has those of the articles.

QuothError
├── QuestionInvalid   the question cannot be asked as written
├── TextInvalid       the text cannot be checked as written
├── SettingsInvalid   a setting is unknown or out of bounds
├── PromptInvalid     a prompt file lacks a variable or has an unknown one
├── AnswerInvalid     a file is not a saved answer
├── EvaluationInvalid  test questions, a baseline or a threshold cannot be used
├── FeedbackFull      the limit of stored feedback is reached
├── ModelUnavailable  the language model cannot be loaded or reached
├── JobUnknown        no job has this id
├── NotReady          the models are not loaded yet
├── KeyRequired       the request has no API key
│   └── KeyUnknown    the API key is unknown or revoked
├── NotAllowed        the API key lacks the permission
├── KeysInvalid       the key file cannot be read, or a key cannot be added or removed
├── Busy              too many questions are waiting
│   └── TooMany       one caller exceeds its rate limit
├── AddressUnavailable  the server cannot listen at the given address
└── ServerUnavailable  a Quoth server cannot be reached or rejects the request
"""

from __future__ import annotations

import re

from index.errors import QuothError
from index.text.messages.phrase import Phrase


def problem_type(error: type[QuothError]) -> str:
    """The RFC 9457 problem type of an error class: `urn:quoth:article-unknown` for ArticleUnknown."""
    return "urn:quoth:" + re.sub(r"(?<=[a-z])(?=[A-Z])", "-", error.__name__).lower()


def error_of_type(name: str) -> type[QuothError] | None:
    """The error class with this problem type, or None."""
    classes = [QuothError]
    for error in classes:
        classes += error.__subclasses__()
    return next((error for error in classes if problem_type(error) == name), None)


class QuestionInvalid(QuothError):
    """The question is empty, too long, or not text."""


class TextInvalid(QuothError):
    """A text to check, or a quote for it, is empty, too long, or not text."""


class SettingsInvalid(QuothError):
    """A `QUOTH_` variable or an option is unknown, mistyped or out of bounds."""


class PromptInvalid(QuothError):
    """A prompt template's variables differ from those the code fills in."""


class AnswerInvalid(QuothError):
    """A saved answer cannot be read."""


class EvaluationInvalid(QuothError):
    """Test questions, an earlier run or a threshold cannot be used."""


class FeedbackFull(QuothError):
    """The limit of stored feedback is reached."""


class ModelUnavailable(QuothError):
    """The language model cannot be loaded or reached, or did not answer."""

    @classmethod
    def without_answer(cls, model: str, reason: str) -> ModelUnavailable:
        """The error of a model that did not answer."""
        return cls(
            Phrase(
                "the model '{model}' did not answer ({reason}); see `quoth doctor`, or set "
                "QUOTH_MODEL=none to answer without a model",
                model=model,
                reason=reason,
            )
        )

    @classmethod
    def too_slow(cls, model: str, seconds: float) -> ModelUnavailable:
        """The error of a model that did not finish in time."""
        return cls(
            Phrase(
                "the model '{model}' did not finish within {number} s; ask again, or choose a faster one",
                model=model,
                number=round(seconds),
            )
        )


class JobUnknown(QuothError):
    """No job has the given id, or it has expired."""


class NotReady(QuothError):
    """The models are still loading, or failed to load."""


class AddressUnavailable(QuothError):
    """The server cannot listen at the given host and port."""


class ServerUnavailable(QuothError):
    """A Quoth server cannot be reached or rejects the request."""


class KeyRequired(QuothError):
    """The request needs an API key."""


class KeyUnknown(KeyRequired):
    """The API key is unknown or revoked."""


class NotAllowed(QuothError):
    """The API key does not permit this."""


class KeysInvalid(QuothError):
    """The key file cannot be read, or a key cannot be added or removed."""


class Busy(QuothError):
    """Too many questions are waiting for the model; `seconds` is when to retry."""

    def __init__(self, message: str, seconds: int = 5) -> None:
        super().__init__(message)
        self.seconds = seconds


class TooMany(Busy):
    """One caller exceeds its limit of requests."""
