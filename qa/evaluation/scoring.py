"""Rows into scores, and scores into metrics with their intervals."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from qa.evaluation.bootstrap import interval
from qa.evaluation.metrics import abstention, answers, citations, cost, retrieval
from qa.evaluation.metrics.answers import outcome
from qa.evaluation.metrics.metric import Metric, Scores
from qa.evaluation.results import Estimate, Row

#: What can be measured before a model is asked.
BEFORE_MODEL: tuple[Metric, ...] = (*retrieval.METRICS, *cost.EVIDENCE)
FAMILIES: dict[str, tuple[Metric, ...]] = {
    "search": retrieval.METRICS,
    "answers": answers.METRICS,
    "citations": citations.METRICS,
    "declining": abstention.METRICS,
    "cost": cost.METRICS,
}
ALL = tuple(metric for family in FAMILIES.values() for metric in family)
METRICS = {metric.name: metric for metric in ALL}


def scored(row: Row, *, retrieval_only: bool = False) -> Row:
    """The row with its outcome and the scores it is eligible for."""
    metrics = {metric.score_key: metric for metric in (BEFORE_MODEL if retrieval_only else ALL)}
    scores = {key: metric.score(row) for key, metric in metrics.items()}
    return row.model_copy(
        update={
            "outcome": outcome(row),
            "scores": {key: score for key, score in scores.items() if score is not None},
        }
    )


def estimates(rows: Sequence[Row]) -> dict[str, Estimate]:
    """Each metric that at least one row is eligible for, with its interval, in the order of `ALL`."""
    found = {}
    for metric in ALL:
        scores = of(metric, rows)
        if scores.size:
            low, high = interval(scores, metric.summary)
            value = float(metric.summary(scores))
            found[metric.name] = Estimate(value=value, low=low, high=high, count=scores.size)
    return found


def of(metric: Metric, rows: Iterable[Row]) -> Scores:
    """The scores of the eligible rows."""
    key = metric.score_key
    return np.array([row.scores[key] for row in rows if key in row.scores], dtype=np.float64)


def grouped(rows: Sequence[Row]) -> dict[str, list[Row]]:
    """The parts that are looked at by themselves: both halves, each kind, with and without history.

    A part that would be all of the rows, or none, is left out; the halves are always there.
    """
    groups: dict[str, list[Row]] = {f"half {half}": [r for r in rows if r.half == half] for half in "ab"}
    for kind in sorted({row.question.kind for row in rows} - {""}):
        groups[f"kind {kind}"] = [row for row in rows if row.question.kind == kind]
    for name, wanted in (("with history", True), ("without history", False)):
        groups[name] = [row for row in rows if bool(row.question.history) == wanted]
    return {
        name: part for name, part in groups.items() if name.startswith("half ") or 0 < len(part) < len(rows)
    }
