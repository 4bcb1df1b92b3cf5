"""Embedding text, and counting its tokens."""

from __future__ import annotations

import threading
import time
from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer
from tokenizers.models import WordPiece

from index.embedding.model_config import ModelConfig
from index.errors import WeightsCorrupt
from index.text.letters import normalize_letters

if TYPE_CHECKING:
    import torch
    from sentence_transformers import SentenceTransformer

Vectors = NDArray[np.float32]
Similarity = TypeVar("Similarity", float, Vectors)

# About four passages, whose activations in one layer fit into a core's cache.
BATCH_CHARACTERS = 5_000
RECENT_QUERIES = 16


class TextTokenizer(Protocol):
    """A model's tokenizer. `limit` is the number of tokens that the model reads at once.

    A slice of a text can have up to `slack` tokens more than it had within the text.
    """

    @property
    def limit(self) -> int: ...

    slack: int

    def offsets(self, text: str) -> list[tuple[int, int]]:
        """(start, end) of every token of `text`, in code points."""


class Embedder(Protocol):
    """Embeds texts as unit vectors; some models embed queries differently from passages.

    `name` identifies the weights. `languages` are the ISO 639 codes of the languages that it supports;
    empty if unknown, or if it supports all. `unrelated` is the cosine of texts about unrelated things: about
    0 for most models, 0.7 for some.
    """

    name: str
    tokens: TextTokenizer
    languages: Collection[str]
    unrelated: float

    def encode(self, texts: Sequence[str]) -> Vectors: ...

    def encode_query(self, query: str) -> Vectors: ...


def relative(cosines: Similarity, embedder: Embedder) -> Similarity:
    """Cosines by an embedder on the scale that all share: 0 for unrelated texts, 1 for equal ones."""
    return (cosines - embedder.unrelated) / (1 - embedder.unrelated)


class TokenizerFile:
    """The tokenizer of a `tokenizer.json`.

    `limit` is the model's window minus its special tokens, its `prompt`, the newline after a title and
    the `slack`.
    """

    def __init__(self, tokenizer_file: Path, window: int, prompt: str = "") -> None:
        try:
            self._tokenizer = Tokenizer.from_file(str(tokenizer_file))
        except Exception as error:  # it raises plain Exception
            raise WeightsCorrupt(f"{tokenizer_file} is not a tokenizer ({error}); fetch it again") from None
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        # All but WordPiece include the space before a word in its token.
        self.slack = 0 if isinstance(self._tokenizer.model, WordPiece) else 4
        self.limit = window - len(self._tokenizer.encode(f"{prompt}\n")) - self.slack

    def offsets(self, text: str) -> list[tuple[int, int]]:
        offsets: list[tuple[int, int]] = self._tokenizer.encode(text, add_special_tokens=False).offsets
        return offsets


class SentenceEmbedder:
    """A sentence-transformers model in a local folder; loaded at its first use.

    Pooling, prompts and window come from the folder's configuration, as do the `languages` unless they
    are given. No code in the folder is executed.

    Batches are distributed to `threads` workers, and each is computed by one thread: threads that share
    a small matrix product spend more time waiting for each other, especially on a busy machine.
    """

    def __init__(self, folder: Path, *, name: str, threads: int = 1, languages: Collection[str] = ()) -> None:
        """Raises WeightsMissing or WeightsCorrupt if the folder is not such a model."""
        self._folder = folder
        self._config = ModelConfig.read(folder)
        self.name = name
        self.languages: Collection[str] = languages or self._config.languages
        self.unrelated = self._config.unrelated
        self.tokens: TextTokenizer = TokenizerFile(
            folder / "tokenizer.json", self._config.window, self._config.passage_prompt
        )
        self._threads = threads
        # Both the search and the selection of the context need the vector of a question.
        self._cached_query = lru_cache(maxsize=RECENT_QUERIES)(self._encode_query)
        # Permanent threads: each new one costs milliseconds, and memory that is not freed.
        self._workers = ThreadPoolExecutor(threads, "quoth-embed")
        self._loading = threading.Lock()
        self._tokenizing = threading.Lock()

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of passages or sentences, float32, shape (len(texts), dimension)."""
        prompt = self._config.passage_prompt
        # Small inputs are distributed too, such as the sentences that are compared with a question.
        size = min(BATCH_CHARACTERS, sum(map(len, texts)) // self._threads)
        batches = list(_batches(texts, size))
        if len(batches) < 2:
            return self._forward(texts, prompt)
        # `map` cancels the remaining batches when one fails or is interrupted.
        parts = list(
            self._workers.map(lambda batch: self._forward([texts[at] for at in batch], prompt), batches)
        )
        vectors = np.concatenate(parts)
        ordered = np.empty_like(vectors)
        ordered[[at for batch in batches for at in batch]] = vectors
        return ordered

    def encode_query(self, query: str) -> Vectors:
        """The unit vector of a query, float32, shape (dimension,), read-only."""
        return self._cached_query(query)

    def _encode_query(self, query: str) -> Vectors:
        vectors = self._forward([query], self._config.query_prompt)
        vectors.flags.writeable = False
        return np.asarray(vectors[0])

    def _forward(self, texts: Sequence[str], prompt: str) -> Vectors:
        import torch

        with self._loading:
            model = self._model
        if not texts:
            return np.empty((0, model.get_embedding_dimension() or 0), dtype=np.float32)
        with self._tokenizing:  # tokenizers cannot be used by two threads at once
            features = model.preprocess(list(map(normalize_letters, texts)), prompt=prompt or None)
        with torch.inference_mode():
            pooled = model(features)["sentence_embedding"]
            return np.asarray(torch.nn.functional.normalize(pooled.float(), dim=1).numpy())

    @cached_property
    def _model(self) -> SentenceTransformer:
        # Four seconds of imports, which commands that embed nothing are spared.
        import torch
        from sentence_transformers import SentenceTransformer
        from transformers.utils.logging import disable_progress_bar

        disable_progress_bar()  # type: ignore[no-untyped-call]
        torch.set_num_threads(1)
        path, dtype = self._folder, fastest_dtype()
        try:
            model = SentenceTransformer(
                str(path),
                device="cpu",
                local_files_only=True,
                trust_remote_code=False,
                model_kwargs={"dtype": dtype, "use_safetensors": True},
            )
        except Exception as error:  # errors of arbitrary model files have no common base class
            raise WeightsCorrupt(
                f"the embedder in {path} cannot be loaded ({type(error).__name__}: {error}); name another"
            ) from error
        model.max_seq_length = self._config.window
        # Layers after the transformer ignore `model_kwargs`.
        return model.to(dtype)


def fastest_dtype() -> torch.dtype:
    """The dtype in which this processor multiplies matrices fastest, bfloat16 or float32.

    This is measured: of processors with bfloat16 instructions some are twice as fast with them, others
    half as fast.
    """
    import torch

    processor = torch.cpu.get_capabilities()
    if not (processor.get("avx512_bf16") or processor.get("amx_bf16")):
        return torch.float32  # bfloat16 would be emulated, and measuring it would take seconds
    return min((torch.float32, torch.bfloat16), key=_matmul_seconds)


def _matmul_seconds(dtype: torch.dtype) -> float:
    """Seconds for one layer of a small model with four passages, the best of five runs."""
    import torch

    texts, layer = torch.ones(1000, 384, dtype=dtype), torch.ones(1536, 384, dtype=dtype)

    def seconds() -> float:
        began = time.perf_counter()
        torch.nn.functional.linear(texts, layer)
        return time.perf_counter() - began

    return min(seconds() for _ in range(5))


def _batches(texts: Sequence[str], size: int) -> Iterator[list[int]]:
    """Indexes of the texts in batches of similar length, of at most `size` padded characters or one text."""
    batch: list[int] = []
    for at in sorted(range(len(texts)), key=lambda at: -len(texts[at])):
        # The first of a batch is the longest; the others are padded to its length.
        if batch and len(texts[batch[0]]) * (len(batch) + 1) > size:
            yield batch
            batch = []
        batch.append(at)
    if batch:
        yield batch
