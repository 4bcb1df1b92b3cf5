"""Reranking: a cross-encoder scores the best hits together with the question."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from index.embedding.sequence_classifier import SequenceClassifier
from index.errors import WeightsCorrupt
from index.schemas import Hit

# A cross-encoder is slow, so only this many of the best hits are reranked.
RERANK_CANDIDATES = 20


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
    """A cross-encoder in a local folder; loaded at its first use.

    A score is the sigmoid of the model's output for query and text.
    """

    def __init__(self, folder: Path, *, threads: int = 1) -> None:
        """Raises WeightsMissing or WeightsCorrupt if the folder is not such a model."""
        self._model = SequenceClassifier(folder, use="reranker", setting="QUOTH_RERANKER", threads=threads)
        if len(self._model.labels) != 1:
            raise WeightsCorrupt(
                f"the model in {folder} ({self._model.architecture or 'unknown'}, "
                f"outputs: {len(self._model.labels)}) is not a reranker, "
                "which gives one score to two texts; name a cross-encoder"
            )

    def scores(self, query: str, texts: Sequence[str]) -> NDArray[np.float32]:
        logits = self._model.logits([(query, text) for text in texts])[:, 0]
        return np.asarray(1 / (1 + np.exp(-logits)), dtype=np.float32)
