"""Text into vectors, and the count of tokens that this costs."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

Vectors = NDArray[np.float32]

# About four passages: what they need at one layer stays in a core's cache.
BATCH_CHARACTERS = 5_000


class Tokens(Protocol):
    """How a model counts: where each of a text's tokens lies, and how many it reads at once."""

    limit: int

    def offsets(self, text: str) -> list[tuple[int, int]]: ...


class Embedder(Protocol):
    """Turns texts into unit vectors."""

    name: str
    tokens: Tokens

    def encode(self, texts: Sequence[str]) -> Vectors: ...


class WordPieces:
    """The tokens of a `tokenizer.json`.

    `limit` is what remains of the model's window once its two special tokens are in place.
    """

    def __init__(self, tokenizer_file: Path, window: int) -> None:
        self._tokenizer = Tokenizer.from_file(str(tokenizer_file))
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        self.limit = window - 2

    def offsets(self, text: str) -> list[tuple[int, int]]:
        """(start, end) of every token of `text`, in code points."""
        offsets: list[tuple[int, int]] = self._tokenizer.encode(text, add_special_tokens=False).offsets
        return offsets


class SentenceEmbedder:
    """A sentence-transformers model in a local folder; loaded at its first use.

    Many texts are spread over `threads` workers. Each batch is computed by one thread alone: two
    that share one small matrix product wait for each other more than they help, and when another
    program wants a core they wait for the slower one.
    """

    def __init__(self, folder: Path, *, name: str, threads: int = 1, window: int = 256) -> None:
        self.name = name
        self.tokens: Tokens = WordPieces(folder / "tokenizer.json", window)
        self._folder = folder
        self._threads = threads
        self._window = window
        self._loading = threading.Lock()
        self._tokenizing = threading.Lock()

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of the texts, float32, shape (len(texts), dimension)."""
        with self._loading:
            model = self._model
        batches = list(_batches(texts))
        if len(batches) == 1:
            parts = [self._forward(model, [texts[at] for at in batches[0]])]
        else:
            with ThreadPoolExecutor(self._threads) as workers:
                # Gathered as they come: when one fails or is interrupted, the rest are not begun.
                parts = list(
                    workers.map(lambda batch: self._forward(model, [texts[at] for at in batch]), batches)
                )
        vectors = np.concatenate(parts)
        ordered = np.empty_like(vectors)
        ordered[[at for batch in batches for at in batch]] = vectors
        return ordered

    def _forward(self, model: SentenceTransformer, texts: list[str]) -> Vectors:
        import torch

        with self._tokenizing:  # tokenizers refuse to be used by two threads at once
            features = model.preprocess(texts)
        with torch.inference_mode():
            pooled = model(features)["sentence_embedding"]
            return np.asarray(torch.nn.functional.normalize(pooled.float(), dim=1).numpy())

    @cached_property
    def _model(self) -> SentenceTransformer:
        # Four seconds of imports that `quoth list` and a page's first paint need not wait for.
        import torch
        from sentence_transformers import SentenceTransformer
        from transformers.utils.logging import disable_progress_bar

        disable_progress_bar()  # type: ignore[no-untyped-call]
        torch.set_num_threads(1)
        processor = torch.cpu.get_capabilities()
        # Twice as fast where the processor has it, and much slower where it must be emulated.
        half = processor.get("avx512_bf16") or processor.get("amx_bf16")
        model = SentenceTransformer(
            str(self._folder),
            device="cpu",
            local_files_only=True,
            model_kwargs={"dtype": torch.bfloat16 if half else torch.float32},
        )
        model.max_seq_length = self._window
        return model


def _batches(texts: Sequence[str]) -> Iterator[list[int]]:
    """The places of the texts in batches of like length that fit a core's cache; one at least."""
    batch: list[int] = []
    for at in sorted(range(len(texts)), key=lambda at: -len(texts[at])):
        # The first of a batch is its longest: the others are padded to it.
        if batch and len(texts[batch[0]]) * (len(batch) + 1) > BATCH_CHARACTERS:
            yield batch
            batch = []
        batch.append(at)
    if batch:
        yield batch
