"""The best hits read once more, each together with the question, and put into a better order."""

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

from index.embedding.embedder import number_format
from index.errors import WeightsCorrupt, WeightsMissing
from index.schemas import Hit

if TYPE_CHECKING:
    from sentence_transformers import CrossEncoder

# Reading two texts together is slow: only so many of the best are worth it.
RERANKED = 20
# Four pairs fill a core.
BATCH = 4


class Reranker(Protocol):
    """Tells how well each of some texts answers a query, 0 to 1, shape (len(texts),)."""

    def scores(self, query: str, texts: Sequence[str]) -> NDArray[np.float32]: ...


def reranked(hits: Sequence[Hit], query: str, reranker: Reranker) -> list[Hit]:
    """The hits by the reranker's scores, best first; of equals the one that was first stays so."""
    if not hits:
        return []
    scores = reranker.scores(query, [f"{hit.title}\n{hit.passage.text}" for hit in hits])
    scored = [replace(hit, score=float(score)) for hit, score in zip(hits, scores, strict=True)]
    return sorted(scored, key=lambda hit: -hit.score)


class CrossEncoderReranker:
    """A cross-encoder of sentence-transformers in a local folder; loaded at its first use.

    A score is the sigmoid of what it says of query and text together. The texts are shared out among
    `threads` workers, as the embedder does. No code of the folder is run.
    """

    def __init__(self, folder: Path, *, threads: int = 1) -> None:
        """Raises WeightsMissing or WeightsCorrupt where the folder is no such model."""
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
                f"the model in {folder} ({architecture or 'unknown'}, outputs: {outputs}) is no reranker, "
                "which gives one score to two texts; name a cross-encoder"
            )

    def scores(self, query: str, texts: Sequence[str]) -> NDArray[np.float32]:
        """How well each text answers the query, 0 to 1."""
        with self._loading:
            model = self._model
        # Neighbours are of like length, so that little is padded.
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

        with self._tokenizing:  # tokenizers refuse to be used by two threads at once
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
                model_kwargs={"dtype": number_format(), "use_safetensors": True},
            )
        except Exception as error:  # what a model's own files can bring about has no common base
            raise WeightsCorrupt(
                f"the reranker in {self._folder} cannot be loaded ({type(error).__name__}: {error}); "
                "name another, or unset QUOTH_RERANKER"
            ) from error
        return model
