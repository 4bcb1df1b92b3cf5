"""Chat models behind an API, by LangChain's `init_chat_model`: a provider's, or one's own server's."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from qa.errors import ModelUnavailable
from qa.llm.chat_models.base import MAX_ANSWER_TOKENS, ChatModel, Task
from qa.llm.chat_models.model_server import Feature, ModelServer

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
    """A model that `init_chat_model` knows, such as `openai:gpt-5-mini` or `ollama:llama3.2`.

    With a URL, `openai:NAME` is a model on a server of one's own, which is asked for log-probabilities, its
    tokens and its properties too.
    """

    def __init__(self, name: str, url: str | None, key: str | None) -> None:
        self.name = name
        self._url = url
        self._key = key
        is_own = url and name.startswith("openai:")
        self.server = ModelServer(url, name.partition(":")[2], key) if url and is_own else None

    @cached_property
    def chat(self) -> BaseChatModel:
        from langchain.chat_models import init_chat_model

        key = self._key or ("none" if self._url else None)
        options: dict[str, Any] = {"base_url": self._url, "api_key": key}
        if self.name.startswith("openai:"):
            # By default LangChain requests token usage only from OpenAI's own server.
            options["stream_usage"] = True
        if self.server:
            options |= self.server.connections()
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

    @property
    def context_tokens(self) -> int | None:
        """The size of the model's context as its server tells it; None if it does not, or there is no server
        of one's own.
        """
        return self.server.properties.context if self.server else None

    @property
    def slots(self) -> int | None:
        """How many requests the server works on at once; None if it does not tell."""
        return self.server.properties.slots if self.server else None

    def redact_key(self, message: str) -> str:
        """A provider's message without the API key, which it may repeat."""
        return message.replace(self._key, "(the key)") if self._key else message

    def count_tokens(self, text: str) -> int:
        """The number of tokens by the server's tokenizer; where it tells none, a quarter of the bytes."""
        tokens = self.server.tokenize(text) if self.server else None
        return len(text.encode()) // 4 if tokens is None else len(tokens)

    def for_task(self, task: Task) -> Runnable[LanguageModelInput, AIMessage]:
        if self.server is None:
            # OpenAI's own reasoning models reject the request, and think before they write.
            return self.chat
        return served_task(self.chat, self.server, task)

    def warm_up(self, tasks: Sequence[Task]) -> None:
        """Asks a server of one's own for its properties. A provider is sent no request before the first
        question.
        """
        if self.server:
            _ = self.server.properties

    def check(self) -> None:
        """Raises ModelUnavailable if a server of one's own is away. A provider's request may cost money, so
        errors show when a question is asked.
        """
        if self.server:
            self.server.check()

    def close(self) -> None:
        if self.server:
            self.server.close()


def served_task(
    chat: BaseChatModel, server: ModelServer, task: Task
) -> Runnable[LanguageModelInput, AIMessage]:
    """The chat model for one task on a server of one's own.

    A request that the server rejects is repeated without bias and grammar, then without log-probabilities
    too; if that helps, the server is not asked for them again.
    """
    from openai import BadRequestError, UnprocessableEntityError

    attempts = [_attempt(chat, server, task, frozenset())]
    if (task.bias or task.grammar) and "steering" not in server.rejects:
        attempts.append(_attempt(chat, server, task, frozenset({"steering"})))
    if "logprobs" not in server.rejects:
        attempts.append(_attempt(chat, server, task, frozenset({"steering", "logprobs"})))
    rejected = (BadRequestError, UnprocessableEntityError)
    return attempts[0].with_fallbacks(attempts[1:], exceptions_to_handle=rejected)


def _attempt(
    chat: BaseChatModel, server: ModelServer, task: Task, without: frozenset[Feature]
) -> Runnable[LanguageModelInput, AIMessage]:
    from langchain_core.runnables import RunnableGenerator, RunnableLambda

    def bind(_: LanguageModelInput) -> Runnable[LanguageModelInput, AIMessage]:
        # Here, not before: it may ask the server, for which an event loop must not wait.
        return chat.bind(**server.options(task, without))

    def watch(messages: Iterator[AIMessage]) -> Iterator[AIMessage]:
        for nth, message in enumerate(messages):
            if nth == 0:
                server.rejects |= without
            yield server.watch(message)

    async def awatch(messages: AsyncIterator[AIMessage]) -> AsyncIterator[AIMessage]:
        nth = 0
        async for message in messages:
            if nth == 0:
                server.rejects |= without
            nth += 1
            yield server.watch(message)

    return RunnableLambda(bind) | RunnableGenerator(watch, awatch)
