"""The kinds of question, told apart by a logistic regression over word n-grams and the embedder's vector.

Its training questions are `kinds.jsonl`; `make fit-kinds` writes its weights to `kinds.npz`.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal, NamedTuple, get_args

import numpy as np
from numpy.typing import NDArray

from index.embedding.embedder import Vectors
from index.text.normalization import WORD, stem

Kind = Literal[
    "fact",
    "why",
    "yes-no",
    "parts",
    "list",
    "compare",
    "timeline",
    "summary",
    "overview",
    "catalogue",
    "quotation",
    "calculation",
    "profile",
    "chat",
    "previous",
]
KINDS: tuple[Kind, ...] = get_args(Kind)
TRAINING, WEIGHTS = Path(__file__).with_name("kinds.jsonl"), Path(__file__).with_name("kinds.npz")
# The n-grams have up to this many words; "^" and "$" are the question's begin and end.
LONGEST_GRAM = 3
# The scale of both groups of features; a vector has length 1, as has the vector of n-grams.
SCALE = 3.0
# A word that so many training questions of a kind share belongs to the form of the question.
FORM_QUESTIONS = 4

Floats = NDArray[np.float32]
_TOKEN = re.compile(r"\w+(?:['’]\w+)*")


class TrainingQuestion(NamedTuple):
    """A question with its label: `kind` or `kind/detail`."""

    text: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KindGuess:
    """The likeliest kind of a question with its probability, 0 to 1, and the likeliest detail of that kind,
    such as "article" of a summary; empty if the kind has none.
    """

    kind: Kind
    detail: str
    probability: float


class KindClassifier:
    """Tells the kind of a question."""

    def __init__(
        self, labels: Sequence[str], grams: Sequence[str], weights: Mapping[str, Floats], embedder: str
    ) -> None:
        """`weights` has "both", shape (dimension + len(grams) + 1, len(labels)), for questions with their
        vector by `embedder`, and "grams", shape (len(grams) + 1, len(labels)), for those without.
        """
        self.labels = tuple(labels)
        self.embedder = embedder
        self._columns = {gram: column for column, gram in enumerate(grams)}
        self._weights = weights

    @classmethod
    @cache
    def load(cls) -> KindClassifier:
        """The fitted classifier."""
        with np.load(WEIGHTS) as stored:
            weights = {name: stored[name].astype(np.float32) for name in ("both", "grams")}
            return cls(
                stored["labels"].tolist(), stored["columns"].tolist(), weights, str(stored["embedder"])
            )

    def save(self, file: Path) -> None:
        """Stores the weights in half precision."""
        halves = {name: weights.astype(np.float16) for name, weights in self._weights.items()}
        np.savez_compressed(
            file,
            labels=np.array(self.labels),
            columns=np.array(list(self._columns)),
            embedder=np.array(self.embedder),
            **halves,
        )

    def guess(self, question: str, vector: Vectors | None) -> KindGuess:
        """The kind of the question; `vector` is its own by the embedder of the weights, or None."""
        row = features([question], self._columns, None if vector is None else vector[None, :])
        scores = (row @ self._weights["grams" if vector is None else "both"])[0]
        exponentials = np.exp(scores - scores.max())
        by_label = dict(zip(self.labels, exponentials / exponentials.sum(), strict=True))
        by_kind: Counter[str] = Counter()
        for label, probability in by_label.items():
            by_kind[label.partition("/")[0]] += probability
        kind = max(KINDS, key=lambda kind: by_kind[kind])
        details = {label.partition("/")[2]: p for label, p in by_label.items() if label.startswith(kind)}
        return KindGuess(
            kind=kind, detail=max(details, key=lambda one: details[one]), probability=float(by_kind[kind])
        )


def features(questions: Sequence[str], columns: Mapping[str, int], vectors: Vectors | None) -> Floats:
    """The rows of the regression: the vectors if given, the n-grams that have a column, and 1."""
    grams = np.zeros((len(questions), len(columns)), dtype=np.float32)
    for row, question in zip(grams, questions, strict=True):
        known = [columns[gram] for gram in word_grams(question) if gram in columns]
        row[known] = SCALE / max(len(known), 1) ** 0.5
    ones = np.ones((len(questions), 1), dtype=np.float32)
    return np.hstack([*([] if vectors is None else [SCALE * vectors]), grams, ones])


def word_grams(question: str) -> set[str]:
    """The n-grams of the question's words in lower case, with its begin and end."""
    words = ["^", *(word.lower() for word in _TOKEN.findall(question)), "$"]
    return {
        " ".join(words[at : at + length])
        for length in range(1, LONGEST_GRAM + 1)
        for at in range(len(words) - length + 1)
    } - {"^", "$"}


@cache
def training_questions() -> tuple[TrainingQuestion, ...]:
    """The questions of `kinds.jsonl`."""
    rows = map(json.loads, TRAINING.read_text("utf-8").splitlines())
    return tuple(
        TrainingQuestion(row["question"], "/".join(filter(None, (row["kind"], row.get("detail")))))
        for row in rows
    )


@cache
def form_words(kind: Kind) -> frozenset[str]:
    """The stems that make a question one of this kind, whatever it is about: those that many of its
    training questions share.
    """
    counts = Counter(
        word
        for text, label in training_questions()
        if label.partition("/")[0] == kind
        for word in set(map(stem, WORD.findall(text)))
    )
    return frozenset(word for word, count in counts.items() if count >= FORM_QUESTIONS)
