"""`quoth eval`. Its modules are imported when it runs, so that the command line starts quickly."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from qa.cli import console
from qa.cli.options import Collection, Home, settings_for

if TYPE_CHECKING:
    from qa.evaluation import EvalRun
    from qa.settings import Settings

_EXISTING = {"exists": True, "readable": True}
QuestionFile = Annotated[
    Path, typer.Argument(metavar="QUESTIONS.jsonl", dir_okay=False, show_default=False, **_EXISTING)
]


def evaluate(
    questions: QuestionFile,
    articles: Annotated[
        Path | None,
        typer.Option(help="Articles to ask (file or folder), instead of a collection.", **_EXISTING),
    ] = None,
    collection: Collection = "default",
    sample: Annotated[int | None, typer.Option(min=1, help="Number of questions, chosen at random.")] = None,
    seed: Annotated[int, typer.Option(help="Seed of the random sample.")] = 0,
    json_file: Annotated[
        Path | None, typer.Option("--json", metavar="OUT.json", help="Write rows and metrics to this file.")
    ] = None,
    report: Annotated[
        Path | None, typer.Option(metavar="OUT.html", help="Write a page with plots and all questions.")
    ] = None,
    baseline: Annotated[
        Path | None, typer.Option(metavar="OLD.json", help="Compare with the --json file of an earlier run.")
    ] = None,
    fail_under: Annotated[
        str,
        typer.Option(metavar="NAME=X,...", help="Exit 1 below these: accuracy=0.7,quotes_exact=1"),
    ] = "",
    retrieval_only: Annotated[
        bool, typer.Option("--retrieval-only", help="Measure only search and evidence, without the model.")
    ] = False,
    resume: Annotated[bool, typer.Option("--resume", help="Continue an interrupted run.")] = False,
    calibrate: Annotated[
        bool, typer.Option("--calibrate", help="Fit the decline thresholds and save them.")
    ] = False,
    home: Home = None,
) -> None:
    """Measure search, answers, citations, declining and speed on test questions."""
    from qa.cli.evaluation_session import EvaluationPlan, run_plan
    from qa.cli.formatters import evaluation
    from qa.evaluation.comparison import compare_runs, read_run
    from qa.evaluation.quality_gate import parse_thresholds
    from qa.evaluation.questions import read_questions
    from qa.evaluation.questions import sample as sample_questions

    # What is invalid is reported now, not after an hour of questions.
    if articles and (calibrate or collection != "default"):
        raise typer.BadParameter("--articles uses its own collection; omit the other option")
    if calibrate and retrieval_only:
        raise typer.BadParameter("--calibrate needs answers; omit --retrieval-only")
    _check_folders(json_file, report)
    wanted = parse_thresholds(fail_under)
    earlier = read_run(baseline) if baseline else None
    asked = read_questions(questions)
    settings = settings_for(home)

    run = run_plan(
        EvaluationPlan(
            file=questions,
            questions=sample_questions(asked, sample, seed) if sample else asked,
            articles=articles,
            collection=collection,
            retrieval_only=retrieval_only,
            resume=resume,
            calibrate=calibrate,
            settings=settings,
        )
    )
    if earlier:
        run = run.model_copy(update={"comparison": compare_runs(earlier, run)})
    _save(run, settings, json_file, report)
    evaluation.show_run(run)
    _exit_below(run, wanted)


def _check_folders(*files: Path | None) -> None:
    for file in filter(None, files):
        if not file.absolute().parent.is_dir():
            raise typer.BadParameter(f"there is no folder {file.parent}; create it first")


def _save(run: EvalRun, settings: Settings, json_file: Path | None, report: Path | None) -> None:
    """Saves the report for the window's Quality view, and in the files that were named."""
    from qa.evaluation.report.storage import render_report
    from qa.web.state.state import open_state

    page, rows = render_report(run)
    with open_state(settings) as state:
        state.reports.save(page, rows, collection=run.collection)
    if json_file:
        json_file.write_text(rows, "utf-8", errors="surrogatepass")
    if report:
        report.write_text(page, "utf-8", errors="replace")


def _exit_below(run: EvalRun, wanted: dict[str, float]) -> None:
    from qa.evaluation.quality_gate import failures

    if missed := failures(run, wanted):
        for sentence in missed:
            console.message(sentence)
        raise typer.Exit(1)
