"""Fits the classifier of orders, and prints how well it does: `make fit-orders`.

Training sentences and weights are beside `orders.py` in `qa/guardrails/`. Given an `articles.jsonl` of
ordinary articles, nothing is fitted: it prints how many of their sentences and titles are taken for orders.
"""

from __future__ import annotations

import json
import random
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from index.embedding.embedder import Vectors
from index.embedding.text_classifier import TextClassifier
from qa.guardrails import orders
from qa.guardrails.prompt_injection import MIN_CONTINUED, MIN_ORDER, screen_sentences, screen_title
from tests.benchmarks.fitting.text_classifier import Example, cross_validate, fit

# Nearly all sentences are none: they count as so many labels.
COMMON = ("other", 3.0)
# So many random articles, with so many sentences of each, are measured.
ARTICLES, SENTENCES = 500, 4


def main() -> None:
    """Fits, measures and stores the classifier."""
    rows = [json.loads(line) for line in orders.TRAINING.read_text("utf-8").splitlines()]
    examples = [Example(orders.form_of(row["text"]), row["label"]) for row in rows]
    guesses = cross_validate(examples, None, _fit)
    for name, threshold in (("order", MIN_ORDER), ("continued", MIN_CONTINUED)):
        for label, what in (("order", "found"), ("other", "false alarms")):
            own = [given[orders.ORDER] >= threshold for example, given in guesses if example.label == label]
            sys.stdout.write(f"{name}, cross-validation: {sum(own)} of {len(own)} {what}\n")
    _fit(examples, None).save(orders.WEIGHTS)


def measure(file: Path) -> None:
    """Prints the false alarms over random sentences of ordinary articles."""
    choice = random.Random(0)
    lines = file.read_text("utf-8").splitlines()
    articles = [json.loads(line) for line in choice.sample(lines, min(ARTICLES, len(lines)))]
    began, count, chosen = time.perf_counter(), 0, []
    for article in articles:
        screened = [one for one in screen_sentences(article["text"], "") if one.text]
        count += len(screened)
        chosen += choice.sample(screened, min(SENTENCES, len(screened)))
    spent = time.perf_counter() - began
    alarms = [one.text for one in chosen if not one.trusted]
    titles = [one["title"] for one in articles if one.get("title") and not screen_title(one["title"])]
    sys.stdout.write("".join(f"  {text[:150]}\n" for text in (*alarms, *titles)))
    sys.stdout.write(f"{len(alarms)} of {len(chosen)} sentences, {len(titles)} of {len(articles)} titles\n")
    sys.stdout.write(f"{1e6 * spent / count:.0f} microseconds a sentence\n")


def _fit(some: Sequence[Example], vectors: Vectors | None) -> TextClassifier:
    return fit(some, vectors, "", COMMON)


if __name__ == "__main__":
    if sys.argv[1:]:
        measure(Path(sys.argv[1]))
    else:
        main()
