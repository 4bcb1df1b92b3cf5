"""`make bench-peers DATA=DIR`: Quoth beside what people would use instead, asked in turns.

DIR has `articles.jsonl` and `questions.jsonl`. Every system adds the same articles, and each question is put
to all of them before the next one, so that other load on the machine affects all. Quoth's verifier says of
every answer which of its sentences the articles prove.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median
from typing import NamedTuple

from qa.assistant import Assistant, open_assistant
from qa.evaluation import read_questions
from qa.evaluation.metrics.answer_match import states_answer
from qa.evaluation.questions import EvalQuestion, sample
from qa.llm.installed_weights import require_model
from qa.settings import read_settings
from tests.benchmarks.peers.process import Adapter, AdapterError
from tests.benchmarks.peers.systems import ADAPTERS, SYSTEMS, System, environment, installed_version
from tests.benchmarks.tutorial import REFUSAL

SEED = 1
DECLINED = "DECLINED "  # before what Quoth shows instead of an answer
CACHE = Path("~/.cache/quoth-peers").expanduser()
HEAD = (
    "| | articles a second | MiB | first word p50 | whole p50 | right | unanswerable declined | proven |\n"
    "|---|---:|---:|---:|---:|---:|---:|---:|"
)


class Asked(NamedTuple):
    """A question and the reply of one system; `proven` is the share of its sentences, None if it refused."""

    question: EvalQuestion
    text: str
    first: float | None
    whole: float
    proven: float | None


def main() -> None:
    parser = argparse.ArgumentParser(prog="make bench-peers")
    parser.add_argument("data", type=Path, help="folder with articles.jsonl and questions.jsonl")
    parser.add_argument("--articles", type=int, default=600, help="articles, those of the questions first")
    parser.add_argument("--questions", type=int, default=24)
    parser.add_argument("--only", nargs="*", default=[], help="names of systems; default all")
    parser.add_argument("--show", action="store_true", help="print every reply, to be read")
    options = parser.parse_args()
    questions = sample(read_questions(options.data / "questions.jsonl"), options.questions, SEED)
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        articles = work / "articles.jsonl"
        count = write_articles(options.data / "articles.jsonl", articles, questions, options.articles)
        for line in compare(work, articles, count, questions, options.only, show=options.show):
            sys.stdout.write(f"{line}\n")
            sys.stdout.flush()


def write_articles(source: Path, target: Path, questions: Sequence[EvalQuestion], limit: int) -> int:
    """Writes the articles of the questions and the first others, and returns how many."""
    gold = {article_id for question in questions for article_id in question.gold}
    lines = [line for line in source.read_text("utf-8").splitlines() if line.strip()]
    chosen = sorted(lines, key=lambda line: json.loads(line).get("id") not in gold)[:limit]
    target.write_text("\n".join(chosen) + "\n", "utf-8")
    return len(chosen)


def compare(
    work: Path,
    articles: Path,
    count: int,
    questions: Sequence[EvalQuestion],
    only: Sequence[str],
    *,
    show: bool,
) -> Iterator[str]:
    """Yields the lines of the table; what fails or cannot run says so below it."""
    settings = read_settings()
    variables = {"EMBEDDER": str(settings.home / "models/all-MiniLM-L6-v2"), "OPENAI_API_KEY": "none"}
    remarks: list[str] = []
    with ExitStack() as stack:
        variables["MODEL_URL"] = stack.enter_context(model_server())
        running: dict[str, Adapter] = {}
        rates: dict[str, float] = {}
        for system in SYSTEMS:
            if only and system.name not in only:
                continue
            if system.cannot:
                remarks.append(f"- {system.name}: not run; {system.cannot}.")
                continue
            try:
                adapter, version = start(system, work, variables)
                stack.enter_context(adapter)
                rates[system.name] = count / adapter.call(add=str(articles))["seconds"]
                running[system.name] = adapter
                remarks.append(f"- {system.name} {version}")
            except (AdapterError, subprocess.CalledProcessError) as error:
                remarks.append(f"- {system.name}: did not run; {error}.")
        with checking(work, articles) as assistant:
            asked = ask_in_turns(running, questions, assistant)
        for nth, question in enumerate(questions if show else ()):
            yield f"{question.question} ({' | '.join(question.answers) or 'unanswerable'})"
            for name, rows in asked.items():
                yield f"- {name} [{rows[nth].proven}]: {rows[nth].text}"
        yield f"{count:,} articles, {len(questions)} questions; seconds.\n\n{HEAD}"
        for name, rows in asked.items():
            yield row(name, rates[name], running[name].resident_mib(), rows)
    yield "\n" + "\n".join(remarks)


@contextmanager
def model_server() -> Iterator[str]:
    """The address of a server of the default language model, which runs inside the block."""
    settings = read_settings()
    weights = require_model("local:1.5b", settings.home / "models")
    script = Path(__file__).with_name("model_server.py")
    command = [sys.executable, str(script), str(weights), str(settings.threads)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout
        address = server.stdout.readline().strip()
        try:
            yield f"{address}/v1"
        finally:
            server.kill()


def start(system: System, work: Path, variables: Mapping[str, str]) -> tuple[Adapter, str]:
    """The system's adapter in its environment, and the version of the system."""
    CACHE.mkdir(parents=True, exist_ok=True)
    python = environment(system, CACHE)
    home = work / system.name
    home.mkdir()
    adapter = Adapter(
        python,
        ADAPTERS / system.adapter,
        {**variables, "WORK": str(home)} | ({"PYTHONPATH": str(Path.cwd())} if not system.packages else {}),
        CACHE / f"{system.adapter}.log",
    )
    return adapter, installed_version(system, python)


@contextmanager
def checking(work: Path, articles: Path) -> Iterator[Assistant]:
    """An assistant over the articles, which checks the answers of all systems."""
    from index.readers.registry import read_sources

    settings, home = read_settings(), work / "checking"
    home.mkdir()
    (home / "models").symlink_to(settings.home / "models", target_is_directory=True)
    with open_assistant(settings.model_copy(update={"home": home})) as assistant:
        list(assistant.add(read_sources([articles])))
        yield assistant


def ask_in_turns(
    running: Mapping[str, Adapter], questions: Sequence[EvalQuestion], assistant: Assistant
) -> dict[str, list[Asked]]:
    """The replies of every system, which are checked after all have replied to a question."""
    asked: dict[str, list[Asked]] = {name: [] for name in running}
    for question in questions:
        day = question.date.isoformat() if question.date else ""
        replies = {name: one.call(ask=question.question, date=day) for name, one in running.items()}
        for name, reply in replies.items():
            text = str(reply["text"]).strip()
            refused = not text or text.startswith(DECLINED) or bool(REFUSAL.search(text))
            proven = None
            if not refused:
                proven = assistant.check_text(text, question=question.question).proven_share
            asked[name].append(Asked(question, text, reply["first"], reply["whole"], proven))
    return asked


def row(name: str, rate: float, memory: float, asked: Sequence[Asked]) -> str:
    """One system's line of the table."""
    first = [one.first for one in asked if one.first is not None and one.proven is not None]
    answerable = [one for one in asked if one.question.answerable]
    right = sum(
        one.proven is not None
        and states_answer(
            one.text, one.question.question, one.question.answers, one.question.distractors or ()
        )
        for one in answerable
    )
    others = [one for one in asked if not one.question.answerable]
    declined = sum(one.proven is None for one in others)
    shares = [one.proven for one in asked if one.proven is not None]
    cells = (
        f"{rate:.1f}",
        f"{memory:,.0f}",
        f"{median(first):.1f}" if first else "–",
        f"{median(one.whole for one in asked):.1f}",
        f"{right} of {len(answerable)}",
        f"{declined} of {len(others)}",
        f"{sum(shares):.1f} of {len(shares)}",
    )
    return f"| {name} | " + " | ".join(cells) + " |"


if __name__ == "__main__":
    main()
