"""Runs an evaluation: asks the questions, scores the answers, aggregates the scores."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from qa.evaluation.execution.journal import Journal, unanswered
from qa.evaluation.execution.runner import EvaluationTarget, run_questions
from qa.evaluation.questions import EvalQuestion
from qa.evaluation.results import EvalRun, Row
from qa.evaluation.scoring import estimate_metrics, group_rows, score_row


def evaluate(
    assistant: EvaluationTarget,
    questions: Sequence[EvalQuestion],
    *,
    collection: str = "default",
    retrieval_only: bool = False,
    journal: Path | None = None,
    resume: bool = False,
    advance: Callable[[Row], None] = lambda row: None,
) -> EvalRun:
    """Asks every question and measures the answers.

    Writes each finished row to `journal` at once; with `resume` the questions whose rows are there are not
    asked again. Calls `advance` with each finished row; a failed question is a row with its error. Raises
    ArchiveEmpty if there is nothing to search, EvaluationInvalid if the journal cannot be read.
    """
    began = datetime.now(UTC)
    # Fail early if there are no articles, and load the embedder before the first measured question.
    assistant.search("ready", k=1, collection=collection)
    log = Journal(journal) if journal else None
    done: dict[str, Row] = {}
    if log and resume:
        done = log.read()
    elif log:
        log.clear()
    remaining = unanswered(tuple(questions), done)
    for id_ in {question.id for question in questions} - {question.id for question in remaining}:
        advance(done[id_])
    for row in run_questions(assistant, remaining, collection=collection, retrieval_only=retrieval_only):
        if log:
            log.append(row)
        done[row.question.id] = row
        advance(row)
    finished = [score_row(done[question.id], retrieval_only=retrieval_only) for question in questions]
    return build_run(finished, collection=collection, retrieval_only=retrieval_only, began=began)


def build_run(
    rows: Sequence[Row], *, collection: str, began: datetime, retrieval_only: bool = False
) -> EvalRun:
    """Builds the run of scored rows."""
    models = [row.answer.model for row in rows if row.answer]
    return EvalRun(
        quoth=version("quoth"),
        model=models[0] if models else "",
        collection=collection,
        began=began,
        retrieval_only=retrieval_only,
        rows=tuple(rows),
        metrics=estimate_metrics(rows),
        groups={name: estimate_metrics(group) for name, group in group_rows(rows).items()},
        memory_mb=max((row.memory_mb for row in rows), default=0.0),
    )
