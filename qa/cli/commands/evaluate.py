"""`quoth eval`, the command. What it needs is imported when it runs: a start must be quick."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from qa.cli import console
from qa.cli.options import Collection, Home, settings_of

_EXISTING = {"exists": True, "readable": True}
QuestionFile = Annotated[
    Path, typer.Argument(metavar="QUESTIONS.jsonl", dir_okay=False, show_default=False, **_EXISTING)
]


def evaluate(
    questions: QuestionFile,
    articles: Annotated[
        Path | None, typer.Option(help="Ask these articles (file or folder) and no collection.", **_EXISTING)
    ] = None,
    collection: Collection = "default",
    sample: Annotated[int | None, typer.Option(min=1, help="Only so many, chosen at random.")] = None,
    seed: Annotated[int, typer.Option(help="Which random sample.")] = 0,
    json_file: Annotated[
        Path | None, typer.Option("--json", metavar="OUT.json", help="Write rows and metrics.")
    ] = None,
    report: Annotated[
        Path | None, typer.Option(metavar="OUT.html", help="Write a page with plots and every question.")
    ] = None,
    baseline: Annotated[
        Path | None, typer.Option(metavar="OLD.json", help="Compare with an earlier --json.")
    ] = None,
    fail_under: Annotated[
        str, typer.Option(metavar="NAME=X,...", help="Exit 1 below: accuracy=0.7,quotes_exact=1")
    ] = "",
    retrieval_only: Annotated[
        bool, typer.Option("--retrieval-only", help="Search and evidence alone; no model is asked.")
    ] = False,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with an interrupted run.")] = False,
    calibrate: Annotated[
        bool, typer.Option("--calibrate", help="Fit when to decline, and keep that for the collection.")
    ] = False,
    home: Home = None,
) -> None:
    """Measure answers to test questions: found, right, cited, declined, and how fast."""
    from qa.cli.evaluation_session import EvaluationPlan, carried_out
    from qa.cli.formatters import evaluation
    from qa.evaluation import quality_gate
    from qa.evaluation.comparison import compare_runs, read_run
    from qa.evaluation.questions import read_questions
    from qa.evaluation.questions import sample as sample_questions
    from qa.evaluation.report.storage import render_report, save_last_report

    if articles and (calibrate or collection != "default"):
        raise typer.BadParameter("--articles makes a collection of its own; leave out the other option")
    if calibrate and retrieval_only:
        raise typer.BadParameter("--calibrate needs answers; leave out --retrieval-only")
    for file in (json_file, report):
        if file and not file.absolute().parent.is_dir():
            raise typer.BadParameter(f"{file.parent} is no folder; make it first")
    # What is wrong is said before an hour of asking, not after it.
    wanted = quality_gate.parse_thresholds(fail_under)
    earlier = read_run(baseline) if baseline else None
    asked = read_questions(questions)
    asked = sample_questions(asked, sample, seed) if sample else asked
    settings = settings_of(home)

    run = carried_out(
        EvaluationPlan(
            file=questions,
            questions=asked,
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
    page, rows = render_report(run)
    save_last_report(settings.home, page, rows)
    if json_file:
        json_file.write_text(rows, "utf-8", errors="surrogatepass")
    if report:
        report.write_text(page, "utf-8", errors="replace")
    evaluation.show(run)
    if missed := quality_gate.failures(run, wanted):
        for sentence in missed:
            console.message(sentence)
        raise typer.Exit(1)
