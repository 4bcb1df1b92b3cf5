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
from qa.llm.chat_models.base import MAX_ANSWER_TOKENS, TOP_LOGPROBS, Task
from qa.llm.chat_models.work import ModelWork, counted
from qa.llm.installed_weights import sha256
from qa.llm.prompts import Message

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.language_models.base import LanguageModelInput
    from langchain_core.messages import AIMessage
    from langchain_core.runnables import Runnable

CONTEXT_TOKENS = 4096
# Tokens of a prompt that are processed before the model checks whether the request was cancelled: about a
# second. A batch of half the size is 20 % slower, one of four times the size hardly faster.
BATCH_TOKENS = 64
# The health check responds within milliseconds, even while the model works.
HEALTH_TIMEOUT_SECONDS = 5
REQUEST_TIMEOUT_SECONDS = 300
# Memory for the states of earlier prompts: none, because each task's is read from its file.
PROMPT_CACHE_MIB = 0

# Threads wait for one another hundreds of times a token. By default they do so in a loop, on a core that the
# slower one needs: beside a busy program, writing becomes several times slower. Passive ones sleep.
WAIT_POLICY = "passive"


class LocalChatModel:
    """A GGUF file run by llama.cpp, whose server listens on a Unix socket in a private folder.

    The first use of `chat` or `count_tokens` loads it; from then on it takes about 1.4 GB of memory.
    """

    def __init__(
        self,
        name: str,
        file: Callable[[], Path],
        threads: int,
        cache: Path,
        adapter: Path | None = None,
    ) -> None:
        """`file` is called when the weights are needed, and may raise WeightsMissing. `cache` is the folder
        of processed prompts; it is created if needed. The `adapter` (LoRA, as GGUF) serves adapted tasks.
        """
        self.name = name
        self._cache = cache
        self._file = file
        self._threads = threads
        self._adapter = adapter
        self._adapted: bool | None = None  # unknown until it was put on or off
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

    def work(self) -> ModelWork:
        """All that the model has read and written so far; nothing before it is loaded."""
        return counted(self._client.get("/metrics").text) if self._server is not None else ModelWork()

    def for_task(self, task: Task) -> Runnable[LanguageModelInput, AIMessage]:
        from langchain_core.runnables import RunnableLambda

        chat = self.chat

        def restore(messages: LanguageModelInput) -> LanguageModelInput:
            self._restore(task)
            return messages

        options = self._adapting(task)
        options["logit_bias"] = [[token, bias] for token, bias in task.bias.items()]
        if task.grammar:
            options["grammar"] = task.grammar
        bound = chat.bind(
            max_tokens=task.max_tokens, logprobs=True, top_logprobs=TOP_LOGPROBS, extra_body=options
        )
        return RunnableLambda(restore) | bound

    def warm_up(self, tasks: Sequence[Task]) -> None:
        """Loads the model and processes the prompts' prefixes. The results are kept in files, because
        processing takes seconds and reading a file does not.
        """
        for task in tasks:
            self._restore(task)

    def _restore(self, task: Task) -> None:
        """Puts the model into the state in which it has read the task's prefix and nothing else.

        Whatever it read before could stay and serve as the beginning of the next conversation. Sums would be
        formed in another order then, their last digits differ, and now and then a word.
        """
        # Others wait meanwhile: what they ask must not become part of the saved state.
        with self._loading:
            self._load()
            self._switch(task)
            messages = task.prompt.empty()
            state = f"{task.name}-{self._fingerprint(messages)}.state"
            if (self._cache / state).exists() and self._slot("restore", state):
                return
            self._chat.invoke(messages, max_tokens=1, extra_body=self._adapting(task))
            for outdated in self._cache.glob(f"{task.name}-{16 * '?'}.state"):
                outdated.unlink()
            self._slot("save", state)
            # What is read from the file is what every later conversation begins with.
            self._slot("restore", state)

    def _adapting(self, task: Task) -> dict[str, Any]:
        """The option of a request that puts the adapter on or off."""
        return {"lora": [{"id": 0, "scale": float(task.adapted)}]} if self._adapter else {}

    def _switch(self, task: Task) -> None:
        """Puts the adapter on or off before a state is read, which llama.cpp would forget otherwise."""
        if self._adapter and task.adapted != self._adapted:
            self._client.post("/completion", json={"prompt": [0], "n_predict": 0, **self._adapting(task)})
            self._adapted = task.adapted

    def _slot(self, action: str, state: str) -> bool:
        """Has llama.cpp save or restore the processed prompt; returns whether that succeeded."""
        return self._client.post(f"/slots/0?action={action}", json={"filename": state}).is_success

    def _fingerprint(self, messages: Sequence[Message]) -> str:
        """Identifies a saved state by what it depends on: messages, weights, the library and its build."""
        weights = self._weights.stat()
        basis = [*messages, self._weights.name, weights.st_size, weights.st_mtime_ns, version("xllamacpp")]
        return hashlib.sha256(repr([*basis, *self._basis]).encode()).hexdigest()[:16]

    def _load(self) -> None:
        with self._loading:
            if self._server is not None:
                return
            # Read when the library is loaded.
            os.environ.setdefault("OMP_WAIT_POLICY", WAIT_POLICY)
            import xllamacpp

            self._weights = file = self._file()
            self._basis = [xllamacpp.get_system_info(), sha256(self._adapter) if self._adapter else ""]
            self._cache.mkdir(parents=True, exist_ok=True)
            folder = private_folder()
            self.socket = folder / "model.sock"
            params = xllamacpp.CommonParams()
            params.model.path = str(file)
            # Most weights are copied into another order, so a mapped file would stay in memory beside them.
            params.load_mode = xllamacpp.llama_load_mode.LLAMA_LOAD_MODE_NONE
            params.n_ctx, params.n_parallel = CONTEXT_TOKENS, 1
            params.n_batch = BATCH_TOKENS
            params.cache_ram_mib = PROMPT_CACHE_MIB
            params.cpuparams.n_threads = params.cpuparams_batch.n_threads = self._threads
            params.hostnames = [str(self.socket)]
            params.ui = params.endpoint_slots = False
            params.endpoint_metrics = True
            params.slot_save_path = f"{self._cache}/"
            if self._adapter:
                adapter = xllamacpp.CommonAdapterLoraInfo()
                adapter.path, adapter.scale = str(self._adapter), 0.0
                params.lora_adapters = [adapter]
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
            stream_usage=True,
            max_retries=0,
            # On a busy machine a prompt can take minutes to read; the pipeline has its own deadline.
            stream_chunk_timeout=None,
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
