"""A sequence-classification model, which reads two texts together and scores each of its labels."""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from index.embedding.embedder import fastest_dtype
from index.errors import WeightsCorrupt, WeightsMissing

if TYPE_CHECKING:
    from sentence_transformers import CrossEncoder

# Four pairs occupy a core.
BATCH = 4


class SequenceClassifier:
    """Such a model in a local folder; loaded at its first use.

    `labels` are those of its configuration, in the order of its outputs. Batches are distributed to `threads`
    workers. No code in the folder is executed. `use` and `setting` name it in errors: "reranker" and
    "QUOTH_RERANKER".
    """

    def __init__(self, folder: Path, *, use: str, setting: str, threads: int = 1) -> None:
        """Raises WeightsMissing or WeightsCorrupt if the folder is not such a model."""
        self._folder = folder
        self._use = use
        self._setting = setting
        self._threads = threads
        self._loading = threading.Lock()
        self._tokenizing = threading.Lock()
        for name in ("config.json", "tokenizer.json", "model.safetensors"):
            if not (folder / name).is_file():
                raise WeightsMissing(f"the {use} in {folder} has no {name}; name a folder that has one")
        self.architecture, self.labels = _read_config(folder / "config.json")

    def logits(self, pairs: Sequence[tuple[str, str]]) -> NDArray[np.float32]:
        """The model's outputs for each pair of texts, shape (len(pairs), len(labels)). Of a pair that is too
        long, the longer text is cut. Raises WeightsCorrupt.
        """
        with self._loading:
            model = self._model
        # Batches of similar length need little padding.
        order = sorted(range(len(pairs)), key=lambda at: sum(map(len, pairs[at])))
        batches = [order[at : at + BATCH] for at in range(0, len(order), BATCH)]

        def read(batch: list[int]) -> NDArray[np.float32]:
            return self._forward(model, [pairs[at] for at in batch])

        logits = np.empty((len(pairs), len(self.labels)), dtype=np.float32)
        with ThreadPoolExecutor(self._threads) as workers:
            for batch, found in zip(batches, workers.map(read, batches), strict=True):
                logits[batch] = found
        return logits

    def _forward(self, model: CrossEncoder, pairs: list[tuple[str, str]]) -> NDArray[np.float32]:
        import torch

        with self._tokenizing:  # tokenizers cannot be used by two threads at once
            features = model.preprocess(pairs)
        with torch.inference_mode():
            scores = model(features)["scores"].float()
        return np.asarray(scores.reshape(len(pairs), len(self.labels)).numpy())

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
                f"the {self._use} in {self._folder} cannot be loaded ({type(error).__name__}: {error}); "
                f"name another, or unset {self._setting}"
            ) from error
        return model


def _read_config(file: Path) -> tuple[str, tuple[str, ...]]:
    """The architecture and the labels; empty where the file does not say, or is of another kind of model."""
    try:
        config = json.loads(file.read_text("utf-8"))
        [architecture] = config["architectures"]
        # A configuration without labels has two, which are saved only if they have names.
        named = config.get("id2label") or {str(at): f"LABEL_{at}" for at in range(2)}
        labels = tuple(str(named[str(at)]) for at in range(len(named)))
    except (ValueError, KeyError, TypeError, AttributeError):
        return "", ()
    return str(architecture), labels if str(architecture).endswith("ForSequenceClassification") else ()
