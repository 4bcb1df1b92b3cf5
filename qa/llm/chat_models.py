"""Language models by name: the local ones, any that LangChain knows, or none."""

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
from typing import TYPE_CHECKING, Any, Protocol

import httpx

from qa.errors import ModelUnavailable
from qa.llm.prompts import NOT_FOUND, Message
from qa.settings import Settings

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

NO_MODEL = "none"
# What one answer may cost: a model that has lost its thread is stopped here.
MAX_ANSWER_TOKENS = 160
CONTEXT_TOKENS = 4096
# Of each token it writes the model tells its probability, and of so many others in its place, the most that
# OpenAI's interface knows: how unlikely a refusal was tells more than that it was not among the first few.
LIKELIEST = 20
# An answer begins in many ways and a refusal in one, which is therefore the likeliest single token long
# before refusing is likelier than answering. Its logit is lowered by so much, and whether to decline is
# decided by the probability it had before, which llama.cpp tells all the same.
REFUSAL_BIAS = -3.0
# How many tokens of a prompt are read before the model looks whether anybody still waits for it: about a
# second. Half as many are read a fifth slower, four times as many hardly faster.
READ_AT_ONCE_TOKENS = 64
# It answers this within milliseconds, also while it reads and writes.
ALIVE_SECONDS = 5
# States of earlier prompts that the local model keeps in memory, so that returning to one is free.
PROMPT_CACHE_MIB = 512


class ChatModel(Protocol):
    """What the chain needs of a language model."""

    name: str

    @property
    def chat(self) -> BaseChatModel:
        """The model as LangChain calls it; loaded if it is not yet. Raises ModelUnavailable, WeightsError."""

    def count_tokens(self, text: str) -> int:
        """How many of the model's tokens `text` has."""

    def warm_up(self, opening: Sequence[Message]) -> None:
        """Gets ready for conversations that begin like this one."""

    def check(self) -> None:
        """Raises ModelUnavailable if it was loaded and does not answer any more."""

    def close(self) -> None:
        """Frees what the model holds."""


class LocalChatModel:
    """A GGUF file run in this process by llama.cpp, which listens on a Unix socket in a private folder.

    Loaded at the first use of `chat` or `count_tokens`; from then on it holds about 2 GB.
    """

    def __init__(self, name: str, file: Callable[[], Path], threads: int, states: Path) -> None:
        """`file` is called when the weights are needed; it may raise WeightsMissing. In the folder
        `states` is kept what the model has read; it is made where it is missing.
        """
        self.name = name
        self._states = states
        self._file = file
        self._threads = threads
        self._loading = threading.RLock()
        self._server: Any = None

    @property
    def chat(self) -> BaseChatModel:
        self._load()
        return self._chat

    def count_tokens(self, text: str) -> int:
        """How many of the model's own tokens `text` has."""
        self._load()
        reply = self._client.post("/tokenize", json={"content": text})
        return len(reply.json()["tokens"])

    def warm_up(self, opening: Sequence[Message]) -> None:
        """Loads the model and has it read the conversation, of which every later one that begins the
        same costs only the rest. What it read is kept in a file: reading takes
        seconds, loading the file does not.
        """
        # Questions that come meanwhile wait: they need the same, and must not be kept with it.
        with self._loading:
            chat = self.chat
            state = f"{self._fingerprint(opening)}.state"
            if (self._states / state).exists() and self._slot("restore", state):
                return
            chat.invoke(list(opening), max_tokens=1)
            for outdated in self._states.glob("*.state"):
                outdated.unlink()
            self._slot("save", state)

    def _slot(self, action: str, state: str) -> bool:
        """Has llama.cpp save or restore what it has read; whether that went well."""
        return self._client.post(f"/slots/0?action={action}", json={"filename": state}).is_success

    def _fingerprint(self, opening: Sequence[Message]) -> str:
        """What a state depends on: the words, the weights, and the library that wrote it."""
        weights = self._weights.stat()
        basis = [*opening, self._weights.name, weights.st_size, weights.st_mtime_ns, version("xllamacpp")]
        return hashlib.sha256(repr(basis).encode()).hexdigest()[:16]

    def _load(self) -> None:
        with self._loading:
            if self._server is not None:
                return
            import xllamacpp

            self._weights = file = self._file()
            self._states.mkdir(parents=True, exist_ok=True)
            folder = _private_folder()
            self._socket = folder / "model.sock"
            params = xllamacpp.CommonParams()
            params.model.path = str(file)
            params.n_ctx = CONTEXT_TOKENS
            params.n_parallel = 1
            params.n_batch = READ_AT_ONCE_TOKENS
            params.cache_ram_mib = PROMPT_CACHE_MIB
            params.cpuparams.n_threads = params.cpuparams_batch.n_threads = self._threads
            params.hostnames = [str(self._socket)]
            params.ui = params.endpoint_slots = False
            params.slot_save_path = f"{self._states}/"
            params.verbosity = -1
            try:
                self._server = xllamacpp.Server(params)
            except Exception as error:
                shutil.rmtree(folder, ignore_errors=True)
                raise ModelUnavailable(
                    f"the model {file} cannot be loaded ({error}); check it with `quoth models`, "
                    "or set QUOTH_MODEL=none to answer without a model"
                ) from None
            # The folder already keeps others out; the socket itself does as well.
            self._socket.chmod(0o600)

    @cached_property
    def _client(self) -> httpx.Client:
        # llama.cpp closes a connection that was quiet for some seconds, maybe just when it is used again.
        limits = httpx.Limits(max_keepalive_connections=0)
        transport = httpx.HTTPTransport(uds=str(self._socket), limits=limits)
        return httpx.Client(transport=transport, base_url="http://model", timeout=300)

    @cached_property
    def _chat(self) -> BaseChatModel:
        from langchain_openai import ChatOpenAI

        return ChatOpenAI(
            model=self.name,
            base_url="http://model/v1",
            api_key="none",
            http_client=self._client,
            # A connection kept alive belongs to the event loop that opened it; a new one costs nothing here.
            http_async_client=httpx.AsyncClient(
                transport=httpx.AsyncHTTPTransport(
                    uds=str(self._socket), limits=httpx.Limits(max_keepalive_connections=0)
                ),
                timeout=300,
            ),
            temperature=0,
            max_tokens=MAX_ANSWER_TOKENS,  # type: ignore[call-arg]
            logprobs=True,
            top_logprobs=LIKELIEST,
            stream_usage=True,
            max_retries=0,
            extra_body={"logit_bias": [[NOT_FOUND.split()[0], REFUSAL_BIAS]]},
        )

    def check(self) -> None:
        if self._server is None:
            return
        try:
            self._client.get("/v1/health", timeout=ALIVE_SECONDS).raise_for_status()
        except httpx.HTTPError as error:
            raise ModelUnavailable(
                f"the model {self.name} does not answer any more ({type(error).__name__}); restart the server"
            ) from error

    def close(self) -> None:
        """Stops the server and frees the weights."""
        if self._server is not None:
            self._client.close()
            self._server = None
            shutil.rmtree(self._socket.parent, ignore_errors=True)


def _private_folder() -> Path:
    """A new folder that others cannot enter, named after this process; those of processes that were
    killed are removed.
    """
    for left in Path(tempfile.gettempdir()).glob("quoth-model-*"):
        with suppress(ValueError, OverflowError, PermissionError):
            try:
                os.kill(int(left.name.split("-")[2]), 0)  # nothing is sent: is there such a process?
            except ProcessLookupError:
                shutil.rmtree(left, ignore_errors=True)
    return Path(tempfile.mkdtemp(prefix=f"quoth-model-{os.getpid()}-"))


class RemoteChatModel:
    """A model of `init_chat_model`, such as `openai:gpt-5-mini` or `ollama:llama3.2`."""

    def __init__(self, name: str, url: str | None, key: str | None) -> None:
        self.name = name
        self._url = url
        self._key = key

    @cached_property
    def chat(self) -> BaseChatModel:
        from langchain.chat_models import init_chat_model

        key = self._key or ("none" if self._url else None)
        given: dict[str, Any] = {"base_url": self._url, "api_key": key}
        if self.name.startswith("openai:"):
            # LangChain asks a server that is not OpenAI's for the number of tokens only if told to.
            given["stream_usage"] = True
        try:
            model: BaseChatModel = init_chat_model(
                self.name,
                temperature=0,
                max_tokens=MAX_ANSWER_TOKENS,
                **{name: value for name, value in given.items() if value},
            )
            return model
        except Exception as error:
            # Providers raise what they like: a missing package, key or name.
            reason = self.without_key(str(error))
            raise ModelUnavailable(f"the model '{self.name}' cannot be used: {reason}") from None

    def without_key(self, told: str) -> str:
        """What a provider told, which may repeat what it was sent."""
        return told.replace(self._key, "(the key)") if self._key else told

    def count_tokens(self, text: str) -> int:
        """About how many tokens `text` has: a quarter of its bytes, since the real count is the server's."""
        return len(text.encode()) // 4

    def warm_up(self, opening: Sequence[Message]) -> None:
        """Nothing is asked of the server before a person asks."""

    def check(self) -> None:
        """Whether it answers is seen when a person asks: each call may cost money."""

    def close(self) -> None:
        """Nothing is held open."""


def choose_model(settings: Settings, weights: Callable[[str], Path]) -> ChatModel | None:
    """The model the settings name, not loaded yet; None for `none`.

    `weights` gives the file of a local model by its name, fetching it where needed.
    """
    name, states = settings.model, settings.home / "states"
    if name == NO_MODEL:
        return None
    if name.startswith("local:"):
        return LocalChatModel(name, lambda: weights(name), settings.threads, states)
    if name.endswith(".gguf"):
        file = Path(name).expanduser()
        if not file.is_file():
            raise ModelUnavailable(f"QUOTH_MODEL names {file}, where there is no file; correct the path")
        return LocalChatModel(file.name, lambda: file, settings.threads, states)
    if ":" not in name:
        raise ModelUnavailable(
            f"QUOTH_MODEL is '{name}'; it must be local:1.5b, local:0.5b, "
            "a .gguf file, provider:model or none"
        )
    key = settings.model_key.get_secret_value() if settings.model_key else None
    return RemoteChatModel(name, settings.model_url, key)
