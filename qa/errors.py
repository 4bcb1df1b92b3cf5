"""What can go wrong in answering; the rest of the tree is in `index.errors`.

QuothError
├── QuestionInvalid   the question cannot be asked as it is
├── SettingsInvalid   a setting is unknown or out of bounds
├── PromptInvalid     a prompt file lacks a variable or has an unknown one
├── AnswerInvalid     a saved answer is not what `quoth verify` can read
├── ModelUnavailable  the language model cannot be loaded or reached
├── NotReady          the models are not loaded yet
└── AddressUnavailable  the server cannot listen where it was told to
"""

from index.errors import QuothError


class QuestionInvalid(QuothError):
    """The question is empty, too long, or not text."""


class SettingsInvalid(QuothError):
    """A `QUOTH_` variable or an option is unknown, mistyped or out of bounds."""


class PromptInvalid(QuothError):
    """A prompt template's variables are not the ones its user fills in."""


class AnswerInvalid(QuothError):
    """A saved answer cannot be read."""


class ModelUnavailable(QuothError):
    """The language model cannot be loaded, reached, or did not answer."""


class NotReady(QuothError):
    """The models are still being loaded, or could not be."""


class AddressUnavailable(QuothError):
    """The server cannot listen at the given host and port."""
