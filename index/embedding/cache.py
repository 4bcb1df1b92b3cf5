"""Vectors of sentences that were compared lately: what many ask about is not embedded again for each."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence

import numpy as np

from index.embedding.embedder import Vectors

# Some seven megabytes of vectors: the sentences of a few hundred questions.
MOST = 4_000


class EmbeddingCache:
    """`encode`, remembering the vectors of the last `most` texts. Several threads may use it at once."""

    def __init__(self, encode: Callable[[Sequence[str]], Vectors], most: int = MOST) -> None:
        self._encode = encode
        self._most = most
        self._kept: OrderedDict[str, Vectors] = OrderedDict()
        self._lock = threading.Lock()

    def __call__(self, texts: Sequence[str]) -> Vectors:
        """Vectors of the texts, shape (len(texts), dimension); each different text is embedded once."""
        with self._lock:
            vectors = {text: self._kept[text] for text in texts if text in self._kept}
        new = [text for text in dict.fromkeys(texts) if text not in vectors]
        if new or not texts:
            made = self._encode(new)
            if not texts:
                return made
            vectors |= {text: vector.copy() for text, vector in zip(new, made, strict=True)}
        self._keep(vectors)
        return np.stack([vectors[text] for text in texts])

    def _keep(self, vectors: dict[str, Vectors]) -> None:
        with self._lock:
            for text, vector in vectors.items():
                self._kept[text] = vector
                self._kept.move_to_end(text)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
