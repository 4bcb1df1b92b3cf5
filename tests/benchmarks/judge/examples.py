"""What the judge's adapter is trained on: hypotheses with the label that readers, or their making, gave them.

- `invented.jsonl`: 930 quotes and claims by three writers who had not seen the code, and 58 changed numbers.
- `passages.jsonl`: places in articles of the data folder, of questions of half "a": answers and distractors
  of a question under a sentence that has them (the news read by a person), evidence and other sentences.
- `../fitting/proof_labels.jsonl`, half "a": drafts of the product, labelled by two readers.
- `../checking/labels.jsonl`, half "a": sentences to check, labelled by two readers.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, Literal, NamedTuple

from qa.verification.verifiers.verifier import Hypothesis
from tests.benchmarks.checking.bench import LABELS as CHECK_LABELS
from tests.benchmarks.fitting.fit_verifier import LABELS as PROOF_LABELS

HERE = Path(__file__).parent
INVENTED, PASSAGES = HERE / "invented.jsonl", HERE / "passages.jsonl"
CHECKED = {"proven": "yes", "contradicted": "false", "unproven": "no"}
# What the longest quote and claim have in the product's prompt.
MAX_CHARACTERS = 1_200

# "not" is either no or false.
Label = Literal["yes", "no", "false", "not"]


class Example(NamedTuple):
    """A hypothesis, what the judge is to say of it, and its group: examples of a question stay together."""

    hypothesis: Hypothesis
    label: Label
    group: str


def read_examples(data: Path) -> list[Example]:
    """All examples. `data` has a folder with `articles.jsonl` and `questions.jsonl` for each set."""
    return [*_invented(), *_passages(data), *_drafts(data), *_checked(data)]


def _invented() -> Iterator[Example]:
    for row in _rows(INVENTED):
        yield Example(
            hypothesis=Hypothesis(
                claim=row["claim"],
                quote=row["quote"],
                question=row.get("question", ""),
                day=row.get("day", ""),
                quoted_on=row.get("quoted_on", ""),
            ),
            label=row["label"],
            group=row["quote"],
        )


def _passages(data: Path) -> Iterator[Example]:
    for row in _rows(PASSAGES):
        question = _by_id(data / row["set"] / "questions.jsonl")[row["id"]]
        articles = _by_id(data / row["set"] / "articles.jsonl")
        [(kind, where)] = row["claim"].items()
        claim = _cut(articles, where) if kind == "span" else question[f"{kind}s"][where].rstrip(".")
        yield _example(articles, question, claim, row["quotes"], row["label"])


def _drafts(data: Path) -> Iterator[Example]:
    for row in _rows(PROOF_LABELS):
        folder = data / row["set"]
        if row["half"] == "a" and folder.is_dir():
            question = _by_id(folder / "questions.jsonl")[row["id"]]
            label: Label = "yes" if row["proven"] else "not"
            yield _example(_by_id(folder / "articles.jsonl"), question, row["claim"], row["quotes"], label)


def _checked(data: Path) -> Iterator[Example]:
    for row in _rows(CHECK_LABELS):
        file = data / f"{row['collection']}-dev" / "articles.jsonl"
        if row["half"] == "a" and file.is_file():
            article = _by_id(file)[row["article"]]
            quote = _joined(article["text"][row["start"] : row["end"]])
            hypothesis = Hypothesis(claim=row["text"], quote=quote, quoted_on=_day(article))
            yield Example(hypothesis, CHECKED[row["label"]], row["id"])  # type: ignore[arg-type]


def _example(
    articles: dict[str, Any], question: dict[str, Any], claim: str, quotes: list[Any], label: Label
) -> Example:
    hypothesis = Hypothesis(
        claim=_joined(claim),
        quote=" … ".join(_joined(_cut(articles, quote)) for quote in quotes),
        question=_joined(question["question"]),
        day=question.get("date") or "",
        quoted_on=_day(articles[quotes[0][0]]),
    )
    return Example(hypothesis, label, question["id"])


def _cut(articles: dict[str, Any], place: list[Any]) -> str:
    article, start, end = place
    return str(articles[article]["text"][start:end])


def _day(article: dict[str, Any]) -> str:
    return (article.get("date") or "")[:10]


def _joined(text: str) -> str:
    return " ".join(text.split())[:MAX_CHARACTERS]


def _rows(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()]


@cache
def _by_id(file: Path) -> dict[str, Any]:
    return {row["id"]: row for row in _rows(file)}
