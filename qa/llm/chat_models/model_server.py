"""A model server of one's own, such as vLLM or llama-server, beside its OpenAI interface."""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import httpx
from cachetools import LRUCache, cachedmethod

from qa.errors import ModelUnavailable
from qa.llm.chat_models.base import MAX_ANSWER_TOKENS, TOP_LOGPROBS, Task
from qa.llm.chat_models.logprobs import first_token
from qa.llm.chat_models.server_properties import AWAY, ServerProperties, ask_properties

if TYPE_CHECKING:
    from langchain_core.messages import AIMessage

logger = logging.getLogger(__name__)

TIMEOUT_SECONDS = 5
# Reading a long prompt on a busy server takes minutes; opening a connection does not.
CHAT_TIMEOUT = httpx.Timeout(300, connect=TIMEOUT_SECONDS)
# Servers close idle connections after some seconds, possibly just when one is reused; and a connection that
# is kept alive belongs to the event loop that opened it. A new one costs a millisecond.
_CONNECTIONS = httpx.Limits(max_keepalive_connections=0)
MAX_COUNTED_TEXTS = 2_000
WITHOUT_LOGPROBS = (
    "the model server at {url} returns no log-probabilities: a question is declined by what was found and "
    "what the model writes, and a proof counts by the model's yes or no, not by how sure it is"
)
WITHOUT_LOGPROBS_MEND = (
    "serve the model with vLLM or llama-server, or set QUOTH_VERIFIER to a classifier of entailment"
)

Feature = Literal["steering", "logprobs"]
"""What a server may reject: bias and grammar, or log-probabilities."""


class ModelServer:
    """Asks the server at `url` what the OpenAI interface has no words for: its properties, tokens, health.

    Only engines that are known to have them are asked for tokens. Several threads may use it at once.
    """

    def __init__(self, url: str, model: str, key: str | None) -> None:
        self.url = url.rstrip("/")
        self._model = model
        self._headers = {"authorization": f"Bearer {key}"} if key else {}
        self._tokens: LRUCache[Any, list[int]] = LRUCache(MAX_COUNTED_TEXTS)
        self._counting = threading.Lock()
        self._told: ServerProperties | None = None
        self._answers_seen = False
        #: What of a task the server rejected before; see `options`.
        self.rejects: frozenset[Feature] = frozenset()

    @cached_property
    def _client(self) -> httpx.Client:
        return httpx.Client(headers=self._headers, timeout=TIMEOUT_SECONDS, limits=_CONNECTIONS)

    def connections(self) -> dict[str, Any]:
        """The clients and timeouts with which LangChain's `ChatOpenAI` connects to the server."""
        return {
            "http_client": httpx.Client(timeout=CHAT_TIMEOUT, limits=_CONNECTIONS),
            "http_async_client": httpx.AsyncClient(timeout=CHAT_TIMEOUT, limits=_CONNECTIONS),
            "timeout": CHAT_TIMEOUT,
            "stream_chunk_timeout": CHAT_TIMEOUT.read,
        }

    @property
    def properties(self) -> ServerProperties:
        """What the server tells of itself; asked once, and again where it was away."""
        self._told = self._told or ask_properties(self._client, self.url, self._model)
        return self._told or ServerProperties()

    def tokenize(self, text: str) -> list[int] | None:
        """The ids of the text's tokens, by the server's `/tokenize`; None if it does not tell them."""
        try:
            return self._tokenized(text) if self.properties.engine else None
        except (httpx.HTTPError, ValueError, KeyError, TypeError):
            return None

    @cachedmethod(lambda self: self._tokens, lock=lambda self: self._counting)
    def _tokenized(self, text: str) -> list[int]:
        # llama.cpp reads `content`, vLLM the others; both ignore what they do not know.
        body = {"content": text, "model": self._model, "prompt": text, "add_special_tokens": False}
        address = f"{self.url.removesuffix('/v1')}/tokenize"
        tokens = self._client.post(address, json=body).raise_for_status().json()["tokens"]
        return [token for token in tokens if isinstance(token, int)]

    def options(self, task: Task, without: frozenset[Feature] = frozenset()) -> dict[str, Any]:
        """How a request for the task differs from a plain one: log-probabilities, and what the engine heeds
        of the task's bias and grammar; `without` some of it, and without what the server `rejects`.
        """
        left_out = self.rejects | without
        # A model that is not asked for one token alone may need several for a word.
        limit = max(task.max_tokens, MAX_ANSWER_TOKENS) if "logprobs" in left_out else task.max_tokens
        options: dict[str, Any] = {"max_tokens": limit}
        if "logprobs" not in left_out:
            options |= {"logprobs": True, "top_logprobs": TOP_LOGPROBS}
        if "steering" not in left_out:
            if bias := self._bias(task.bias):
                options["logit_bias"] = bias
            if grammar := self._grammar(task.grammar):
                options["extra_body"] = grammar
        return options

    def _grammar(self, grammar: str) -> dict[str, Any]:
        """A grammar as the engine takes it; empty for one that takes none."""
        if grammar and self.properties.engine == "llamacpp":
            return {"grammar": grammar}
        return {"structured_outputs": {"grammar": grammar}} if grammar and self.properties.engine else {}

    def _bias(self, bias: Mapping[str, float]) -> dict[str, float]:
        """OpenAI's form of a bias: by the ids of tokens, all those that a word consists of."""
        return {str(id_): value for word, value in bias.items() for id_ in self.tokenize(word) or ()}

    def watch(self, reply: AIMessage) -> AIMessage:
        """The reply, or the part of one. If the first one ever has no log-probabilities, the log says what is
        missing without them.
        """
        if reply.text and not self._answers_seen:
            self._answers_seen = True
            if first_token(reply) is None:
                logger.warning("%s; %s", WITHOUT_LOGPROBS.format(url=self.url), WITHOUT_LOGPROBS_MEND)
        return reply

    def check(self) -> None:
        """Raises ModelUnavailable if the server is away."""
        try:
            status = self._client.get(f"{self.url}/models").status_code
        except httpx.HTTPError as error:
            reason = type(error).__name__
        else:
            if status not in AWAY:
                return
            reason = f"status {status}"
        raise ModelUnavailable(
            # Without its address: anyone may read the reason at /readyz.
            f"the model's server does not respond ({reason}); start it, or correct QUOTH_MODEL_URL"
        )

    def close(self) -> None:
        self._client.close()
