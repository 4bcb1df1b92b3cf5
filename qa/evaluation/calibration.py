"""Fits the thresholds below which a question is declined, and says what they are worth.

What is fitted is Youden's index (Youden, "Index for rating diagnostic tests", 1950): the share of right
answers that are let through less the share of wrong ones. It does not depend on how many of the answers are
right, so that a weak model is not told to decline everything. The curve of risk over coverage is that of
selective prediction (El-Yaniv & Wiener 2010). Fitted on half "a" of the questions, told of half "b".

The rows must come from a run in which no gate declined: what a threshold would decline is seen from the
answer it would have hidden.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol, runtime_checkable

from qa.evaluation.execution.evaluate import summed
from qa.evaluation.results import Calibration, CurvePoint, EvalRun, Row
from qa.evaluation.scoring import estimates, scored
from qa.schemas import DECLINED, Thresholds

OPEN = Thresholds(search=0, answer=0)


@runtime_checkable
class CalibrationTarget(Protocol):
    """What keeps thresholds: `Assistant` does."""

    def thresholds(self, collection: str = "default") -> Thresholds:
        """Those the collection is asked with."""

    def set_thresholds(self, thresholds: Thresholds, *, collection: str = "default") -> None:
        """From now on, and in later processes, the collection is asked with these."""


def calibrate(
    assistant: CalibrationTarget, ask: Callable[[], EvalRun], collection: str = "default"
) -> EvalRun:
    """Asks with both gates open, fits the thresholds and keeps them for the collection; the old ones
    stay where that fails. The run that is given is as it would be with the new ones.
    """
    keep = assistant.thresholds(collection)
    assistant.set_thresholds(OPEN, collection=collection)
    try:
        run = ask()
        fit = calibrated(run.rows, keep)
        keep = fit.new
    finally:
        assistant.set_thresholds(keep, collection=collection)
    rows = [gated(row, fit.new) for row in run.rows]
    return summed(rows, collection=collection, began=run.began).model_copy(update={"calibration": fit})


def calibrated(rows: Sequence[Row], old: Thresholds) -> Calibration:
    """The thresholds that fit half "a" best, where the old ones stay for a gate without confidences."""
    fitted_on = [row for row in rows if row.half == "a"]
    new = fitted(fitted_on, old)
    rest = [row for row in rows if row.half == "b"]
    return Calibration(
        old=old,
        new=new,
        curves={gate: curve(fitted_on, gate) for gate in ("search", "answer") if _has(fitted_on, gate)},
        before=estimates([gated(row, old) for row in rest]),
        after=estimates([gated(row, new) for row in rest]),
    )


def fitted(rows: Sequence[Row], old: Thresholds) -> Thresholds:
    """First the gate after the model: the lowest threshold of the greatest index. Then the one
    before it: the highest that loses nothing, because what it declines costs no time.
    """
    answer, search = old.answer, old.search
    if _has(rows, "answer"):
        answer = max(
            _candidates(rows, "answer"),
            key=lambda least: (youden(rows, OPEN.model_copy(update={"answer": least})), -least),
        )
    if _has(rows, "search"):
        alone = youden(rows, Thresholds(search=0, answer=answer))
        search = max(
            least
            for least in _candidates(rows, "search")
            if youden(rows, Thresholds(search=least, answer=answer)) >= alone
        )
    return Thresholds(search=search, answer=answer)


def youden(rows: Sequence[Row], thresholds: Thresholds) -> float:
    """The share of right answers that pass less the share of wrong ones, -1 to 1; a share of none is 0."""
    shares = []
    for right in (True, False):
        of = [row for row in rows if row.answered and _is_right(row) == right]
        shares.append(sum(not _below(row, thresholds) for row in of) / len(of) if of else 0.0)
    return shares[0] - shares[1]


def curve(rows: Sequence[Row], gate: str) -> tuple[CurvePoint, ...]:
    """A point for each threshold that makes a difference, from answering all to answering least."""
    points = []
    for least in _candidates(rows, gate):
        answered = [row for row in rows if row.answered and row.confidences.get(gate, 1.0) >= least]
        wrong = sum(not _is_right(row) for row in answered)
        if answered:
            coverage = len(answered) / len(rows)
            points.append(CurvePoint(threshold=least, coverage=coverage, risk=wrong / len(answered)))
    return tuple(points)


def gated(row: Row, thresholds: Thresholds) -> Row:
    """The row as it would be with these thresholds, scored anew."""
    if row.answer is None or not (row.answered and _below(row, thresholds)):
        return scored(row)
    declined = row.answer.model_copy(
        update={"status": "declined", "text": DECLINED, "sentences": (), "citations": ()}
    )
    return scored(row.model_copy(update={"answer": declined, "contexts": ()}))


def _below(row: Row, thresholds: Thresholds) -> bool:
    least = {"search": thresholds.search, "answer": thresholds.answer}
    return any(confidence < least[gate] for gate, confidence in row.confidences.items())


def _is_right(row: Row) -> bool:
    """An answer nobody can judge counts as right where the question can be answered."""
    return row.question.answerable and row.outcome in ("right", "unjudged")


def _has(rows: Sequence[Row], gate: str) -> bool:
    return any(gate in row.confidences for row in rows)


def _candidates(rows: Sequence[Row], gate: str) -> list[float]:
    """0, and every confidence that was had: no threshold between two of them differs from the next."""
    return sorted({0.0} | {row.confidences[gate] for row in rows if gate in row.confidences})
