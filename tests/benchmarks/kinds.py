"""`make bench-kinds DATA=DIR`: how many of the broad questions in `broad_questions.jsonl` get all that they
demand, by kind and half, with 95 % intervals.

The questions are about the articles of DIR/NAME/articles.jsonl, or DIR/NAME-dev/articles.jsonl, where NAME is
their collection. The archive is kept in the working folder, so that a second run only asks.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from rich.console import Console
from rich.table import Table
from scipy import stats

from index.readers.registry import read_sources
from qa.assistant import Assistant, open_assistant
from qa.cli.progress import bar
from qa.evaluation import read_questions
from qa.evaluation.execution.runner import run_questions
from qa.evaluation.execution.workspace import SHARED
from qa.evaluation.metrics.answers import outcome
from qa.evaluation.results import Row
from qa.settings import read_settings

QUESTIONS = Path(__file__).with_name("broad_questions.jsonl")
RIGHT = ("right", "rightly declined")


def main() -> None:
    """Adds the articles, asks, and prints the table."""
    given = argparse.ArgumentParser(prog="make bench-kinds")
    given.add_argument("data", type=Path)
    given.add_argument("--work", type=Path, default=Path("build/bench-kinds"), help="where the archive is")
    given.add_argument("--half", choices=("a", "b"), help="only this half of the questions")
    given.add_argument("--verbose", action="store_true", help="print what was not fulfilled")
    options = given.parse_args()
    questions = [one for one in read_questions(QUESTIONS) if options.half in (None, one.labels.get("half"))]
    settings = read_settings()
    options.work.mkdir(parents=True, exist_ok=True)
    for shared in SHARED:
        if not (options.work / shared).exists():
            (settings.home / shared).mkdir(parents=True, exist_ok=True)
            (options.work / shared).symlink_to((settings.home / shared).absolute())
    rows: list[Row] = []
    with open_assistant(settings.model_copy(update={"home": options.work.absolute()})) as assistant:
        assistant.warm_up()
        for collection in sorted({str(one.labels["collection"]) for one in questions}):
            _add(assistant, options.data, collection)
            own = [one for one in questions if one.labels["collection"] == collection]
            rows += run_questions(assistant, own, collection=collection)
    say = Console(soft_wrap=True, highlight=False).print
    if options.verbose:
        for row in rows:
            if outcome(row) not in RIGHT:
                asked = row.question
                say(f"{asked.kind}: {asked.question}\n{row.text}\n{asked.must}\n", markup=False)
    say(_table(rows))
    seconds = [row.answer.timings.total_ms / 1000 for row in rows if row.answer]
    say(f"{settings.model}; half within {median(seconds):.1f} s, all within {max(seconds):.1f} s")


def _add(assistant: Assistant, data: Path, collection: str) -> None:
    folders = (data / collection, data / f"{collection}-dev")
    file = next((folder / "articles.jsonl" for folder in folders if folder.is_dir()), None)
    if file is None:
        raise SystemExit(f"{data} has no folder {collection} with articles.jsonl")
    total = sum(1 for _ in file.open(encoding="utf-8"))
    if assistant.articles(collection=collection, limit=1).total < total:
        with bar(lambda: total, f"adding {collection}") as advance:
            for _ in assistant.add(read_sources([file]), collection=collection):
                advance()


def _table(rows: Sequence[Row]) -> Table:
    table = Table("kind", *(f"{name} {half}" for half in ("a", "b") for name in ("half", "interval")))
    kinds = sorted({row.question.kind for row in rows})
    for kind in (*kinds, "all"):
        own = [row for row in rows if kind in (row.question.kind, "all")]
        table.add_row(kind, *(cell for half in ("a", "b") for cell in _cells(own, half)))
    return table


def _cells(rows: Sequence[Row], half: str) -> tuple[str, str]:
    right = [outcome(row) in RIGHT for row in rows if row.question.labels.get("half") == half]
    if not right:
        return "", ""
    low, high = stats.binomtest(sum(right), len(right)).proportion_ci(method="wilson")
    return f"{sum(right)} of {len(right)}", f"{low:.2f}–{high:.2f}"


if __name__ == "__main__":
    main()
