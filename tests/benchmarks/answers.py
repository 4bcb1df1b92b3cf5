"""`make bench DATA=DIR`: a fixed sample of every question set in DIR, and of the seeds, put to Quoth with its
default model and with none, and to LangChain's tutorial chain with the same models, beside the targets.

Archives and answered questions stay in a folder until all is told, so that an interrupted run goes on.
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
from qa.assistant import located, open_assistant
from qa.cli.progress import adding, asking
from qa.evaluation import evaluate, read_questions
from qa.evaluation.execution.runner import EvaluationTarget
from qa.evaluation.execution.workspace import SHARED
from qa.evaluation.questions import EvalQuestion
from qa.evaluation.questions import sample as sample_questions
from qa.evaluation.results import EvalRun
from qa.llm.chat_models import NO_MODEL, choose_model
from qa.settings import read_settings
from tests.benchmarks.targets import ALL_TURNS, LAST_TURN, QUOTH, TURNS, TUTORIAL, WITHOUT, figures, turns
from tests.benchmarks.tutorial import Tutorial, TutorialIndex
from tests.paths import SEEDS

SEED = 1
# Articles that the tutorial is given, and at once: it embeds them slowly, and among fewer it finds better.
TUTORIAL_ARTICLES, BATCH = 600, 100
COLUMNS = ("", "target", QUOTH, "half a", "half b", WITHOUT, TUTORIAL)
TURN_COLUMNS = ("", "target", QUOTH, LAST_TURN, ALL_TURNS)


def main() -> None:
    given = argparse.ArgumentParser(prog="make bench")
    given.add_argument("data", type=Path, help="a folder of folders with articles.jsonl and questions.jsonl")
    given.add_argument("--sample", type=int, default=50, help="questions of each set that Quoth is asked")
    given.add_argument("--tutorial", type=int, default=15, help="how many of them the tutorial is asked")
    given.add_argument("--work", type=Path, default=Path("build/bench"), help="what an interrupted run needs")
    given.add_argument("--out", type=Path, help="the file of Markdown that the tables are written to as well")
    options = given.parse_args()
    page: list[str] = []

    def say(line: str) -> None:
        Console(soft_wrap=True, highlight=False).print(line, markup=False)
        page.append(line)

    say("# Benchmarks\n")
    say("`make bench DATA=DIR OUT=docs/benchmarks.md`, where DIR has folders with articles and questions.")
    say(f"Measured on {datetime.now(UTC):%-d %B %Y} on {processor()} with Quoth {version('quoth')}.")
    for folder in [*sorted(found.parent for found in options.data.glob("*/questions.jsonl")), SEEDS]:
        for line in compared(folder, options.work / folder.name, options.sample, options.tutorial):
            say(line)
    if options.out:
        options.out.write_text("\n".join(page) + "\n", "utf-8")
    shutil.rmtree(options.work)


def processor() -> str:
    """As `2 cores of Some Processor`."""
    known = Path("/proc/cpuinfo")
    lines = known.read_text().splitlines() if known.exists() else []
    names = {line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")}
    return f"{read_settings().threads} cores of {', '.join(sorted(names)) or platform.processor()}"


def compared(folder: Path, place: Path, sample: int, of_tutorial: int) -> Iterator[str]:
    """A table in Markdown: what each way of answering reaches on the set in the folder, or, where it is about
    conversations, what each way of searching finds. What is done stays in `place`.
    """
    questions = read_questions(folder / "questions.jsonl")
    source = folder / "articles.jsonl"
    articles = [
        found for found in read_sources([source if source.exists() else folder]) if isinstance(found, Article)
    ]
    place.mkdir(parents=True, exist_ok=True)
    made(place / "quoth", add_to_quoth, articles)
    yield f"\n## {folder.name}\n"
    if folder.name == TURNS:
        yield f"{len(articles):,} articles, {len(questions)} questions, searched only.\n"
        yield from table(TURN_COLUMNS, turns(found_in_turns(place, questions)))
        return
    questions = sample_questions(questions, sample, SEED)
    few = sample_questions(questions, of_tutorial, SEED)
    made(place / "tutorial", add_to_tutorial, easier(articles, few))
    runs = asked_all(place, questions, few)
    asked = f"{len(few)} of them put to the tutorial over {min(len(articles), TUTORIAL_ARTICLES):,} articles"
    yield f"{len(articles):,} articles, {len(questions)} questions, {asked}.\n"
    yield from table(COLUMNS, figures(folder.name, runs))


def easier(articles: Sequence[Article], questions: Sequence[EvalQuestion]) -> list[Article]:
    """The articles that answer the questions, and the first of the others, TUTORIAL_ARTICLES at most."""
    gold = {article_id for question in questions for article_id in question.gold}
    return sorted(articles, key=lambda article: article.id not in gold)[:TUTORIAL_ARTICLES]


def table(columns: Sequence[str], rows: Iterable[tuple[str, str, Mapping[str, str]]]) -> Iterator[str]:
    """In Markdown; a row is a figure's name, its target, and what each of the other columns reached."""
    yield f"| {' | '.join(columns)} |"
    yield f"|---|{'---:|' * (len(columns) - 1)}"
    for name, target, values in rows:
        yield f"| {name} | {target} | {' | '.join(values.get(column, '') for column in columns[2:])} |"


def made(
    place: Path,
    add: Callable[[Path, Sequence[Article], Callable[[], None]], None],
    articles: Sequence[Article],
) -> None:
    """Has `add` make the index in `place`, unless it is there whole."""
    whole = place.with_suffix(".whole")
    if not whole.exists():
        shutil.rmtree(place, ignore_errors=True)
        with adding(lambda: len(articles), f"adding to {place}") as advance:
            add(place, articles, advance)
        whole.touch()


def add_to_quoth(home: Path, articles: Sequence[Article], advance: Callable[[], None]) -> None:
    """Makes a home with the articles."""
    settings = read_settings()
    home.mkdir()
    for shared in SHARED:
        (settings.home / shared).mkdir(parents=True, exist_ok=True)
        (home / shared).symlink_to((settings.home / shared).absolute(), target_is_directory=True)
    with open_assistant(settings.model_copy(update={"home": home, "model": NO_MODEL})) as assistant:
        for _ in assistant.add(articles):
            advance()


def add_to_tutorial(folder: Path, articles: Sequence[Article], advance: Callable[[], None]) -> None:
    """Makes the tutorial's index of the articles."""
    with TutorialIndex(weights(), folder) as index:
        for at in range(0, len(articles), BATCH):
            index.add(articles[at : at + BATCH])
            for _ in articles[at : at + BATCH]:
                advance()


def weights() -> Path:
    """The folder of the embedder that both use."""
    return read_settings().home / "models/all-MiniLM-L6-v2"


def asked_all(
    place: Path, questions: Sequence[EvalQuestion], few: Sequence[EvalQuestion]
) -> dict[str, EvalRun]:
    """The runs of Quoth with the default model and with none, and of LangChain's tutorial, which is put the
    `few` with the same weights.
    """
    settings = read_settings().model_copy(update={"home": place / "quoth"})
    model = choose_model(settings, partial(located, folder=read_settings().home / "models"))
    if not model:
        raise SystemExit("QUOTH_MODEL is none, and the tutorial needs a model; choose one")
    runs: dict[str, EvalRun] = {}
    with open_assistant(settings) as assistant, closing(model), asking(len(questions), QUOTH) as advance:
        assistant.warm_up()
        model.count_tokens("")  # loads it, which is no part of its first answer
        tutorial = Tutorial(model, weights(), place / "tutorial")
        for nth, question in enumerate(questions, 1):
            runs[QUOTH] = run_of(assistant, questions[:nth], place / f"{QUOTH}.jsonl")
            # In turn: while a machine is slow, it is slow for both.
            if question in few:
                runs[TUTORIAL] = run_of(tutorial, few[: few.index(question) + 1], place / f"{TUTORIAL}.jsonl")
            advance()
    with open_assistant(settings.model_copy(update={"model": NO_MODEL})) as assistant:
        runs[WITHOUT] = run_of(assistant, questions, place / f"{WITHOUT}.jsonl")
    return runs


def run_of(assistant: EvaluationTarget, questions: Sequence[EvalQuestion], journal: Path) -> EvalRun:
    """The run, which goes on where an interrupted one ended."""
    return evaluate(assistant, questions, journal=journal, resume=True)


def found_in_turns(place: Path, questions: Sequence[EvalQuestion]) -> dict[str, EvalRun]:
    """What is found for the questions, and what it would be with the last turn alone, or all turns as one."""
    last = [question.model_copy(update={"history": ()}) for question in questions]
    joined = [
        alone.model_copy(update={"question": " ".join([*users(question), question.question])})
        for alone, question in zip(last, questions, strict=True)
    ]
    ways = {QUOTH: questions, LAST_TURN: last, ALL_TURNS: joined}
    settings = read_settings().model_copy(update={"home": place / "quoth", "model": NO_MODEL})
    with open_assistant(settings) as assistant:
        return {name: evaluate(assistant, asked, retrieval_only=True) for name, asked in ways.items()}


def users(question: EvalQuestion) -> Iterator[str]:
    """What the person said before."""
    return (turn.content for turn in question.history if turn.role == "user")


if __name__ == "__main__":
    main()
