"""Fits the coefficients of `qa.pipeline.drafting.confidence` to measured features: `make fit-confidence`.

`confidence.csv` has the features of questions about news, an encyclopedia (CLAP NQ) and the articles of
seeds/, and whether the articles answer each; `confidence_features` measured them. Half "a" is fitted. Prints
the coefficients and how well they separate the questions; exits with 1 if the code differs.
"""

from __future__ import annotations

import csv
import math
import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table
from scipy.optimize import minimize

from qa.pipeline.drafting.confidence import DEFAULT, EXTRACTIVE, GENERATED, Coefficients, Features

CSV = Path(__file__).with_name("confidence.csv")
# The archives that are fitted for answer two questions of three.
ANSWERABLE = 2 / 3
# Keeps coefficients of features that say nearly the same from growing against each other.
RIDGE = 1e-3
DIGITS = 2

Floats = NDArray[np.float64]
Rows = list[tuple[str, str, Features, bool]]


def read_features(file: Path = CSV) -> Rows:
    """(set, half, features, whether the articles answer) of each question."""
    with file.open(newline="") as lines:
        return [
            (
                line["set"],
                line["half"],
                Features(**{name: float(line[name]) for name in Features._fields}),
                line["answerable"] == "1",
            )
            for line in csv.DictReader(lines)
        ]


def fit(rows: Rows, *, with_refusal: bool) -> Coefficients:
    """The logistic regression over the rows of half "a", rounded to DIGITS."""
    own = [(features, answerable) for _, half, features, answerable in rows if half == "a"]
    x = np.array([[1.0, *features.terms()] for features, _ in own])
    if not with_refusal:
        x[:, 1 + Features._fields.index("refusal")] = 0.0
    y = np.array([answerable for _, answerable in own], dtype=float)
    weight = np.where(y > 0, ANSWERABLE / y.sum(), (1 - ANSWERABLE) / (1 - y).sum())

    def loss(w: Floats) -> float:
        z = x @ w
        return float((weight * (np.logaddexp(0, z) - y * z)).sum() + RIDGE * (w[1:] ** 2).sum())

    found = minimize(loss, np.zeros(x.shape[1]), method="L-BFGS-B", options={"ftol": 1e-12, "gtol": 1e-8})
    return Coefficients(*(round(float(value), DIGITS) + 0.0 for value in found.x))


def auc(scores: Floats, answerable: Floats) -> float:
    """The probability that an answerable question scores above an unanswerable one (Mann & Whitney 1947)."""
    ours, theirs = scores[answerable > 0], scores[answerable == 0]
    if not len(ours) or not len(theirs):
        return math.nan
    wins = (ours[:, None] > theirs[None, :]).mean() + 0.5 * (ours[:, None] == theirs[None, :]).mean()
    return float(wins)


def report(rows: Rows, coefficients: Coefficients, title: str) -> Table:
    table = Table(
        "set", "half", "questions", "AUC", "declined of answerable", "declined of unanswerable", title=title
    )
    for name in [*dict.fromkeys(row[0] for row in rows), "all"]:
        for half in ("a", "b"):
            own = [row for row in rows if row[1] == half and name in (row[0], "all")]
            if not own:
                continue
            scores = np.array([coefficients.probability(features) for _, _, features, _ in own])
            answerable = np.array([float(row[3]) for row in own])
            low = scores < DEFAULT.answer
            table.add_row(
                name,
                half,
                str(len(own)),
                f"{auc(scores, answerable):.3f}",
                f"{low[answerable > 0].mean():.3f}",
                f"{low[answerable == 0].mean():.3f}",
            )
    return table


def main() -> int:
    console, rows, same = Console(), read_features(), True
    for name, known in (("GENERATED", GENERATED), ("EXTRACTIVE", EXTRACTIVE)):
        found = fit(rows, with_refusal=name == "GENERATED")
        console.print(report(rows, found, f"{name} = {found}"))
        if found != known:
            same = False
            console.print(f"qa/pipeline/drafting/confidence.py has {known}; put the fitted ones there")
    return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main())
