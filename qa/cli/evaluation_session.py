"""One `quoth eval` from its plan to the whole run: articles added, questions asked, nothing left behind."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from index.readers.registry import count_sources, read_sources
from qa.assistant import Assistant, open_assistant
from qa.cli import console, progress
from qa.cli.options import assistant_of
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
    """What is to be asked of what: the `questions`, which are all of `file` or a sample, of the given
    `articles` or else of the collection.
    """

    file: Path
    questions: tuple[EvalQuestion, ...]
    articles: Path | None
    collection: str
    retrieval_only: bool
    resume: bool
    calibrate: bool
    settings: Settings

    @property
    def way(self) -> str:
        """What makes rows of two runs different ones, besides the files."""
        model = "" if self.retrieval_only else self.settings.model
        return f"{model} {self.settings.evidence_tokens} {self.collection} {self.calibrate}"


def carried_out(plan: EvaluationPlan) -> EvalRun:
    """The whole run. A KeyboardInterrupt says what is kept and how to go on."""
    home = plan.settings.home
    place = temporary_home(home, plan.articles) if plan.articles else home
    journal = journal_path(place, plan.file, plan.way)
    done = 0
    try:
        with _opened(plan, place) as assistant, progress.asking(len(plan.questions)) as advance:

            def finished(row: Row) -> None:
                nonlocal done
                done += 1
                advance()

            run = _asked(plan, assistant, journal, finished)
    except KeyboardInterrupt:
        kept = f"{done} of {console.many(len(plan.questions), 'question')} are kept"
        raise KeyboardInterrupt(f"{kept}; the same with --resume goes on") from None
    remove_temporary_files(place, journal)
    return run


@contextmanager
def _opened(plan: EvaluationPlan, place: Path) -> Iterator[EvaluationTarget]:
    """Who is asked, with the models loaded, so that the first question is as fast as the others."""
    if not plan.articles:
        opened = assistant_of(place)
    else:
        opened = open_assistant(plan.settings.model_copy(update={"home": place}))
    with opened as assistant:
        if isinstance(assistant, Assistant):
            if plan.articles:
                _add(assistant, plan.articles)
            if not plan.retrieval_only:
                with progress.waiting() as say:
                    say("loading")
                    assistant.warm_up()
        yield assistant


def _add(assistant: Assistant, articles: Path) -> None:
    with progress.adding(lambda: count_sources([articles])) as advance:
        for outcome in assistant.add(read_sources([articles])):
            advance()
            if reason := getattr(outcome, "reason", ""):
                console.message(f"skipped {getattr(outcome, 'source', '')}: {reason}")


def _asked(
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
        raise EvaluationInvalid("a running server keeps its thresholds; stop it, and calibrate again")
    return calibrate(assistant, ask, plan.collection)
