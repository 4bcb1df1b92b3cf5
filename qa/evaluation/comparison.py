"""Compares a run with an earlier one, with the statistical significance of each change."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from pydantic import ValidationError

from qa.errors import EvaluationInvalid
from qa.evaluation.bootstrap import p_value, paired_interval
from qa.evaluation.results import Comparison, EvalRun, MetricChange, OutcomeChange, Row
from qa.evaluation.scoring import ALL, score_row


def read_run(file: Path) -> EvalRun:
    """Reads a run saved by `quoth eval --json`. Raises EvaluationInvalid."""
    try:
        return EvalRun.model_validate_json(file.read_bytes())
    except OSError as error:
        raise EvaluationInvalid(f"{file} cannot be read: {error.strerror}") from None
    except ValidationError as error:
        field = ".".join(map(str, error.errors()[0]["loc"])) or "the file"
        raise EvaluationInvalid(
            f"{file} is not a run of this version ({field}: {error.errors()[0]['msg']}); "
            "create it again with `quoth eval … --json`"
        ) from None


def compare_runs(baseline: EvalRun, run: EvalRun) -> Comparison:
    """Returns the changes over the questions that both runs asked with the same wording.

    The baseline's answers are scored again, so that both runs use the same metrics.
    """
    earlier = {row.question.id: row for row in baseline.rows}
    pairs = [
        (score_row(earlier[row.question.id], retrieval_only=baseline.retrieval_only), row)
        for row in run.rows
        if row.question.id in earlier and earlier[row.question.id].question.question == row.question.question
    ]
    return Comparison(changes=_metric_changes(pairs), turned=tuple(_outcome_changes(pairs)))


def _metric_changes(pairs: Sequence[tuple[Row, Row]]) -> dict[str, MetricChange]:
    changes = {}
    for metric in ALL:
        key = metric.score_key
        paired_scores = [
            (old.scores[key], new.scores[key])
            for old, new in pairs
            if key in old.scores and key in new.scores
        ]
        if not paired_scores:
            continue
        before, after = np.array(paired_scores, dtype=np.float64).T
        low, high = paired_interval(before, after, metric.summary)
        changes[metric.name] = MetricChange(
            before=float(metric.summary(before)),
            after=float(metric.summary(after)),
            low=low,
            high=high,
            p=p_value(before, after, metric.summary),
            count=len(paired_scores),
        )
    return changes


def _outcome_changes(pairs: Sequence[tuple[Row, Row]]) -> list[OutcomeChange]:
    return [
        OutcomeChange(
            id=new.question.id, question=new.question.question, before=old.outcome, after=new.outcome
        )
        for old, new in pairs
        if old.outcome != new.outcome
    ]
