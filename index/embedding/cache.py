"""A cache of sentence vectors: sentences that many questions compare are embedded once."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

import numpy as np
from cachetools import LRUCache

from index.embedding.embedder import Vectors

# About 7 MB of vectors: the sentences of a few hundred questions.
MAX_VECTORS = 4_000


class EmbeddingCache:
    """`encode` with an LRU cache of `max_vectors` vectors. Several threads may use it at once."""

    def __init__(self, encode: Callable[[Sequence[str]], Vectors], max_vectors: int = MAX_VECTORS) -> None:
        self._encode = encode
        self._cache: LRUCache[str, Vectors] = LRUCache(max_vectors)
        self._lock = threading.Lock()

    def __call__(self, texts: Sequence[str]) -> Vectors:
        """Vectors of the texts, shape (len(texts), dimension); each distinct text is embedded once."""
        with self._lock:
            vectors = {text: self._cache[text] for text in texts if text in self._cache}
        new = [text for text in dict.fromkeys(texts) if text not in vectors]
        if new or not texts:
            computed = self._encode(new)
            if not texts:
                return computed
            vectors |= {text: vector.copy() for text, vector in zip(new, computed, strict=True)}
        with self._lock:
            self._cache.update(vectors)
        return np.stack([vectors[text] for text in texts])
