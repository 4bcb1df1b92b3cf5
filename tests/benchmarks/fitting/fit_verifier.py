"""Fits the coefficients of `qa.verification.verifiers.proof` to labelled answers: `make fit-verifier`.

`proof_labels.jsonl` has claims that Quoth drafted or showed, the places of their quotes (article and offsets,
no texts), the marks of two independent readers ("do the quotes prove the claim?", "does the claim answer the
question?"), the label that was settled on, the log-odds of the default model as verifier without and with its
adapter, and the rarity of the rarest name or number, and of the rarest other word, of the question that is
not near the quotes. Questions of half "a" are fitted; because the adapter was trained on them too, their
log-odds are those of two other adapters, each trained without the claims that it judges. Prints how far the
readers agree (Cohen's kappa; Cohen, "A coefficient of agreement for nominal scales", 1960), how well the
judges separate, and what each threshold would show; exits with 1 if the code differs.
"""

from __future__ import annotations

import json
import math
import sys
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table
from scipy.optimize import minimize

from index.schemas import Missing
from qa.verification.verifiers.proof import PROOF, TUNED_PROOF, ProofCoefficients
from tests.benchmarks.fitting.fit_confidence import auc

LABELS = Path(__file__).with_name("proof_labels.jsonl")
DIGITS = 2
THRESHOLDS = (0.0, 0.2, 0.25, 0.3, 0.35, 0.4, 0.5, 0.6)
# Keeps coefficients of few rows small.
RIDGE = 0.1

Floats = NDArray[np.float64]


class LabelledClaim(NamedTuple):
    """`readers` are the two readers' verdicts, `proven` the settled one: proven, and an answer. `log_odds`
    are a judge's; None where it was not asked.
    """

    set: str
    half: str
    readers: tuple[bool, bool]
    proven: bool
    log_odds: float | None
    missing: Missing

    def probability(self, coefficients: ProofCoefficients) -> float:
        return coefficients.probability(1 / (1 + math.exp(-(self.log_odds or 0.0))), self.missing)


class Judge(NamedTuple):
    """A judge: the name of its coefficients and of its log-odds in the file."""

    name: str
    field: str
    coefficients: ProofCoefficients


JUDGES = (Judge("PROOF", "log_odds", PROOF), Judge("TUNED_PROOF", "tuned_log_odds", TUNED_PROOF))


def read_labels(field: str, file: Path = LABELS) -> list[LabelledClaim]:
    """The labelled claims with the log-odds of this field."""
    rows = map(json.loads, file.read_text("utf-8").splitlines())
    return [
        LabelledClaim(
            row["set"],
            row["half"],
            (all(row["readers"][0]), all(row["readers"][1])),
            row["proven"],
            row[field],
            Missing(row["missing_name"], row["missing_word"]),
        )
        for row in rows
    ]


def fit(rows: list[LabelledClaim], judge: Judge) -> ProofCoefficients:
    """The logistic regression of the labels over half "a", with the judge's own thresholds."""
    own = judged(rows, "a")
    x = np.array([[1.0, row.log_odds or 0.0, *row.missing] for row in own])
    y = np.array([float(row.proven) for row in own])

    def loss(w: Floats) -> float:
        z = x @ w
        return float((np.logaddexp(0, z) - y * z).sum() + RIDGE * (w[1:] ** 2).sum())

    found = minimize(loss, np.zeros(4), method="L-BFGS-B")
    intercept, log_odds, name, word = (round(float(value), DIGITS) for value in found.x)
    return judge.coefficients._replace(intercept=intercept, log_odds=log_odds, name=name, word=word)


def judged(rows: list[LabelledClaim], half: str) -> list[LabelledClaim]:
    return [row for row in rows if row.half == half and row.log_odds is not None]


def kappa(rows: list[LabelledClaim]) -> float:
    """The agreement of the two readers beyond chance, at most 1."""
    first, second = (np.array([row.readers[reader] for row in rows]) for reader in (0, 1))
    agreed = (first == second).mean()
    chance = first.mean() * second.mean() + (1 - first.mean()) * (1 - second.mean())
    return float((agreed - chance) / (1 - chance))


def separation(rows: list[LabelledClaim], coefficients: ProofCoefficients) -> Table:
    table = Table("set", "half", "claims", "proven", "kappa of the readers", "judged", "AUC")
    for name in [*dict.fromkeys(row.set for row in rows), "all"]:
        for half in ("a", "b"):
            own = [row for row in rows if row.half == half and name in (row.set, "all")]
            if own:
                some = judged(own, half)
                scores = np.array([row.probability(coefficients) for row in some])
                proven = np.array([float(row.proven) for row in some])
                table.add_row(
                    *(name, half, str(len(own)), f"{np.mean([row.proven for row in own]):.3f}"),
                    *(f"{kappa(own):.3f}", str(len(some)), f"{auc(scores, proven):.3f}"),
                )
    return table


def curve(rows: list[LabelledClaim], coefficients: ProofCoefficients) -> Table:
    """For each threshold the share of proven claims that are shown, and of shown claims that are proven."""
    table = Table("threshold", "half", "proven claims shown", "shown claims proven")
    for threshold in THRESHOLDS:
        for half in ("a", "b"):
            own = judged(rows, half)
            if not own:
                continue
            shown = [row for row in own if row.probability(coefficients) >= threshold]
            proven = sum(row.proven for row in shown)
            kept = proven / max(sum(row.proven for row in own), 1)
            table.add_row(f"{threshold}", half, f"{kept:.3f}", f"{proven / max(len(shown), 1):.3f}")
    return table


def main() -> int:
    console, differ = Console(), False
    for judge in JUDGES:
        rows = read_labels(judge.field)
        found = fit(rows, judge)
        console.print(separation(rows, found), curve(rows, found), f"{judge.name} = {found}", sep="\n")
        if found != judge.coefficients:
            console.print(f"qa/verification/verifiers/proof.py has {judge.coefficients}; put these there")
            differ = True
    return int(differ)


if __name__ == "__main__":
    sys.exit(main())
