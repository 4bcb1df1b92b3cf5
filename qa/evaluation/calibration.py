"""Fits the confidence thresholds below which a question is declined, and measures their effect.

The fit maximises Youden's index (Youden, "Index for rating diagnostic tests", 1950): the share of right
answers that pass minus the share of wrong answers that pass. It does not depend on how many answers are
right, so a weak model is not calibrated to decline everything. The risk-coverage curve is that of selective
prediction (El-Yaniv & Wiener 2010). Thresholds are fitted on half "a" of the questions and measured on half
"b".

The rows must come from a run without thresholds: the effect of a threshold is known only from the answers
that it would have hidden. Such a run shows the first possible answer to each question. With thresholds,
another one can take its place if it is not proven, so they may decline less than is measured here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Protocol, runtime_checkable

from qa.evaluation.execution.evaluate import build_run
from qa.evaluation.results import Calibration, CurvePoint, EvalRun, Row
from qa.evaluation.scoring import estimate_metrics, score_row
from qa.schemas import DECLINED, Thresholds

NO_THRESHOLDS = Thresholds(search=0, answer=0, proof=0)


@runtime_checkable
class CalibrationTarget(Protocol):
    """Answers by thresholds of its own for each collection, as `Assistant` does."""

    def thresholds(self, collection: str = "default") -> Thresholds:
        """Returns the thresholds of the collection."""

    def set_thresholds(self, thresholds: Thresholds, *, collection: str = "default") -> None:
        """Stores the thresholds of the collection, for this and later processes."""

    def trying(self, thresholds: Thresholds, *, collection: str = "default") -> AbstractContextManager[None]:
        """Answers by these thresholds within the block, and stores nothing."""


def calibrate(
    assistant: CalibrationTarget, ask: Callable[[], EvalRun], collection: str = "default"
) -> EvalRun:
    """Runs `ask` without thresholds, then fits and stores them for the collection. If that fails, or the
    process dies, the old ones stay. Returns the run as it would be with the new thresholds.
    """
    with assistant.trying(NO_THRESHOLDS, collection=collection):
        run = ask()
    calibration = fit_calibration(run.rows, assistant.thresholds(collection))
    assistant.set_thresholds(calibration.new, collection=collection)
    rows = [apply_thresholds(row, calibration.new) for row in run.rows]
    return build_run(rows, collection=collection, began=run.began).model_copy(
        update={"calibration": calibration}
    )


def fit_calibration(rows: Sequence[Row], old: Thresholds) -> Calibration:
    """Fits thresholds on half "a" and measures old and new ones on half "b"."""
    fitted_on = [row for row in rows if row.half == "a"]
    new = fit_thresholds(fitted_on, old)
    held_out = [row for row in rows if row.half == "b"]
    return Calibration(
        old=old,
        new=new,
        curves={
            gate: risk_coverage_curve(fitted_on, gate)
            for gate in ("search", "answer", "proof")
            if _has_confidence(fitted_on, gate)
        },
        before=estimate_metrics([apply_thresholds(row, old) for row in held_out]),
        after=estimate_metrics([apply_thresholds(row, new) for row in held_out]),
    )


def fit_thresholds(rows: Sequence[Row], old: Thresholds) -> Thresholds:
    """Fits the gates after the model first, the proof before the answer: the lowest threshold with the
    greatest Youden's index. Then fits the gate before the model: the highest threshold that does not lower
    the index, because declining there saves the model's time. A gate without confidences keeps its old
    threshold.
    """
    fitted = NO_THRESHOLDS
    for gate in ("proof", "answer"):
        if _has_confidence(rows, gate):
            fitted = max(
                (fitted.model_copy(update={gate: least}) for least in _candidate_thresholds(rows, gate)),
                key=lambda one: (youden_index(rows, one), -getattr(one, gate)),
            )
    if _has_confidence(rows, "search"):
        without_search = youden_index(rows, fitted)
        fitted = max(
            (
                one
                for least in _candidate_thresholds(rows, "search")
                if youden_index(rows, one := fitted.model_copy(update={"search": least})) >= without_search
            ),
            key=lambda one: one.search,
        )
    unknown = [gate for gate in Thresholds.model_fields if not _has_confidence(rows, gate)]
    return fitted.model_copy(update={gate: getattr(old, gate) for gate in unknown})


def youden_index(rows: Sequence[Row], thresholds: Thresholds) -> float:
    """Returns the share of right answers that pass minus the share of wrong ones that pass, -1 to 1. The
    share of an empty set is 0.
    """
    shares = []
    for right in (True, False):
        judged = [row for row in rows if row.answered and _is_right(row) == right]
        passed = sum(not _is_declined(row, thresholds) for row in judged)
        shares.append(passed / len(judged) if judged else 0.0)
    return shares[0] - shares[1]


def risk_coverage_curve(rows: Sequence[Row], gate: str) -> tuple[CurvePoint, ...]:
    """Returns a point for each threshold that changes something, in order of falling coverage."""
    points = []
    for least in _candidate_thresholds(rows, gate):
        answered = [row for row in rows if row.answered and row.confidences.get(gate, 1.0) >= least]
        wrong = sum(not _is_right(row) for row in answered)
        if answered:
            coverage = len(answered) / len(rows)
            points.append(CurvePoint(threshold=least, coverage=coverage, risk=wrong / len(answered)))
    return tuple(points)


def apply_thresholds(row: Row, thresholds: Thresholds) -> Row:
    """Returns the row as it would be with these thresholds, scored again."""
    if row.answer is None or not (row.answered and _is_declined(row, thresholds)):
        return score_row(row)
    declined = row.answer.model_copy(
        update={
            "status": "declined",
            "text": DECLINED,
            "sentences": (),
            "citations": (),
            "conflicts": (),
            "short_answer": "",
        }
    )
    return score_row(row.model_copy(update={"answer": declined, "contexts": ()}))


def _is_declined(row: Row, thresholds: Thresholds) -> bool:
    return any(confidence < getattr(thresholds, gate) for gate, confidence in row.confidences.items())


def _is_right(row: Row) -> bool:
    """An answer that cannot be judged counts as right if the question is answerable."""
    return row.question.answerable and row.outcome in ("right", "unjudged")


def _has_confidence(rows: Sequence[Row], gate: str) -> bool:
    return any(gate in row.confidences for row in rows)


def _candidate_thresholds(rows: Sequence[Row], gate: str) -> list[float]:
    """Returns 0 and every confidence: a threshold between two of them acts like the next higher one."""
    return sorted({0.0} | {row.confidences[gate] for row in rows if gate in row.confidences})
