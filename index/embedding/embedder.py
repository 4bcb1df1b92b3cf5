"""Text into vectors, and the count of tokens that this costs."""

from __future__ import annotations

import threading
import time
from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer
from tokenizers.models import WordPiece

from index.embedding.model_config import ModelConfig
from index.errors import WeightsCorrupt

if TYPE_CHECKING:
    import torch
    from sentence_transformers import SentenceTransformer

Vectors = NDArray[np.float32]

# About four passages: what they need at one layer stays in a core's cache.
BATCH_CHARACTERS = 5_000
RECENT_QUERIES = 16


class TextTokenizer(Protocol):
    """How a model counts: where each of a text's tokens lies, and how many it reads at once.

    A piece of a text can have up to `slack` tokens more than it had within the text.
    """

    limit: int
    slack: int

    def offsets(self, text: str) -> list[tuple[int, int]]: ...


class Embedder(Protocol):
    """Turns texts into unit vectors; some models want a query marked as one.

    `name` says which weights made a vector. `languages` are the ISO 639 codes of those that it
    covers; empty where that is not known, or where it covers all.
    """

    name: str
    tokens: TextTokenizer
    languages: Collection[str]

    def encode(self, texts: Sequence[str]) -> Vectors: ...

    def encode_query(self, query: str) -> Vectors: ...


class TokenizerFile:
    """The tokens of a `tokenizer.json`.

    `limit` is what remains of the model's window once its special tokens, its `prompt`, the line end
    after a heading and the `slack` are in place.
    """

    def __init__(self, tokenizer_file: Path, window: int, prompt: str = "") -> None:
        try:
            self._tokenizer = Tokenizer.from_file(str(tokenizer_file))
        except Exception as error:  # it raises Exception itself
            raise WeightsCorrupt(f"{tokenizer_file} is no tokenizer ({error}); fetch it again") from None
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        # All others but WordPiece take the blank before a word as part of it.
        self.slack = 0 if isinstance(self._tokenizer.model, WordPiece) else 4
        self.limit = window - len(self._tokenizer.encode(f"{prompt}\n")) - self.slack

    def offsets(self, text: str) -> list[tuple[int, int]]:
        """(start, end) of every token of `text`, in code points."""
        offsets: list[tuple[int, int]] = self._tokenizer.encode(text, add_special_tokens=False).offsets
        return offsets


class SentenceEmbedder:
    """A sentence-transformers model in a local folder; loaded at its first use.

    Pooling, prompts and window are those of the folder's own configuration, and so are the
    `languages` where none are given. No code of the folder is ever run.

    Many texts are spread over `threads` workers. Each batch is computed by one thread alone: two
    that share one small matrix product wait for each other more than they help, and when another
    program wants a core they wait for the slower one.
    """

    def __init__(self, folder: Path, *, name: str, threads: int = 1, languages: Collection[str] = ()) -> None:
        """Raises WeightsMissing or WeightsCorrupt where the folder is no such model."""
        self._folder = folder
        self._about = ModelConfig.read(folder)
        self.name = name
        self.languages: Collection[str] = languages or self._about.languages
        self.tokens: TextTokenizer = TokenizerFile(
            folder / "tokenizer.json", self._about.window, self._about.passage_prompt
        )
        self._threads = threads
        # A question's vector is wanted by the search and again where its evidence is picked.
        self._vector = lru_cache(maxsize=RECENT_QUERIES)(self._encoded_query)
        # The same threads for good: each new one costs milliseconds, and memory that it leaves behind.
        self._workers = ThreadPoolExecutor(threads, "quoth-embed")
        self._loading = threading.Lock()
        self._tokenizing = threading.Lock()

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of what articles say, float32, shape (len(texts), dimension)."""
        prompt = self._about.passage_prompt
        # Few texts are shared out too, such as the sentences that a question waits for.
        size = min(BATCH_CHARACTERS, sum(map(len, texts)) // self._threads)
        batches = list(_batches(texts, size))
        if len(batches) < 2:
            return self._forward(texts, prompt)
        # Gathered as they come: when one fails or is interrupted, the rest are not begun.
        parts = list(
            self._workers.map(lambda batch: self._forward([texts[at] for at in batch], prompt), batches)
        )
        vectors = np.concatenate(parts)
        ordered = np.empty_like(vectors)
        ordered[[at for batch in batches for at in batch]] = vectors
        return ordered

    def encode_query(self, query: str) -> Vectors:
        """The unit vector of what somebody looks for, float32, shape (dimension,); not to be changed."""
        return self._vector(query)

    def _encoded_query(self, query: str) -> Vectors:
        vectors = self._forward([query], self._about.query_prompt)
        vectors.flags.writeable = False
        return np.asarray(vectors[0])

    def _forward(self, texts: Sequence[str], prompt: str) -> Vectors:
        import torch

        with self._loading:
            model = self._model
        if not texts:
            return np.empty((0, model.get_embedding_dimension() or 0), dtype=np.float32)
        with self._tokenizing:  # tokenizers refuse to be used by two threads at once
            features = model.preprocess(list(texts), prompt=prompt or None)
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
        path, number = self._folder, number_format()
        try:
            model = SentenceTransformer(
                str(path),
                device="cpu",
                local_files_only=True,
                trust_remote_code=False,
                model_kwargs={"dtype": number, "use_safetensors": True},
            )
        except Exception as error:  # what a model's own files can bring about has no common base
            raise WeightsCorrupt(
                f"the embedder in {path} cannot be loaded ({type(error).__name__}: {error}); name another"
            ) from error
        model.max_seq_length = self._about.window
        # Layers after the transformer do not heed `model_kwargs`.
        return model.to(number)


def number_format() -> torch.dtype:
    """The format that this processor multiplies matrices fastest in, bfloat16 or float32.

    That it has instructions for bfloat16 does not tell: with some it is twice as fast, with others half.
    """
    import torch

    processor = torch.cpu.get_capabilities()
    if not (processor.get("avx512_bf16") or processor.get("amx_bf16")):
        return torch.float32  # the other would be emulated, for seconds
    return min((torch.float32, torch.bfloat16), key=_seconds_of_a_product)


def _seconds_of_a_product(number: torch.dtype) -> float:
    """What a layer of a small model takes with four passages: the best of five, for others use the cores."""
    import torch

    texts, layer = torch.ones(1000, 384, dtype=number), torch.ones(1536, 384, dtype=number)

    def seconds() -> float:
        began = time.perf_counter()
        torch.nn.functional.linear(texts, layer)
        return time.perf_counter() - began

    return min(seconds() for _ in range(5))


def _batches(texts: Sequence[str], size: int) -> Iterator[list[int]]:
    """The places of the texts in batches of like length, of at most `size` characters or one text."""
    batch: list[int] = []
    for at in sorted(range(len(texts)), key=lambda at: -len(texts[at])):
        # The first of a batch is its longest: the others are padded to it.
        if batch and len(texts[batch[0]]) * (len(batch) + 1) > size:
            yield batch
            batch = []
        batch.append(at)
    if batch:
        yield batch
