"""A run against an earlier one: what changed, and whether by more than chance."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from pydantic import ValidationError

from qa.errors import EvaluationInvalid
from qa.evaluation.bootstrap import p_value, paired_interval
from qa.evaluation.results import Comparison, EvalRun, MetricChange, OutcomeChange, Row
from qa.evaluation.scoring import ALL, scored


def read_run(file: Path) -> EvalRun:
    """A run that was saved with `--json`. Raises EvaluationInvalid."""
    try:
        return EvalRun.model_validate_json(file.read_bytes())
    except OSError as error:
        raise EvaluationInvalid(f"{file} cannot be read: {error.strerror}") from None
    except ValidationError as error:
        where = ".".join(map(str, error.errors()[0]["loc"])) or "it"
        raise EvaluationInvalid(
            f"{file} is not a run of this version ({where}: {error.errors()[0]['msg']}); "
            "make it again with `quoth eval … --json`"
        ) from None


def compared(baseline: EvalRun, run: EvalRun) -> Comparison:
    """The changes over the questions that both runs asked in the same words.

    The baseline's answers are scored anew, so that both are measured alike.
    """
    earlier = {row.question.id: row for row in baseline.rows}
    pairs = [
        (scored(earlier[row.question.id], retrieval_only=baseline.retrieval_only), row)
        for row in run.rows
        if row.question.id in earlier and earlier[row.question.id].question.question == row.question.question
    ]
    return Comparison(changes=_changes(pairs), turned=tuple(_turned(pairs)))


def _changes(pairs: Sequence[tuple[Row, Row]]) -> dict[str, MetricChange]:
    found = {}
    for metric in ALL:
        key = metric.score_key
        both = [
            (old.scores[key], new.scores[key])
            for old, new in pairs
            if key in old.scores and key in new.scores
        ]
        if not both:
            continue
        before, after = np.array(both, dtype=np.float64).T
        low, high = paired_interval(before, after, metric.summary)
        found[metric.name] = MetricChange(
            before=float(metric.summary(before)),
            after=float(metric.summary(after)),
            low=low,
            high=high,
            p=p_value(before, after, metric.summary),
            count=len(both),
        )
    return found


def _turned(pairs: Sequence[tuple[Row, Row]]) -> list[OutcomeChange]:
    return [
        OutcomeChange(
            id=new.question.id, question=new.question.question, before=old.outcome, after=new.outcome
        )
        for old, new in pairs
        if old.outcome != new.outcome
    ]
