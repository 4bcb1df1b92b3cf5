"""Whether what the articles do not say is declined, and nothing else.

With a declined question as the positive case: precision = TP / (TP + FP), recall = TP / (TP + FN),
F1 = 2TP / (2TP + FP + FN) (van Rijsbergen 1979), where TP are unanswerable questions declined, FP
answerable ones declined, FN unanswerable ones answered.
"""

from __future__ import annotations

from typing import Any

from qa.evaluation.metrics.metric import Metric, Scores
from qa.evaluation.results import Row


def wrongly_declined(row: Row) -> float | None:
    """Eligible: answerable questions that were asked without an error."""
    return float(row.declined) if row.question.answerable and row.answer else None


def _precision(row: Row) -> float | None:
    """Eligible: declined questions."""
    return float(not row.question.answerable) if row.declined else None


def _recall(row: Row) -> float | None:
    """Eligible: unanswerable questions."""
    return None if row.question.answerable else float(row.declined)


def _hit(row: Row) -> float | None:
    """1 for each TP, 0 for each FP and FN, nothing for what was rightly answered."""
    return float(row.declined and not row.question.answerable) if row.declined or _recall(row) == 0 else None


def f1_of_hits(hits: Scores) -> Any:
    """F1 where the scores are 1 for TP, 0 for FP and FN: 2j / (1 + j) with j = TP / (TP + FP + FN)."""
    share = hits.mean(axis=-1)
    return 2 * share / (1 + share)


METRICS = (
    Metric(
        name="wrongly_declined",
        about="answerable questions declined",
        score=wrongly_declined,
        lower_is_better=True,
    ),
    Metric(name="declining_precision", about="declined ones that are unanswerable", score=_precision),
    Metric(name="declining_recall", about="unanswerable ones that are declined", score=_recall),
    Metric(
        name="declining_f1", about="the two together", score=_hit, summary=f1_of_hits, key="declining_hit"
    ),
)
