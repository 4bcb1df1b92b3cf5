"""A small text classifier: a logistic regression over word n-grams and, if given, an embedder's vector."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.embedding.embedder import Vectors

# The n-grams have up to this many words; "^" and "$" are the text's begin and end.
LONGEST_GRAM = 3
# The scale of both groups of features; a vector has length 1, as has the vector of n-grams.
SCALE = 3.0

Floats = NDArray[np.float32]
_TOKEN = re.compile(r"\w+(?:['’]\w+)*|,")


class TextClassifier:
    """Gives each label of a text its probability."""

    def __init__(
        self, labels: Sequence[str], grams: Sequence[str], weights: Mapping[str, Floats], embedder: str
    ) -> None:
        """`weights` has "both", shape (dimension + len(grams) + 1, len(labels)), for texts with their
        vector by `embedder`, and "grams", shape (len(grams) + 1, len(labels)), for those without; one of
        them may be missing.
        """
        self.labels = tuple(labels)
        self.embedder = embedder
        self._columns = {gram: column for column, gram in enumerate(grams)}
        self._weights = weights

    @classmethod
    @cache
    def load(cls, file: Path) -> TextClassifier:
        """The classifier whose weights are in the file."""
        with np.load(file) as stored:
            names = stored.files
            weights = {name: stored[name].astype(np.float32) for name in ("both", "grams") if name in names}
            return cls(
                stored["labels"].tolist(), stored["columns"].tolist(), weights, str(stored["embedder"])
            )

    def save(self, file: Path) -> None:
        """Stores the weights in half precision."""
        arrays: dict[str, Any] = {name: weights.astype(np.float16) for name, weights in self._weights.items()}
        np.savez_compressed(
            file,
            labels=np.array(self.labels),
            columns=np.array(list(self._columns)),
            embedder=np.array(self.embedder),
            **arrays,
        )

    def probabilities(self, text: str, vector: Vectors | None) -> dict[str, float]:
        """The probability of each label, 0 to 1; `vector` is by the embedder of the weights, or None."""
        row = features([text], self._columns, None if vector is None else vector[None, :])
        scores = (row @ self._weights["grams" if vector is None else "both"])[0]
        exponentials = np.exp(scores - scores.max())
        shares = exponentials / exponentials.sum()
        return {label: float(share) for label, share in zip(self.labels, shares, strict=True)}


def features(texts: Sequence[str], columns: Mapping[str, int], vectors: Vectors | None) -> Floats:
    """The rows of the regression: the vectors if given, the n-grams that have a column, and 1."""
    grams = np.zeros((len(texts), len(columns)), dtype=np.float32)
    for row, text in zip(grams, texts, strict=True):
        known = [columns[gram] for gram in word_grams(text) if gram in columns]
        row[known] = SCALE / max(len(known), 1) ** 0.5
    ones = np.ones((len(texts), 1), dtype=np.float32)
    return np.hstack([*([] if vectors is None else [SCALE * vectors]), grams, ones])


def word_grams(text: str) -> set[str]:
    """The n-grams of the text's words and commas in lower case, with its begin and end."""
    words = ["^", *(word.lower() for word in _TOKEN.findall(text)), "$"]
    return {
        " ".join(words[at : at + length])
        for length in range(1, LONGEST_GRAM + 1)
        for at in range(len(words) - length + 1)
    } - {"^", "$"}
