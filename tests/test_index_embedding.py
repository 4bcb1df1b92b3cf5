"""Vectors are of unit length, in the order asked for, and those of the model itself."""

from __future__ import annotations

import numpy as np
import pytest

from index.embedding import SentenceEmbedder

TEXTS = [
    "The council voted for a new bridge over the river.",
    "",
    "A cat slept.",
    "Ferry services stop in winter because of the ice. " * 20,
    "日本語のテキスト",
    "😀",
    "Prices rose by 3.5 percent in October.",
    "\n",
    *(f"Story {n} of the harbour town, " + "told at length " * (n % 7) for n in range(8)),
]


@pytest.fixture(scope="module")
def vectors(embedder: SentenceEmbedder) -> np.ndarray:
    return embedder.encode(TEXTS)


def test_vectors_are_finite_and_of_unit_length(vectors: np.ndarray) -> None:
    assert vectors.shape == (len(TEXTS), 384)
    assert vectors.dtype == np.float32
    assert np.isfinite(vectors).all()
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_the_order_is_that_of_the_texts(vectors: np.ndarray, embedder: SentenceEmbedder) -> None:
    alone = np.concatenate([embedder.encode([text]) for text in TEXTS])
    assert (np.einsum("nd,nd->n", vectors, alone) > 0.995).all()
    kinds = vectors[[0, 2, 3, 6]]
    assert (np.argmax(kinds @ alone[[0, 2, 3, 6]].T, axis=1) == np.arange(4)).all()


def test_nothing_to_encode_is_no_vector(embedder: SentenceEmbedder) -> None:
    assert embedder.encode([]).shape == (0, 384)


def test_the_same_text_has_the_same_vector(embedder: SentenceEmbedder) -> None:
    assert (embedder.encode([TEXTS[0]]) == embedder.encode([TEXTS[0]])).all()


def test_vectors_are_those_of_the_plain_model(vectors: np.ndarray, embedder: SentenceEmbedder) -> None:
    from sentence_transformers import SentenceTransformer

    full = SentenceTransformer(str(embedder._folder), device="cpu", local_files_only=True)
    full.max_seq_length = 256
    reference = full.encode(TEXTS, normalize_embeddings=True, show_progress_bar=False)
    assert (np.einsum("nd,nd->n", vectors, np.asarray(reference)) > 0.999).all()


def test_what_means_the_same_is_near(embedder: SentenceEmbedder) -> None:
    ferry, same, other = embedder.encode(
        ["The ferry was cancelled.", "No boats are sailing today.", "Bread is baked in an oven."]
    )
    assert ferry @ same > ferry @ other + 0.1


@pytest.mark.parametrize("text", ["The 𝒞ity cheered 🎉.", "naïve cafe\u0301", "한국어", "a\0b", ""])
def test_tokens_lie_within_their_text(text: str, embedder: SentenceEmbedder) -> None:
    offsets = embedder.tokens.offsets(text)
    assert offsets == sorted(offsets)
    assert all(0 <= start < end <= len(text) for start, end in offsets)
