"""Questions into a whole run: asked, scored, summed up."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from qa.evaluation.execution.journal import Journal, still_open
from qa.evaluation.execution.runner import EvaluationTarget, rows
from qa.evaluation.questions import EvalQuestion
from qa.evaluation.results import EvalRun, Row
from qa.evaluation.scoring import estimates, grouped, scored


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
    """Asks every question and says how good the answers are.

    Each finished row is written to `journal` at once; with `resume` the rows that are there already
    are not asked again. `advance` is called with each row that is done. Raises ArchiveEmpty where
    there is nothing to search, EvaluationInvalid where the journal cannot be read; a question that
    fails is a row.
    """
    began = datetime.now(UTC)
    # An archive without articles would fail every question alike; and the first search loads a model.
    assistant.search("ready", k=1, collection=collection)
    kept = Journal(journal) if journal else None
    done: dict[str, Row] = {}
    if kept and resume:
        done = kept.done()
    elif kept:
        kept.begin()
    unasked = still_open(tuple(questions), done)
    for answered in {one.id for one in questions} - {one.id for one in unasked}:
        advance(done[answered])
    for row in rows(assistant, unasked, collection=collection, retrieval_only=retrieval_only):
        if kept:
            kept.add(row)
        done[row.question.id] = row
        advance(row)
    finished = [scored(done[one.id], retrieval_only=retrieval_only) for one in questions]
    return summed(finished, collection=collection, retrieval_only=retrieval_only, began=began)


def summed(
    finished: Sequence[Row], *, collection: str, began: datetime, retrieval_only: bool = False
) -> EvalRun:
    """The run that scored rows make."""
    models = [row.answer.model for row in finished if row.answer]
    return EvalRun(
        quoth=version("quoth"),
        model=models[0] if models else "",
        collection=collection,
        began=began,
        retrieval_only=retrieval_only,
        rows=tuple(finished),
        metrics=estimates(finished),
        groups={name: estimates(part) for name, part in grouped(finished).items()},
        memory_mb=max((row.memory_mb for row in finished), default=0.0),
    )
