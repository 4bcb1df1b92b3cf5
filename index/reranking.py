"""The best hits read once more, each together with the question, and put into a better order."""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from index.articles import Hit
from index.embedding import number_format
from index.errors import WeightsCorrupt, WeightsMissing

if TYPE_CHECKING:
    from sentence_transformers import CrossEncoder

# Reading two texts together is slow: only so many of the best are worth it.
RERANKED = 20


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


class PairReranker:
    """A cross-encoder of sentence-transformers in a local folder; loaded at its first use.

    A score is the sigmoid of what it says of query and text together. No code of the folder is run.
    """

    def __init__(self, folder: Path) -> None:
        """Raises WeightsMissing or WeightsCorrupt where the folder is no such model."""
        self._folder = folder
        self._using = threading.Lock()
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
                f"the model in {folder} is no reranker, which gives one score to two texts "
                f"({architecture or 'unknown'}, {outputs} outputs); name a cross-encoder"
            )

    def scores(self, query: str, texts: Sequence[str]) -> NDArray[np.float32]:
        """How well each text answers the query, 0 to 1."""
        import torch

        with self._using:
            found = self._model.predict(
                [(query, text) for text in texts],
                batch_size=4,
                activation_fn=torch.nn.Sigmoid(),
                show_progress_bar=False,
            )
        return np.asarray(found, dtype=np.float32)

    @cached_property
    def _model(self) -> CrossEncoder:
        import torch
        from sentence_transformers import CrossEncoder
        from transformers.utils.logging import disable_progress_bar

        disable_progress_bar()  # type: ignore[no-untyped-call]
        torch.set_num_threads(1)  # as the embedder has it, whose batches are computed side by side
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
