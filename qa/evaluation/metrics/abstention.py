"""Abstention metrics: whether exactly the unanswerable questions are declined.

A declined question is the positive case: precision = TP / (TP + FP), recall = TP / (TP + FN),
F1 = 2TP / (2TP + FP + FN) (van Rijsbergen 1979). TP are unanswerable questions declined, FP answerable ones
declined, FN unanswerable ones answered.
"""

from __future__ import annotations

from typing import Any

from qa.evaluation.metrics.metric import Metric, Scores
from qa.evaluation.results import Row


def wrongly_declined(row: Row) -> float | None:
    """Eligible: answerable questions that did not fail."""
    return float(row.declined) if row.question.answerable and row.answer else None


def _precision(row: Row) -> float | None:
    """Eligible: declined questions."""
    return float(not row.question.answerable) if row.declined else None


def _recall(row: Row) -> float | None:
    """Eligible: unanswerable questions."""
    return None if row.question.answerable else float(row.declined)


def _hit(row: Row) -> float | None:
    """1 for each TP, 0 for each FP and FN, None for a TN."""
    return float(row.declined and not row.question.answerable) if row.declined or _recall(row) == 0 else None


def f1_from_hits(hits: Scores) -> Any:
    """Returns F1 from scores of 1 for TP and 0 for FP and FN: 2j / (1 + j) with j = TP / (TP + FP + FN)."""
    share = hits.mean(axis=-1)
    return 2 * share / (1 + share)


METRICS = (
    Metric(
        name="wrongly_declined",
        about="answerable questions declined",
        score=wrongly_declined,
        lower_is_better=True,
    ),
    Metric(name="declining_precision", about="declined questions that are unanswerable", score=_precision),
    Metric(name="declining_recall", about="unanswerable questions that are declined", score=_recall),
    Metric(
        name="declining_f1",
        about="harmonic mean of the two",
        score=_hit,
        summary=f1_from_hits,
        key="declining_hit",
    ),
)
