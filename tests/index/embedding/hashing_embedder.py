"""An embedder in the process that needs no model."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from hashlib import shake_256

import numpy as np

from index.embedding.embedder import TextTokenizer, Vectors


class WordTokens:
    """Each word is a token."""

    slack = 0

    def __init__(self, limit: int = 100) -> None:
        self._limit = limit

    @property
    def limit(self) -> int:
        return self._limit

    def offsets(self, text: str) -> list[tuple[int, int]]:
        return [match.span() for match in re.finditer(r"\S+", text)]


class HashingEmbedder:
    """Vectors of the hash of a text: those of embedders of other names have nothing in common."""

    languages: Collection[str] = ()
    unrelated = 0.0

    def __init__(self, name: str, dimension: int = 16, *, limit: int = 100) -> None:
        self.name = name
        self.tokens: TextTokenizer = WordTokens(limit)
        self.embedded = 0
        self._dimension = dimension

    def encode(self, texts: Sequence[str]) -> Vectors:
        self.embedded += len(texts)
        digests = [shake_256(f"{self.name}{text}".encode()).digest(self._dimension) for text in texts]
        vectors = np.asarray([np.frombuffer(one, dtype=np.int8) for one in digests], dtype=np.float32)
        return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True))

    def encode_query(self, query: str) -> Vectors:
        return np.asarray(self.encode([query])[0])
