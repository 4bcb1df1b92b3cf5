"""A local chat model: a GGUF file run in this process by llama.cpp."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx

from qa.errors import ModelUnavailable
from qa.llm.chat_models.base import MAX_ANSWER_TOKENS
from qa.llm.prompts import NOT_FOUND, Message

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

CONTEXT_TOKENS = 4096
# The number of alternatives for each token whose probabilities the model returns; 20 is the maximum of
# OpenAI's API. A small probability of a refusal says more than its absence from a shorter list.
TOP_LOGPROBS = 20
# Answers begin in many ways and a refusal in one, so the refusal's first token is the likeliest one long
# before refusing is likelier than answering. The bias lowers its logit. Whether to decline depends on its
# probability before the bias, which llama.cpp still returns.
REFUSAL_BIAS = -3.0
# Tokens of a prompt that are processed before the model checks whether the request was cancelled: about a
# second. A batch of half the size is 20 % slower, one of four times the size hardly faster.
BATCH_TOKENS = 64
# The health check responds within milliseconds, even while the model works.
HEALTH_TIMEOUT_SECONDS = 5
REQUEST_TIMEOUT_SECONDS = 300
# Memory for the states of earlier prompts, so that returning to one costs nothing.
PROMPT_CACHE_MIB = 512


class LocalChatModel:
    """A GGUF file run by llama.cpp, whose server listens on a Unix socket in a private folder.

    The first use of `chat` or `count_tokens` loads it; from then on it takes about 2 GB of memory.
    """

    def __init__(self, name: str, file: Callable[[], Path], threads: int, cache: Path) -> None:
        """`file` is called when the weights are needed, and may raise WeightsMissing. `cache` is the folder
        of processed prompts; it is created if needed.
        """
        self.name = name
        self._cache = cache
        self._file = file
        self._threads = threads
        self._loading = threading.RLock()
        self._server: Any = None

    @property
    def chat(self) -> BaseChatModel:
        self._load()
        return self._chat

    def count_tokens(self, text: str) -> int:
        """The number of tokens in `text`, by the model's own tokenizer."""
        self._load()
        reply = self._client.post("/tokenize", json={"content": text})
        return len(reply.json()["tokens"])

    def warm_up(self, messages: Sequence[Message]) -> None:
        """Loads the model and processes the messages, so that a conversation that begins with them costs
        only the rest. The result is kept in a file, because processing takes seconds and reading the file
        does not.
        """
        # Questions wait meanwhile: they need the same messages, and must not become part of the saved state.
        with self._loading:
            chat = self.chat
            state = f"{self._fingerprint(messages)}.state"
            if (self._cache / state).exists() and self._slot("restore", state):
                return
            chat.invoke(list(messages), max_tokens=1)
            for outdated in self._cache.glob("*.state"):
                outdated.unlink()
            self._slot("save", state)

    def _slot(self, action: str, state: str) -> bool:
        """Has llama.cpp save or restore the processed prompt; returns whether that succeeded."""
        return self._client.post(f"/slots/0?action={action}", json={"filename": state}).is_success

    def _fingerprint(self, messages: Sequence[Message]) -> str:
        """Identifies a saved state by all it depends on: messages, weights and the library's version."""
        weights = self._weights.stat()
        basis = [*messages, self._weights.name, weights.st_size, weights.st_mtime_ns, version("xllamacpp")]
        return hashlib.sha256(repr(basis).encode()).hexdigest()[:16]

    def _load(self) -> None:
        with self._loading:
            if self._server is not None:
                return
            import xllamacpp

            self._weights = file = self._file()
            self._cache.mkdir(parents=True, exist_ok=True)
            folder = private_folder()
            self.socket = folder / "model.sock"
            params = xllamacpp.CommonParams()
            params.model.path = str(file)
            params.n_ctx = CONTEXT_TOKENS
            params.n_parallel = 1
            params.n_batch = BATCH_TOKENS
            params.cache_ram_mib = PROMPT_CACHE_MIB
            params.cpuparams.n_threads = params.cpuparams_batch.n_threads = self._threads
            params.hostnames = [str(self.socket)]
            params.ui = params.endpoint_slots = False
            params.slot_save_path = f"{self._cache}/"
            params.verbosity = -1
            try:
                self._server = xllamacpp.Server(params)
            except Exception as error:
                shutil.rmtree(folder, ignore_errors=True)
                raise ModelUnavailable(
                    f"the model {file} cannot be loaded ({error}); check it with `quoth models`, "
                    "or set QUOTH_MODEL=none to answer without a model"
                ) from None
            # The folder already denies access to others; the socket itself does too.
            self.socket.chmod(0o600)

    @cached_property
    def _client(self) -> httpx.Client:
        # llama.cpp closes idle connections after some seconds, possibly just when one is reused.
        limits = httpx.Limits(max_keepalive_connections=0)
        transport = httpx.HTTPTransport(uds=str(self.socket), limits=limits)
        return httpx.Client(transport=transport, base_url="http://model", timeout=REQUEST_TIMEOUT_SECONDS)

    @cached_property
    def _chat(self) -> BaseChatModel:
        from langchain_openai import ChatOpenAI

        # A connection that is kept alive belongs to the event loop that opened it; a new one costs nothing.
        limits = httpx.Limits(max_keepalive_connections=0)
        transport = httpx.AsyncHTTPTransport(uds=str(self.socket), limits=limits)
        return ChatOpenAI(
            model=self.name,
            base_url="http://model/v1",
            api_key="none",
            http_client=self._client,
            http_async_client=httpx.AsyncClient(transport=transport, timeout=REQUEST_TIMEOUT_SECONDS),
            temperature=0,
            max_tokens=MAX_ANSWER_TOKENS,  # type: ignore[call-arg]
            logprobs=True,
            top_logprobs=TOP_LOGPROBS,
            stream_usage=True,
            max_retries=0,
            # On a busy machine a prompt can take minutes to read; the pipeline has its own deadline.
            stream_chunk_timeout=None,
            extra_body={"logit_bias": [[NOT_FOUND.split()[0], REFUSAL_BIAS]]},
        )

    def check(self) -> None:
        if self._server is None:
            return
        try:
            self._client.get("/v1/health", timeout=HEALTH_TIMEOUT_SECONDS).raise_for_status()
        except httpx.HTTPError as error:
            raise ModelUnavailable(
                f"the model {self.name} no longer responds ({type(error).__name__}); restart the server"
            ) from error

    def close(self) -> None:
        """Stops the server and frees the weights."""
        if self._server is not None:
            self._client.close()
            self._server = None
            shutil.rmtree(self.socket.parent, ignore_errors=True)


def private_folder() -> Path:
    """A new folder that only this user can enter, named after this process. Removes the folders of
    processes that were killed.
    """
    for left in Path(tempfile.gettempdir()).glob("quoth-model-*"):
        with suppress(ValueError, OverflowError, PermissionError):
            try:
                os.kill(int(left.name.split("-")[2]), 0)  # 0 is no signal: does the process exist?
            except ProcessLookupError:
                shutil.rmtree(left, ignore_errors=True)
    return Path(tempfile.mkdtemp(prefix=f"quoth-model-{os.getpid()}-"))
