"""What the pipeline needs of a chat model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from qa.llm.prompts import Message

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

NO_MODEL = "none"
# The limit of one answer; it stops a model that repeats itself.
MAX_ANSWER_TOKENS = 160


class ChatModel(Protocol):
    """A chat model, local or remote."""

    name: str

    @property
    def chat(self) -> BaseChatModel:
        """The model as a LangChain chat model; loads it first. Raises ModelUnavailable, WeightsError."""

    def count_tokens(self, text: str) -> int:
        """The number of tokens in `text`."""

    def warm_up(self, messages: Sequence[Message]) -> None:
        """Prepares the model for conversations that begin with the messages."""

    def check(self) -> None:
        """Raises ModelUnavailable if the model was loaded and no longer responds."""

    def close(self) -> None:
        """Releases the model's resources."""
