"""The kinds of question, told apart by a logistic regression over word n-grams and the embedder's vector.

Its training questions are `kinds.jsonl`; `make fit-kinds` writes its weights to `kinds.npz`.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal, NamedTuple, get_args

from index.embedding.embedder import Vectors
from index.embedding.text_classifier import TextClassifier
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
# The kinds that are drafted, and not composed of what articles it is about.
DRAFTED: frozenset[Kind] = frozenset({"fact", "why", "yes-no", "parts"})
TRAINING, WEIGHTS = Path(__file__).with_name("kinds.jsonl"), Path(__file__).with_name("kinds.npz")


class TrainingQuestion(NamedTuple):
    """A question with its label: `kind` or `kind/detail`. `about` are the parts of it that say what it is
    about; where there are none, it has not been marked.
    """

    text: str
    label: str
    about: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class KindGuess:
    """The likeliest kind of a question with its probability, 0 to 1, and the likeliest detail of that kind,
    such as "article" of a summary; empty if the kind has none.
    """

    kind: Kind
    detail: str
    probability: float


def guess_kind(question: str, vector: Vectors | None) -> KindGuess:
    """The kind of the question; `vector` is its own by the embedder of the weights, or None."""
    by_label = TextClassifier.load(WEIGHTS).probabilities(question, vector)
    return guess_of(by_label)


def guess_of(by_label: Mapping[str, float]) -> KindGuess:
    """The likeliest kind and detail, of the probabilities by label."""
    by_kind: Counter[str] = Counter()
    for label, probability in by_label.items():
        by_kind[label.partition("/")[0]] += probability  # type: ignore[assignment]
    kind = max(KINDS, key=lambda kind: by_kind[kind])
    details = {label.partition("/")[2]: p for label, p in by_label.items() if label.partition("/")[0] == kind}
    detail = max(details, key=lambda one: details[one])
    return KindGuess(kind=kind, detail=detail, probability=float(by_kind[kind]))


@cache
def training_questions() -> tuple[TrainingQuestion, ...]:
    """The questions of `kinds.jsonl`."""
    rows = map(json.loads, TRAINING.read_text("utf-8").splitlines())
    return tuple(
        TrainingQuestion(
            row["question"],
            "/".join(filter(None, (row["kind"], row.get("detail")))),
            tuple(row.get("about", ())),
        )
        for row in rows
    )


@cache
def form_words(kind: Kind) -> frozenset[str]:
    """The stems that make a question one of this kind, whatever it is about: those of its training questions
    that stand outside of what these are about.
    """
    own = [one for one in training_questions() if one.label.partition("/")[0] == kind]
    marked = [one for one in own if one.about]
    forms: set[str] = set()
    # Kinds such as talk are about nothing.
    for text, _, about in marked or own:
        for part in about:
            text = re.sub(re.escape(part), " ", text, flags=re.IGNORECASE)
        forms |= {stem(word) for word in WORD.findall(text)}
    return frozenset(forms)
