"""Reranking: a cross-encoder scores the best hits together with the question."""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from index.embedding.embedder import fastest_dtype
from index.errors import WeightsCorrupt, WeightsMissing
from index.schemas import Hit

if TYPE_CHECKING:
    from sentence_transformers import CrossEncoder

# A cross-encoder is slow, so only this many of the best hits are reranked.
RERANK_CANDIDATES = 20
# Four pairs occupy a core.
BATCH = 4


class Reranker(Protocol):
    """Scores how well texts answer a query."""

    def scores(self, query: str, texts: Sequence[str]) -> NDArray[np.float32]:
        """The score of each text, 0 to 1, shape (len(texts),)."""


def rerank(hits: Sequence[Hit], query: str, reranker: Reranker) -> list[Hit]:
    """The hits with the reranker's scores, best first; equal scores keep their order."""
    if not hits:
        return []
    scores = reranker.scores(query, [f"{hit.title}\n{hit.passage.text}" for hit in hits])
    scored = [replace(hit, score=float(score)) for hit, score in zip(hits, scores, strict=True)]
    return sorted(scored, key=lambda hit: -hit.score)


class CrossEncoderReranker:
    """A sentence-transformers cross-encoder in a local folder; loaded at its first use.

    A score is the sigmoid of the model's output for query and text. Batches are distributed to `threads`
    workers. No code in the folder is executed.
    """

    def __init__(self, folder: Path, *, threads: int = 1) -> None:
        """Raises WeightsMissing or WeightsCorrupt if the folder is not such a model."""
        self._folder = folder
        self._threads = threads
        self._loading = threading.Lock()
        self._tokenizing = threading.Lock()
        for name in ("config.json", "tokenizer.json", "model.safetensors"):
            if not (folder / name).is_file():
                raise WeightsMissing(f"the reranker in {folder} has no {name}; name a folder that has one")
        try:
            config = json.loads((folder / "config.json").read_text("utf-8"))
            [architecture] = config["architectures"]
            outputs = len(config.get("id2label") or "1")
        except (ValueError, KeyError, TypeError, AttributeError):
            architecture, outputs = "", 0
        if not str(architecture).endswith("ForSequenceClassification") or outputs != 1:
            raise WeightsCorrupt(
                f"the model in {folder} ({architecture or 'unknown'}, outputs: {outputs}) is not a reranker, "
                "which gives one score to two texts; name a cross-encoder"
            )

    def scores(self, query: str, texts: Sequence[str]) -> NDArray[np.float32]:
        with self._loading:
            model = self._model
        # Batches of similar length need little padding.
        order = sorted(range(len(texts)), key=lambda at: len(texts[at]))
        batches = [order[at : at + BATCH] for at in range(0, len(order), BATCH)]

        def read(batch: list[int]) -> NDArray[np.float32]:
            return self._forward(model, [(query, texts[at]) for at in batch])

        scores = np.empty(len(texts), dtype=np.float32)
        with ThreadPoolExecutor(self._threads) as workers:
            for batch, found in zip(batches, workers.map(read, batches), strict=True):
                scores[batch] = found
        return scores

    def _forward(self, model: CrossEncoder, pairs: list[tuple[str, str]]) -> NDArray[np.float32]:
        import torch

        with self._tokenizing:  # tokenizers cannot be used by two threads at once
            features = model.preprocess(pairs)
        with torch.inference_mode():
            return np.asarray(torch.sigmoid(model(features)["scores"].float()).flatten().numpy())

    @cached_property
    def _model(self) -> CrossEncoder:
        import torch
        from sentence_transformers import CrossEncoder
        from transformers.utils.logging import disable_progress_bar

        disable_progress_bar()  # type: ignore[no-untyped-call]
        torch.set_num_threads(1)
        try:
            model: CrossEncoder = CrossEncoder(
                str(self._folder),
                device="cpu",
                local_files_only=True,
                trust_remote_code=False,
                model_kwargs={"dtype": fastest_dtype(), "use_safetensors": True},
            )
        except Exception as error:  # errors of arbitrary model files have no common base class
            raise WeightsCorrupt(
                f"the reranker in {self._folder} cannot be loaded ({type(error).__name__}: {error}); "
                "name another, or unset QUOTH_RERANKER"
            ) from error
        return model
