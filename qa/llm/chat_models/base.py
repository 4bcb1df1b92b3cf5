"""What the pipeline needs of a chat model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from qa.llm.prompts import Prompt

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.language_models.base import LanguageModelInput
    from langchain_core.messages import AIMessage
    from langchain_core.runnables import Runnable

NO_MODEL = "none"
# The limit of one answer; it stops a model that repeats itself.
MAX_ANSWER_TOKENS = 120
# The number of alternatives for each token whose probabilities the model returns; 20 is the maximum of
# OpenAI's API. A small probability of a refusal says more than its absence from a shorter list.
TOP_LOGPROBS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What a model does again and again: replies to conversations that begin with the prompt's prefix.

    `grammar` is one of llama.cpp (GBNF) that the reply has to follow, and `bias` is added to the logits of
    the tokens it names; local models heed the two, and servers of one's own as far as they can. An `adapted`
    task is done with the model's adapter, where it has one.
    """

    name: str
    prompt: Prompt
    max_tokens: int = MAX_ANSWER_TOKENS
    grammar: str = ""
    bias: Mapping[str, float] = field(default_factory=dict)
    adapted: bool = False


class ChatModel(Protocol):
    """A chat model, local or remote."""

    name: str

    @property
    def chat(self) -> BaseChatModel:
        """The model as a LangChain chat model; loads it first. Raises ModelUnavailable, WeightsError."""

    def for_task(self, task: Task) -> Runnable[LanguageModelInput, AIMessage]:
        """The model for one task, with the probabilities of its tokens in `response_metadata["logprobs"]`
        where the server returns them. A local model's reply depends on the conversation alone, not on the
        earlier ones. Raises as `chat` does.
        """

    def count_tokens(self, text: str) -> int:
        """The number of tokens in `text`."""

    def warm_up(self, tasks: Sequence[Task]) -> None:
        """Prepares the model for the tasks."""

    def check(self) -> None:
        """Raises ModelUnavailable if the model was loaded and no longer responds."""

    def close(self) -> None:
        """Releases the model's resources."""
