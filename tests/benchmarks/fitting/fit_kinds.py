"""Fits the classifiers of questions and of names, and prints how well they do: `make fit-kinds`.

Training texts and weights are beside `kinds.py` in `qa/pipeline/understanding/` and `names.py` in
`qa/pipeline/composition/evidence/`.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import get_args

from index.embedding.embedder import Embedder, Vectors
from index.embedding.text_classifier import TextClassifier
from qa.llm.embedders import open_embedder
from qa.pipeline.composition.evidence import names
from qa.pipeline.understanding import kinds
from qa.settings import read_settings
from tests.benchmarks.fitting.text_classifier import Example, confusion, cross_validate, fit

HELD_OUT = Path(__file__).with_name("kinds_held_out.jsonl")
# Facts are what people ask for most: they count as so many labels.
COMMON = ("fact", 2.0)


def main() -> None:
    """Fits, measures and stores both classifiers."""
    embedder = open_embedder(read_settings())
    classifier = _fit_kinds(embedder)
    classifier.save(kinds.WEIGHTS)
    _fit_names(embedder).save(names.WEIGHTS)


def _fit_kinds(embedder: Embedder) -> TextClassifier:
    examples = [Example(one.text, one.label) for one in kinds.training_questions()]
    vectors = embedder.encode([text for text, _ in examples])

    def fit_some(some: Sequence[Example], of_them: Vectors | None) -> TextClassifier:
        return fit(some, of_them, embedder.name, COMMON)

    guesses = [
        (example.label.partition("/")[0], kinds.guess_of(probabilities).kind)
        for example, probabilities in cross_validate(examples, vectors, fit_some)
    ]
    sys.stdout.write(confusion("kinds, cross-validation", guesses, kinds.KINDS))
    classifier = fit_some(examples, vectors)
    held_out = [json.loads(line) for line in HELD_OUT.read_text("utf-8").splitlines()]
    found = embedder.encode([row["question"] for row in held_out])
    probabilities = [
        classifier.probabilities(row["question"], vector) for row, vector in zip(held_out, found, strict=True)
    ]
    guesses = [
        (row["kind"], kinds.guess_of(each).kind) for row, each in zip(held_out, probabilities, strict=True)
    ]
    sys.stdout.write(confusion("kinds, held out", guesses, kinds.KINDS))
    return classifier


def _fit_names(embedder: Embedder) -> TextClassifier:
    rows = [json.loads(line) for line in names.WEIGHTS.with_suffix(".jsonl").read_text("utf-8").splitlines()]
    examples = []
    for row in rows:
        at = re.search(rf"(?<!\w){re.escape(row['name'])}(?!\w)", row["context"])
        assert at, row
        examples.append(Example(names.masked(row["context"], *at.span()), row["kind"]))
    vectors = embedder.encode([row["name"] for row in rows])

    def fit_some(some: Sequence[Example], of_them: Vectors | None) -> TextClassifier:
        return fit(some, of_them, embedder.name)

    guesses = [
        (example.label, max(given, key=lambda label: given[label]))
        for example, given in cross_validate(examples, vectors, fit_some)
    ]
    sys.stdout.write(confusion("names, cross-validation", guesses, get_args(names.NameKind)))
    return fit_some(examples, vectors)


if __name__ == "__main__":
    main()
