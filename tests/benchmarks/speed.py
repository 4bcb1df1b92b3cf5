"""`make bench-speed`: how long answers take, alone and beside another busy program, and where the time goes.

Questions that the articles answer are asked in turns, one alone and the next beside a program that keeps one
core busy, so that other load on the machine affects both. None is asked twice: what the model has read once
comes from its cache. The second table says what the model reads and writes for an answer.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from itertools import cycle
from pathlib import Path
from statistics import median
from typing import NamedTuple

import numpy as np
from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor, TracerProvider

from index.readers.registry import read_sources
from qa.assistant import Assistant, open_assistant
from qa.evaluation import read_questions
from qa.evaluation.questions import EvalQuestion, sample
from qa.llm.chat_models import LocalChatModel
from qa.llm.chat_models.work import ModelWork
from qa.schemas import Answer
from qa.settings import read_settings
from tests.paths import SEEDS

SEED = 1
FACTS = ("", "plain", "fact")
ALONE, BUSY = "alone", "beside a busy program"
STAGES = ("understand", "search", "pick evidence", "write", "check")


class Stage(NamedTuple):
    """What a stage of one answer took."""

    seconds: float
    work: ModelWork


class StageRecorder(SpanProcessor):
    """Records the stages of an answer from the spans that the pipeline traces."""

    def __init__(self, model: LocalChatModel) -> None:
        self._model = model
        self._begun: dict[str, tuple[float, ModelWork]] = {}
        self.stages: dict[str, Stage] = {}

    def on_start(self, span: trace.Span, parent_context: object = None) -> None:
        name = getattr(span, "name", "")
        if name in STAGES:
            self._begun[name] = time.perf_counter(), self._model.work()

    def on_end(self, span: ReadableSpan) -> None:
        if begun := self._begun.pop(span.name, None):
            seconds, work = begun
            self.stages[span.name] = Stage(time.perf_counter() - seconds, self._model.work().since(work))


def main() -> None:
    parser = argparse.ArgumentParser(prog="make bench-speed")
    parser.add_argument(
        "data", type=Path, nargs="?", default=SEEDS, help="folder with articles and questions.jsonl"
    )
    parser.add_argument("--questions", type=int, default=40, help="questions that are asked")
    parser.add_argument("--show", action="store_true", help="print every answer")
    options = parser.parse_args()
    asked = [one for one in read_questions(options.data / "questions.jsonl") if is_fact(one)]
    questions = sample(asked, options.questions, SEED)
    source = options.data / "articles.jsonl"
    with tempfile.TemporaryDirectory() as folder, _assistant(Path(folder)) as assistant:
        list(assistant.add(read_sources([source if source.exists() else options.data])))
        assistant.warm_up()
        for line in measure(assistant, questions, show=options.show):
            sys.stdout.write(f"{line}\n")
            sys.stdout.flush()


def is_fact(question: EvalQuestion) -> bool:
    """Whether the question asks for one fact that the articles tell, without a conversation before it."""
    return question.answerable and question.labels.get("kind", "") in FACTS and not question.history


@contextmanager
def _assistant(home: Path) -> Iterator[Assistant]:
    """An assistant over an empty home with the installed weights."""
    settings = read_settings()
    (home / "models").symlink_to(settings.home / "models", target_is_directory=True)
    with open_assistant(settings.model_copy(update={"home": home})) as assistant:
        yield assistant


def measure(assistant: Assistant, questions: Sequence[EvalQuestion], *, show: bool) -> Iterator[str]:
    """Asks the questions, and yields the lines of two tables."""
    model = assistant.model
    if not isinstance(model, LocalChatModel):
        raise SystemExit("QUOTH_MODEL is no local model, and only those are measured; choose one")
    recorder = StageRecorder(model)
    provider = TracerProvider()
    provider.add_span_processor(recorder)
    trace.set_tracer_provider(provider)
    answers: dict[str, list[Answer]] = defaultdict(list)
    stages: list[Mapping[str, Stage]] = []
    for question, load in zip(questions, cycle((ALONE, BUSY))):
        with nullcontext() if load == ALONE else busy_program():
            recorder.stages = {}
            answer = assistant.ask(question.question, as_of=question.date)
        answers[load].append(answer)
        if load == ALONE:
            stages.append(recorder.stages)
        if show:
            yield f"{answer.timings.total_ms / 1000:6.1f} s {load}: {answer.text[:90]!r}"
    yield from _load_table(answers)
    yield from _stage_table(stages)


@contextmanager
def busy_program() -> Iterator[None]:
    """Another program keeps one core busy inside the block."""
    program = subprocess.Popen(["yes"], stdout=subprocess.DEVNULL)
    try:
        yield
    finally:
        program.kill()
        program.wait()


def _load_table(answers: Mapping[str, Sequence[Answer]]) -> Iterator[str]:
    yield "\n| seconds | questions | first word p50 | whole answer p50 | p95 |\n|---|---:|---:|---:|---:|"
    wholes: dict[str, float] = {}
    for load, given in answers.items():
        first = [one.timings.first_token_ms for one in given if one.timings.first_token_ms]
        whole = [one.timings.total_ms for one in given]
        shown = (median(first) if first else 0, median(whole), float(np.percentile(whole, 95)))
        wholes[load] = shown[1]
        yield f"| {load} | {len(given)} | " + " | ".join(f"{value / 1000:.1f}" for value in shown) + " |"
    yield f"\nBeside a busy program an answer takes {wholes[BUSY] / wholes[ALONE]:.1f} times as long (p50)."


def _stage_table(stages: Sequence[Mapping[str, Stage]]) -> Iterator[str]:
    yield "\n| mean of an answer | seconds | tokens read | seconds | tokens written | seconds |"
    yield "|---|---:|---:|---:|---:|---:|"
    for name in STAGES:
        found = [one[name] for one in stages if name in one]
        if not found:
            continue
        works = [stage.work for stage in found]
        columns = [
            f"{sum(stage.seconds for stage in found) / len(stages):.2f}",
            f"{sum(work.read for work in works) / len(stages):.0f}",
            f"{sum(work.read_seconds for work in works) / len(stages):.2f}",
            f"{sum(work.written for work in works) / len(stages):.0f}",
            f"{sum(work.written_seconds for work in works) / len(stages):.2f}",
        ]
        yield f"| {name} | " + " | ".join(columns) + " |"


if __name__ == "__main__":
    main()
