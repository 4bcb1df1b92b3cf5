"""`make bench DATA=DIR`: compares Quoth, with the default model and without one, with LangChain's tutorial
chain on the same models, and with the targets, on a fixed sample of each data set in DIR and of the seeds.

Indexes and answers stay in a working folder until the end, so that an interrupted run resumes.
"""

from __future__ import annotations

import argparse
import platform
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import version
from pathlib import Path

from rich.console import Console

from index.readers.registry import read_sources
from index.schemas import Article
from qa.assistant import open_assistant
from qa.cli.progress import bar, question_bar
from qa.evaluation import evaluate, read_questions
from qa.evaluation.execution.runner import EvaluationTarget
from qa.evaluation.execution.workspace import SHARED
from qa.evaluation.questions import EvalQuestion
from qa.evaluation.questions import sample as sample_questions
from qa.evaluation.results import EvalRun
from qa.llm.chat_models import NO_MODEL, choose_model
from qa.llm.installed_weights import require_model
from qa.settings import read_settings
from tests.benchmarks.targets import (
    ALL_TURNS,
    LAST_TURN,
    QUOTH,
    TURNS,
    TUTORIAL,
    WITHOUT,
    target_rows,
    turn_rows,
)
from tests.benchmarks.tutorial import Tutorial, TutorialIndex
from tests.paths import SEEDS

SEED = 1
# The tutorial gets fewer articles because it embeds slowly. Retrieval among fewer articles is easier.
TUTORIAL_ARTICLES, BATCH = 600, 100
COLUMNS = ("", "target", QUOTH, "half a", "half b", WITHOUT, TUTORIAL)
TURN_COLUMNS = ("", "target", QUOTH, LAST_TURN, ALL_TURNS)


def main() -> None:
    parser = argparse.ArgumentParser(prog="make bench")
    parser.add_argument(
        "data", type=Path, help="folder with a subfolder per data set: articles.jsonl, questions.jsonl"
    )
    parser.add_argument("--sample", type=int, default=50, help="questions per data set for Quoth")
    parser.add_argument("--tutorial", type=int, default=15, help="questions per data set for the tutorial")
    parser.add_argument(
        "--work", type=Path, default=Path("build/bench"), help="working folder of a resumable run"
    )
    parser.add_argument("--out", type=Path, help="write the tables to this file too")
    options = parser.parse_args()
    page: list[str] = []

    def say(line: str) -> None:
        Console(soft_wrap=True, highlight=False).print(line, markup=False)
        page.append(line)

    say("# Benchmarks\n")
    say("Written by `make bench DATA=DIR OUT=docs/benchmarks.md`. DIR has a subfolder for each data set.")
    say(f"Measured on {datetime.now(UTC):%-d %B %Y} on {processor()} with Quoth {version('quoth')}.")
    for folder in [*sorted(found.parent for found in options.data.glob("*/questions.jsonl")), SEEDS]:
        for line in compare(folder, options.work / folder.name, options.sample, options.tutorial):
            say(line)
    if options.out:
        options.out.write_text("\n".join(page) + "\n", "utf-8")
    shutil.rmtree(options.work)


def processor() -> str:
    """Returns the processor as `2 cores of Some Processor`."""
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text().splitlines() if cpuinfo.exists() else []
    names = {line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")}
    return f"{read_settings().threads} cores of {', '.join(sorted(names)) or platform.processor()}"


def compare(folder: Path, place: Path, sample: int, of_tutorial: int) -> Iterator[str]:
    """Yields a Markdown table of the results of each system on the data set in `folder`; for the
    conversations, of each way of searching. Intermediate results stay in `place`.
    """
    questions = read_questions(folder / "questions.jsonl")
    source = folder / "articles.jsonl"
    articles = [
        outcome
        for outcome in read_sources([source if source.exists() else folder])
        if isinstance(outcome, Article)
    ]
    place.mkdir(parents=True, exist_ok=True)
    build_once(place / "quoth", add_to_quoth, articles)
    yield f"\n## {folder.name}\n"
    if folder.name == TURNS:
        yield f"{len(articles):,} articles, {len(questions)} questions, retrieval only.\n"
        yield from table(TURN_COLUMNS, turn_rows(search_turns(place, questions)))
        return
    questions = sample_questions(questions, sample, SEED)
    few = sample_questions(questions, of_tutorial, SEED)
    build_once(place / "tutorial", add_to_tutorial, subset(articles, few))
    runs = run_all(place, questions, few)
    tutorial = f"{len(few)} of them for the tutorial over {min(len(articles), TUTORIAL_ARTICLES):,} articles"
    yield f"{len(articles):,} articles, {len(questions)} questions, {tutorial}.\n"
    yield from table(COLUMNS, target_rows(folder.name, runs))


def subset(articles: Sequence[Article], questions: Sequence[EvalQuestion]) -> list[Article]:
    """Returns the gold articles of the questions and the first other ones, at most TUTORIAL_ARTICLES."""
    gold = {article_id for question in questions for article_id in question.gold}
    return sorted(articles, key=lambda article: article.id not in gold)[:TUTORIAL_ARTICLES]


def table(columns: Sequence[str], rows: Iterable[tuple[str, str, Mapping[str, str]]]) -> Iterator[str]:
    """Yields a Markdown table. A row is the name of a metric, its target, and the value of each column."""
    yield f"| {' | '.join(columns)} |"
    yield f"|---|{'---:|' * (len(columns) - 1)}"
    for name, target, values in rows:
        yield f"| {name} | {target} | {' | '.join(values.get(column, '') for column in columns[2:])} |"


def build_once(
    place: Path,
    add: Callable[[Path, Sequence[Article], Callable[[], None]], None],
    articles: Sequence[Article],
) -> None:
    """Builds an index in `place` with `add`, unless it is complete."""
    complete = place.with_suffix(".complete")
    if not complete.exists():
        shutil.rmtree(place, ignore_errors=True)
        with bar(lambda: len(articles), f"adding to {place}") as advance:
            add(place, articles, advance)
        complete.touch()


def add_to_quoth(home: Path, articles: Sequence[Article], advance: Callable[[], None]) -> None:
    """Creates a home with the articles."""
    settings = read_settings()
    home.mkdir()
    for shared in SHARED:
        (settings.home / shared).mkdir(parents=True, exist_ok=True)
        (home / shared).symlink_to((settings.home / shared).absolute(), target_is_directory=True)
    with open_assistant(settings.model_copy(update={"home": home, "model": NO_MODEL})) as assistant:
        for _ in assistant.add(articles):
            advance()


def add_to_tutorial(folder: Path, articles: Sequence[Article], advance: Callable[[], None]) -> None:
    """Creates the tutorial's index of the articles."""
    with TutorialIndex(weights(), folder) as index:
        for start in range(0, len(articles), BATCH):
            index.add(articles[start : start + BATCH])
            for _ in articles[start : start + BATCH]:
                advance()


def weights() -> Path:
    """Returns the folder of the embedder that both systems use."""
    return read_settings().home / "models/all-MiniLM-L6-v2"


def run_all(
    place: Path, questions: Sequence[EvalQuestion], few: Sequence[EvalQuestion]
) -> dict[str, EvalRun]:
    """Runs Quoth with the default model and without one on `questions`, and LangChain's tutorial with the
    same weights on `few`.
    """
    settings = read_settings().model_copy(update={"home": place / "quoth"})
    model = choose_model(settings, partial(require_model, folder=read_settings().home / "models"))
    if not model:
        raise SystemExit("QUOTH_MODEL is none, but the tutorial needs a model; choose one")
    runs: dict[str, EvalRun] = {}
    asking = question_bar(len(questions), QUOTH)
    with open_assistant(settings) as assistant, closing(model), asking as advance:
        assistant.warm_up()
        model.count_tokens("")  # load it before the first measured answer
        tutorial = Tutorial(model, weights(), place / "tutorial")
        for count, question in enumerate(questions, 1):
            runs[QUOTH] = run_of(assistant, questions[:count], place / f"{QUOTH}.jsonl")
            # The systems take turns, so that other load on the machine affects both.
            if question in few:
                runs[TUTORIAL] = run_of(tutorial, few[: few.index(question) + 1], place / f"{TUTORIAL}.jsonl")
            advance()
    with open_assistant(settings.model_copy(update={"model": NO_MODEL})) as assistant:
        runs[WITHOUT] = run_of(assistant, questions, place / f"{WITHOUT}.jsonl")
    return runs


def run_of(assistant: EvaluationTarget, questions: Sequence[EvalQuestion], journal: Path) -> EvalRun:
    """Runs the evaluation, and resumes an interrupted one."""
    return evaluate(assistant, questions, journal=journal, resume=True)


def search_turns(place: Path, questions: Sequence[EvalQuestion]) -> dict[str, EvalRun]:
    """Evaluates retrieval with query rewriting, with the last turn alone, and with all turns joined."""
    last = [question.model_copy(update={"history": ()}) for question in questions]
    joined = [
        alone.model_copy(update={"question": " ".join([*user_turns(question), question.question])})
        for alone, question in zip(last, questions, strict=True)
    ]
    variants = {QUOTH: questions, LAST_TURN: last, ALL_TURNS: joined}
    settings = read_settings().model_copy(update={"home": place / "quoth", "model": NO_MODEL})
    with open_assistant(settings) as assistant:
        return {name: evaluate(assistant, asked, retrieval_only=True) for name, asked in variants.items()}


def user_turns(question: EvalQuestion) -> Iterator[str]:
    """Returns the user's earlier turns."""
    return (turn.content for turn in question.history if turn.role == "user")


if __name__ == "__main__":
    main()
