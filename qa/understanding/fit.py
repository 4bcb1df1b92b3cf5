"""Fits the classifier of `kinds`: `python -m qa.understanding.fit [QUESTIONS.jsonl]`, or `make fit-kinds`.

Writes `kinds.npz` and prints the accuracy and the confusion matrix, by five-fold cross-validation and on
the questions of the given file.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from scipy.optimize import minimize

from index.embedding.embedder import Vectors
from qa.llm.embedders import open_embedder
from qa.settings import read_settings
from qa.understanding.kinds import (
    KINDS,
    WEIGHTS,
    Floats,
    KindClassifier,
    TrainingQuestion,
    features,
    training_questions,
    word_grams,
)

PENALTY = 3e-4  # L2
MAX_ITERATIONS = 120
FOLDS = 5
# An n-gram of one question says nothing about others.
MIN_GRAM_QUESTIONS = 2


def fit(questions: Sequence[TrainingQuestion], vectors: Vectors, embedder: str) -> KindClassifier:
    """The regression with the least loss, each label counting the same; `vectors`: (len(questions), d)."""
    counts = Counter(gram for text, _ in questions for gram in word_grams(text))
    grams = sorted(gram for gram, count in counts.items() if count >= MIN_GRAM_QUESTIONS)
    columns = {gram: column for column, gram in enumerate(grams)}
    labels = sorted({label for _, label in questions})
    expected = np.array([labels.index(label) for _, label in questions])
    texts = [text for text, _ in questions]
    weights = {
        "both": _minimized(features(texts, columns, vectors), expected, len(labels)),
        "grams": _minimized(features(texts, columns, None), expected, len(labels)),
    }
    return KindClassifier(labels, grams, weights, embedder)


def _minimized(rows: Floats, expected: np.ndarray, labels: int) -> Floats:
    count, width = rows.shape
    weight = (count / labels / np.bincount(expected, minlength=labels))[expected][:, None]
    target = np.eye(labels)[expected]

    def loss(flat: np.ndarray) -> tuple[float, np.ndarray]:
        matrix = flat.reshape(width, labels)
        scores = rows @ matrix
        scores -= scores.max(axis=1, keepdims=True)
        probability = np.exp(scores)
        probability /= probability.sum(axis=1, keepdims=True)
        wrong = -(weight * target * np.log(probability + 1e-12)).sum() / count
        gradient = rows.T @ ((probability - target) * weight) / count + PENALTY * matrix
        return wrong + PENALTY / 2 * (matrix**2).sum(), gradient.ravel()

    found = minimize(
        loss, np.zeros(width * labels), jac=True, method="L-BFGS-B", options={"maxiter": MAX_ITERATIONS}
    )
    return np.asarray(found.x.reshape(width, labels), dtype=np.float32)


def main(arguments: Sequence[str]) -> None:
    """Fits, measures and stores the classifier."""
    embedder = open_embedder(read_settings())
    questions = training_questions()
    vectors = embedder.encode([text for text, _ in questions])
    order = np.random.default_rng(0).permutation(len(questions))
    guesses: list[tuple[str, str]] = []
    for fold in range(FOLDS):
        left, used = order[fold::FOLDS], [at for nth, at in enumerate(order) if nth % FOLDS != fold]
        classifier = fit([questions[at] for at in used], vectors[used], embedder.name)
        guesses += [_guess(classifier, questions[at], vectors[at]) for at in left]
    report("cross-validation", guesses)
    classifier = fit(questions, vectors, embedder.name)
    classifier.save(WEIGHTS)
    for file in arguments:
        rows = [json.loads(line) for line in Path(file).read_text("utf-8").splitlines()]
        held_out = [TrainingQuestion(row["question"], row["kind"]) for row in rows]
        found = embedder.encode([text for text, _ in held_out])
        report(
            file, [_guess(classifier, one, vector) for one, vector in zip(held_out, found, strict=True)]
        )


def _guess(classifier: KindClassifier, question: TrainingQuestion, vector: Vectors) -> tuple[str, str]:
    return question.label.partition("/")[0], classifier.guess(question.text, vector).kind


def report(name: str, guesses: Sequence[tuple[str, str]]) -> None:
    """Prints the confusion matrix: a row for each kind, a column for each guess."""
    counts = Counter(guesses)
    right = sum(counts[kind, kind] for kind in KINDS) / len(guesses)
    lines = [f"{name}: {right:.3f} of {len(guesses)}", " " * 12 + " ".join(f"{kind[:5]:>5}" for kind in KINDS)]
    lines += [
        f"{kind:<12}" + " ".join(f"{counts[kind, other] or '·':>5}" for other in KINDS) for kind in KINDS
    ]
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
