"""Fits a small text classifier and measures it, by five-fold cross-validation and on held-out texts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from scipy.optimize import minimize
from scipy.sparse import csr_matrix

from index.embedding.embedder import Vectors
from index.embedding.text_classifier import Floats, TextClassifier, features, word_grams

PENALTY = 3e-4  # L2
MAX_ITERATIONS = 120
FOLDS = 5
# An n-gram of one text says nothing about others.
MIN_GRAM_TEXTS = 2


class Example(NamedTuple):
    """A training text with its label."""

    text: str
    label: str


def fit(
    examples: Sequence[Example], vectors: Vectors | None, embedder: str, common: tuple[str, float] = ("", 1.0)
) -> TextClassifier:
    """The regression with the least loss, each label counting the same, but the `common` one so many
    times as much. `vectors`: (len(examples), dimension), or None for n-grams alone.
    """
    counts = Counter(gram for text, _ in examples for gram in word_grams(text))
    grams = sorted(gram for gram, count in counts.items() if count >= MIN_GRAM_TEXTS)
    columns = {gram: column for column, gram in enumerate(grams)}
    labels = sorted({label for _, label in examples})
    expected = np.array([labels.index(label) for _, label in examples])
    weight = (len(examples) / len(labels) / np.bincount(expected))[expected]
    weight *= np.array([common[1] if label == common[0] else 1.0 for _, label in examples])
    texts = [text for text, _ in examples]
    weights = {"grams": _minimized(features(texts, columns, None), expected, weight)}
    if vectors is not None:
        weights["both"] = _minimized(features(texts, columns, vectors), expected, weight)
    return TextClassifier(labels, grams, weights, embedder)


def _minimized(dense: Floats, expected: np.ndarray, weight: np.ndarray) -> Floats:
    rows = csr_matrix(dense)  # a text has few of all n-grams
    count, width = dense.shape
    labels = int(expected.max()) + 1
    target = np.eye(labels)[expected]

    def loss(flat: np.ndarray) -> tuple[float, np.ndarray]:
        matrix = flat.reshape(width, labels)
        scores = rows @ matrix
        scores -= scores.max(axis=1, keepdims=True)
        probability = np.exp(scores)
        probability /= probability.sum(axis=1, keepdims=True)
        wrong = -(weight[:, None] * target * np.log(probability + 1e-12)).sum() / count
        gradient = rows.T @ ((probability - target) * weight[:, None]) / count + PENALTY * matrix
        return wrong + PENALTY / 2 * (matrix**2).sum(), gradient.ravel()

    found = minimize(
        loss, np.zeros(width * labels), jac=True, method="L-BFGS-B", options={"maxiter": MAX_ITERATIONS}
    )
    return np.asarray(found.x.reshape(width, labels), dtype=np.float32)


def cross_validate(
    examples: Sequence[Example],
    vectors: Vectors | None,
    fit_some: Callable[[Sequence[Example], Vectors | None], TextClassifier],
) -> list[tuple[Example, dict[str, float]]]:
    """Each example with the probabilities that a classifier of the other folds gives it."""
    order = np.random.default_rng(0).permutation(len(examples))
    guesses = []
    for fold in range(FOLDS):
        left, used = order[fold::FOLDS], [at for nth, at in enumerate(order) if nth % FOLDS != fold]
        classifier = fit_some([examples[at] for at in used], None if vectors is None else vectors[used])
        for at in left:
            vector = None if vectors is None else vectors[at]
            guesses.append((examples[at], classifier.probabilities(examples[at].text, vector)))
    return guesses


def confusion(name: str, guesses: Sequence[tuple[str, str]], labels: Sequence[str]) -> str:
    """The accuracy and the confusion matrix: a row for each label, a column for each guess."""
    counts = Counter(guesses)
    right = sum(counts[label, label] for label in labels) / len(guesses)
    lines = [f"{name}: {right:.3f} of {len(guesses)}", " " * 12 + " ".join(f"{one[:5]:>5}" for one in labels)]
    lines += [
        f"{label:<12}" + " ".join(f"{counts[label, other] or '·':>5}" for other in labels) for label in labels
    ]
    return "\n".join(lines) + "\n"
