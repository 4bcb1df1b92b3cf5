"""One `quoth eval` from start to end: adds the articles, asks the questions and cleans up."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from index.readers.registry import count_sources, read_sources
from qa.assistant import Assistant, open_assistant
from qa.cli import console, progress
from qa.cli.options import assistant_for
from qa.errors import EvaluationInvalid
from qa.evaluation.calibration import CalibrationTarget, calibrate
from qa.evaluation.execution.evaluate import evaluate
from qa.evaluation.execution.runner import EvaluationTarget
from qa.evaluation.execution.workspace import journal_path, remove_temporary_files, temporary_home
from qa.evaluation.questions import EvalQuestion
from qa.evaluation.results import EvalRun, Row
from qa.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluationPlan:
    """The `questions` of a `file`, or a sample of them, to ask about `articles` or else the `collection`."""

    file: Path
    questions: tuple[EvalQuestion, ...]
    articles: Path | None
    collection: str
    retrieval_only: bool
    resume: bool
    calibrate: bool
    settings: Settings

    @property
    def variant(self) -> str:
        """The options that make rows of two runs incomparable, besides the files."""
        model = "" if self.retrieval_only else self.settings.model
        return f"{model} {self.settings.evidence_tokens} {self.collection} {self.calibrate}"


def run_plan(plan: EvaluationPlan) -> EvalRun:
    """Runs the evaluation. A KeyboardInterrupt names the saved questions and how to continue."""
    home = plan.settings.home
    folder = temporary_home(home, plan.articles) if plan.articles else home
    journal = journal_path(folder, plan.file, plan.variant)
    done = 0
    try:
        with _open_target(plan, folder) as assistant, progress.question_bar(len(plan.questions)) as advance:

            def finished(row: Row) -> None:
                nonlocal done
                done += 1
                advance()

            run = _evaluate(plan, assistant, journal, finished)
    except KeyboardInterrupt:
        saved = f"{done} of {console.count_of(len(plan.questions), 'question')} are saved"
        raise KeyboardInterrupt(f"{saved}; continue with --resume") from None
    remove_temporary_files(folder, journal)
    return run


@contextmanager
def _open_target(plan: EvaluationPlan, folder: Path) -> Iterator[EvaluationTarget]:
    """The assistant or server, with its models loaded so that the first question is not slower."""
    if not plan.articles:
        opened = assistant_for(folder)
    else:
        opened = open_assistant(plan.settings.model_copy(update={"home": folder}))
    with opened as assistant:
        if isinstance(assistant, Assistant):
            if plan.articles:
                _add(assistant, plan.articles)
            if not plan.retrieval_only:
                with progress.spinner() as show_step:
                    show_step("loading")
                    assistant.warm_up()
        yield assistant


def _add(assistant: Assistant, articles: Path) -> None:
    with progress.bar(lambda: count_sources([articles])) as advance:
        for outcome in assistant.add(read_sources([articles])):
            advance()
            if reason := getattr(outcome, "reason", ""):
                console.message(f"skipped {getattr(outcome, 'source', '')}: {reason}")


def _evaluate(
    plan: EvaluationPlan, assistant: EvaluationTarget, journal: Path, advance: Callable[[Row], None]
) -> EvalRun:
    def ask() -> EvalRun:
        return evaluate(
            assistant,
            plan.questions,
            collection=plan.collection,
            retrieval_only=plan.retrieval_only,
            journal=journal,
            resume=plan.resume,
            advance=advance,
        )

    if not plan.calibrate:
        return ask()
    if not isinstance(assistant, CalibrationTarget):
        raise EvaluationInvalid("a running server cannot be calibrated; stop it and try again")
    return calibrate(assistant, ask, plan.collection)
