"""The kinds of question, told apart by a logistic regression over word n-grams and the embedder's vector.

Its training questions are `kinds.jsonl`; `make fit-kinds` writes its weights to `kinds.npz`.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import NamedTuple

from index.embedding.embedder import Vectors
from index.embedding.text_classifier import TextClassifier
from index.text.normalization import WORD, stem
from qa.schemas import KINDS, Kind

# The kinds that are drafted, and not composed of what articles it is about.
DRAFTED: frozenset[Kind] = frozenset({"fact", "why", "yes-no", "parts"})
# The share of the questions of such a kind that a word of its form has.
COMMON_SHARE = 0.05
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


def guess_kind(question: str, vector: Vectors | None, kind: Kind | None = None) -> KindGuess:
    """The kind of the question; `vector` is its own by the embedder of the weights, or None. If the `kind` is
    known, only its detail is guessed.
    """
    by_label = TextClassifier.load(WEIGHTS).probabilities(question, vector)
    if kind:
        of_kind = {label: p for label, p in by_label.items() if label.partition("/")[0] == kind}
        return replace(guess_of(of_kind), probability=1.0)
    return guess_of(by_label)


def guess_of(by_label: Mapping[str, float]) -> KindGuess:
    """The likeliest kind and detail, of the probabilities by label. First it is decided whether the question
    is drafted or composed: kinds of summaries and portraits that share a question are still no facts.
    """
    by_kind: Counter[str] = Counter()
    for label, probability in by_label.items():
        by_kind[label.partition("/")[0]] += probability  # type: ignore[assignment]
    drafted = sum(by_kind[kind] for kind in DRAFTED)
    is_drafted = 2 * drafted >= sum(by_kind.values())
    kind = max((one for one in KINDS if (one in DRAFTED) == is_drafted), key=lambda kind: by_kind[kind])
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
    if kind in DRAFTED:
        # Any verb can be what such a question is about, so only what many of them have is form.
        counts = Counter(stem_ for one in own for stem_ in {stem(word) for word in WORD.findall(one.text)})
        return frozenset(stem_ for stem_, count in counts.items() if count >= COMMON_SHARE * len(own))
    marked = [one for one in own if one.about]
    forms: set[str] = set()
    # Kinds such as talk are about nothing.
    for text, _, about in marked or own:
        for part in about:
            text = re.sub(re.escape(part), " ", text, flags=re.IGNORECASE)
        forms |= {stem(word) for word in WORD.findall(text)}
    return frozenset(forms)
