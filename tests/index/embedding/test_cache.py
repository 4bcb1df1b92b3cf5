"""Vectors that are remembered: the same as made anew, each text embedded once, the oldest forgotten."""

from __future__ import annotations

import numpy as np

from index.embedding.cache import EmbeddingCache


class Counting:
    """Vectors of a text's length, and which texts were asked for."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __call__(self, texts):
        self.asked += texts
        return np.array([[len(text), 1] for text in texts], dtype=np.float32).reshape(len(texts), 2)


def test_each_text_is_embedded_once():
    encode = Counting()
    cache = EmbeddingCache(encode)
    assert cache(["ferry", "bridge", "ferry"]).tolist() == [[5, 1], [6, 1], [5, 1]]
    assert cache(["quay", "bridge"]).tolist() == [[4, 1], [6, 1]]
    assert encode.asked == ["ferry", "bridge", "quay"]


def test_nothing_has_the_shape_of_the_others():
    assert EmbeddingCache(Counting())([]).shape == (0, 2)


def test_the_longest_unused_are_forgotten():
    encode = Counting()
    cache = EmbeddingCache(encode, max_vectors=2)
    for text in ("a", "b", "a", "c", "a", "b"):
        cache([text])
    assert encode.asked == ["a", "b", "c", "b"]


def test_more_than_is_remembered_is_answered_all_the_same():
    assert EmbeddingCache(Counting(), max_vectors=1)(["a", "bb", "ccc"])[:, 0].tolist() == [1, 2, 3]
