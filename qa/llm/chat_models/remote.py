"""Chat models behind an API, by LangChain's `init_chat_model`."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from qa.errors import ModelUnavailable
from qa.llm.chat_models.base import MAX_ANSWER_TOKENS, TOP_LOGPROBS, ChatModel, Task
from qa.llm.chat_models.context_size import asked_context

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.language_models.base import LanguageModelInput
    from langchain_core.messages import AIMessage
    from langchain_core.runnables import Runnable


def reason_for(error: Exception, model: ChatModel | None) -> str:
    """What a model's error says, without the API key, which providers may repeat."""
    reason = f"{type(error).__name__}: {error}"
    return model.redact_key(reason) if isinstance(model, RemoteChatModel) else reason


class RemoteChatModel:
    """A model that `init_chat_model` knows, such as `openai:gpt-5-mini` or `ollama:llama3.2`."""

    def __init__(self, name: str, url: str | None, key: str | None) -> None:
        self.name = name
        self._url = url
        self._key = key

    @cached_property
    def chat(self) -> BaseChatModel:
        from langchain.chat_models import init_chat_model

        key = self._key or ("none" if self._url else None)
        options: dict[str, Any] = {"base_url": self._url, "api_key": key}
        if self.name.startswith("openai:"):
            # By default LangChain requests token usage only from OpenAI's own server.
            options["stream_usage"] = True
        try:
            model: BaseChatModel = init_chat_model(
                self.name,
                temperature=0,
                max_tokens=MAX_ANSWER_TOKENS,
                **{name: value for name, value in options.items() if value},
            )
            return model
        except Exception as error:
            # Providers share no base class of errors: a missing package, a wrong key or name.
            reason = self.redact_key(str(error))
            raise ModelUnavailable(f"the model '{self.name}' cannot be used: {reason}") from None

    @cached_property
    def context_tokens(self) -> int | None:
        """The size of the model's context as its server tells it; None if it does not, or there is no server
        of one's own.
        """
        own = self._url and self.name.startswith("openai:")
        return asked_context(self._url or "", self.name.partition(":")[2], self._key) if own else None

    def redact_key(self, message: str) -> str:
        """A provider's message without the API key, which it may repeat."""
        return message.replace(self._key, "(the key)") if self._key else message

    def count_tokens(self, text: str) -> int:
        """An estimate, a quarter of the bytes: only the server has the tokenizer."""
        return len(text.encode()) // 4

    def for_task(self, task: Task) -> Runnable[LanguageModelInput, AIMessage]:
        if not (self._url and self.name.startswith("openai:")):
            # OpenAI's own reasoning models reject the request, and think before they write.
            return self.chat
        from openai import BadRequestError, UnprocessableEntityError

        asked = self.chat.bind(max_tokens=task.max_tokens, logprobs=True, top_logprobs=TOP_LOGPROBS)
        # So do some of the servers with OpenAI's interface.
        rejected = (BadRequestError, UnprocessableEntityError)
        longest = max(task.max_tokens, MAX_ANSWER_TOKENS)
        return asked.with_fallbacks([self.chat.bind(max_tokens=longest)], exceptions_to_handle=rejected)

    def warm_up(self, tasks: Sequence[Task]) -> None:
        """Does nothing: no request is sent before the first question."""

    def check(self) -> None:
        """Does nothing: each request may cost money, so errors show when a question is asked."""

    def close(self) -> None:
        """Does nothing: no connection stays open."""
