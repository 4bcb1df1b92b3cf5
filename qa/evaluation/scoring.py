"""Scores rows, and aggregates scores into metrics with confidence intervals."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from qa.evaluation.bootstrap import bootstrap_interval
from qa.evaluation.metrics import abstention, answers, citations, cost, retrieval
from qa.evaluation.metrics.answers import outcome
from qa.evaluation.metrics.metric import Metric, Scores
from qa.evaluation.results import Estimate, Row

# Metrics that need no answer.
RETRIEVAL_ONLY_METRICS: tuple[Metric, ...] = (*retrieval.METRICS, *cost.EVIDENCE)
FAMILIES: dict[str, tuple[Metric, ...]] = {
    "search": retrieval.METRICS,
    "answers": answers.METRICS,
    "citations": citations.METRICS,
    "declining": abstention.METRICS,
    "cost": cost.METRICS,
}
ALL = tuple(metric for family in FAMILIES.values() for metric in family)
METRICS = {metric.name: metric for metric in ALL}


def score_row(row: Row, *, retrieval_only: bool = False) -> Row:
    """Returns the row with its outcome and the scores it is eligible for."""
    metrics = {metric.score_key: metric for metric in (RETRIEVAL_ONLY_METRICS if retrieval_only else ALL)}
    scores = {key: metric.score(row) for key, metric in metrics.items()}
    return row.model_copy(
        update={
            "outcome": outcome(row),
            "scores": {key: score for key, score in scores.items() if score is not None},
        }
    )


def estimate_metrics(rows: Sequence[Row]) -> dict[str, Estimate]:
    """Returns each metric with at least one eligible row, in the order of `ALL`."""
    estimates = {}
    for metric in ALL:
        scores = scores_of(metric, rows)
        if scores.size:
            low, high = bootstrap_interval(scores, metric.summary)
            value = float(metric.summary(scores))
            estimates[metric.name] = Estimate(value=value, low=low, high=high, count=scores.size)
    return estimates


def scores_of(metric: Metric, rows: Iterable[Row]) -> Scores:
    """Returns the scores of the eligible rows."""
    key = metric.score_key
    return np.array([row.scores[key] for row in rows if key in row.scores], dtype=np.float64)


def group_rows(rows: Sequence[Row]) -> dict[str, list[Row]]:
    """Groups the rows by half, by kind, and by whether they have a history.

    A group of all rows or of none is left out, except the halves.
    """
    groups: dict[str, list[Row]] = {f"half {half}": [r for r in rows if r.half == half] for half in "ab"}
    for kind in sorted({row.question.kind for row in rows} - {""}):
        groups[f"kind {kind}"] = [row for row in rows if row.question.kind == kind]
    for name, wanted in (("with history", True), ("without history", False)):
        groups[name] = [row for row in rows if bool(row.question.history) == wanted]
    return {
        name: group
        for name, group in groups.items()
        if name.startswith("half ") or 0 < len(group) < len(rows)
    }
