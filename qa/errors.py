"""What can go wrong in answering; the rest of the tree is in `index.errors`.

QuothError
├── QuestionInvalid   the question cannot be asked as it is
├── SettingsInvalid   a setting is unknown or out of bounds
├── PromptInvalid     a prompt file lacks a variable or has an unknown one
├── AnswerInvalid     a saved answer is not what `quoth verify` can read
├── EvaluationInvalid  test questions, a baseline or a threshold of `quoth eval` cannot be used
├── FeedbackFull      so many thumbs are kept that no more are
├── ModelUnavailable  the language model cannot be loaded or reached
├── JobUnknown        no job has this id
├── NotReady          the models are not loaded yet
├── KeyRequired       nobody is let in here without a key
│   └── KeyUnknown    the key that was shown is none, or none any more
├── NotAllowed        the key does not allow this
├── KeysInvalid       the keys cannot be read, or one cannot be made or removed
├── Busy              so many wait already that no more may
│   └── TooMany       the caller asked more in a short time than one caller may
├── AddressUnavailable  the server cannot listen where it was told to
└── ServerUnavailable  a Quoth server cannot be reached, or does not do what it was asked
"""

import re

from index.errors import QuothError


def urn(kind: type[QuothError]) -> str:
    """The name of a kind of error across the wire: `urn:quoth:article-unknown`."""
    return "urn:quoth:" + re.sub(r"(?<=[a-z])(?=[A-Z])", "-", kind.__name__).lower()


def kind_of(name: str) -> type[QuothError] | None:
    """The kind of error that `urn` named so, if there is one."""
    kinds = [QuothError]
    for kind in kinds:
        kinds += kind.__subclasses__()
    return next((kind for kind in kinds if urn(kind) == name), None)


class QuestionInvalid(QuothError):
    """The question is empty, too long, or not text."""


class SettingsInvalid(QuothError):
    """A `QUOTH_` variable or an option is unknown, mistyped or out of bounds."""


class PromptInvalid(QuothError):
    """A prompt template's variables are not the ones its user fills in."""


class AnswerInvalid(QuothError):
    """A saved answer cannot be read."""


class EvaluationInvalid(QuothError):
    """Test questions, an earlier run or a threshold cannot be used as they are."""


class FeedbackFull(QuothError):
    """As much feedback is kept as may be."""


class ModelUnavailable(QuothError):
    """The language model cannot be loaded, reached, or did not answer."""


class JobUnknown(QuothError):
    """No job has the given id, or it is no longer remembered."""


class NotReady(QuothError):
    """The models are still being loaded, or could not be."""


class AddressUnavailable(QuothError):
    """The server cannot listen at the given host and port."""


class ServerUnavailable(QuothError):
    """A Quoth server cannot be reached, or does not do what it was asked."""


class KeyRequired(QuothError):
    """A key is needed."""


class KeyUnknown(KeyRequired):
    """The key is not, or no longer, one of this server's."""


class NotAllowed(QuothError):
    """The key does not allow this."""


class KeysInvalid(QuothError):
    """The keys cannot be read, or one of them cannot be made or removed."""


class Busy(QuothError):
    """The model has more to do than may wait for it. `seconds` says when asking again may help."""

    def __init__(self, told: str, seconds: int = 5) -> None:
        super().__init__(told)
        self.seconds = seconds


class TooMany(Busy):
    """One caller asked more, or more at once, than one caller may."""
