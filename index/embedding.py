"""Text into vectors, and the count of tokens that this costs."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

Vectors = NDArray[np.float32]


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
    """A sentence-transformers model in a local folder; loaded at its first use."""

    def __init__(self, folder: Path, *, name: str, window: int = 256) -> None:
        self.name = name
        self.tokens: Tokens = WordPieces(folder / "tokenizer.json", window)
        self._folder = folder
        self._window = window
        self._loading = threading.Lock()

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of the texts, float32, shape (len(texts), dimension)."""
        with self._loading:
            model = self._model
        # Of no texts the model's own answer has no second axis.
        vectors = model.encode(
            list(texts) or [""], batch_size=16, normalize_embeddings=True, show_progress_bar=False
        )
        return np.asarray(vectors, dtype=np.float32)[: len(texts)]

    @cached_property
    def _model(self) -> SentenceTransformer:
        # Four seconds of imports that `quoth list` and a page's first paint need not wait for.
        from sentence_transformers import SentenceTransformer
        from transformers.utils.logging import disable_progress_bar

        disable_progress_bar()  # type: ignore[no-untyped-call]
        model = SentenceTransformer(str(self._folder), device="cpu", local_files_only=True)
        model.max_seq_length = self._window
        return model
