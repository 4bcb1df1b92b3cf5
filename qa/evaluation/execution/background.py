"""An evaluation in the background of a running server, with progress and cancellation."""

from __future__ import annotations

import logging
import threading
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import AbstractContextManager, aclosing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, Self

from index.errors import ArticleUnknown, QuothError
from index.text.messages.phrase import Phrase
from qa.auth import requires
from qa.errors import EvaluationInvalid, ServerUnavailable
from qa.evaluation.execution.runner import EvaluationTarget
from qa.evaluation.questions import EvalQuestion, parse_questions, read_questions, sample
from qa.evaluation.report.storage import ReportFolder, Reports, render_report
from qa.evaluation.results import Row
from qa.schemas import Event, Question

logger = logging.getLogger(__name__)

SEED_QUESTIONS = Path(__file__).parents[3] / "seeds" / "questions.jsonl"
FAILED = Phrase("the evaluation failed; see the server log for the reason")

State = Literal["idle", "running", "stopping", "stopped", "failed", "done"]


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluationProgress:
    """The state of an evaluation: `done` of `total` questions are answered. `error` is why it failed."""

    state: State = "idle"
    done: int = 0
    total: int = 0
    error: str = ""


class _Stopped(Exception):
    """The evaluation was stopped."""


class BackgroundEvaluation:
    """Runs one evaluation at a time in a thread of its own. Saves the report of each finished evaluation.

    An evaluation and its report belong to a collection: the methods that name one raise NotAllowed unless
    the current caller is its admin. The evaluation itself runs with the permissions of the process.

    Close it, or use it as a context manager, before the system under evaluation closes.
    """

    def __init__(
        self,
        opened: Callable[[], AbstractContextManager[EvaluationTarget]],
        home: Path,
        reports: Reports | None = None,
    ) -> None:
        """`opened` opens the system under evaluation; without `reports`, reports are saved in `home`."""
        self._opened = opened
        self._reports = reports or ReportFolder(home)
        self._progress, self._collection = EvaluationProgress(), ""
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    @requires("admin", "collection")
    def progress(self, collection: str) -> EvaluationProgress:
        """Returns the state of the collection's evaluation; idle if the last one was of another."""
        with self._lock:
            return self._progress if collection == self._collection else EvaluationProgress()

    @requires("admin", "collection")
    def page(self, collection: str) -> str:
        """Returns the collection's last report, from here or from the command line; empty if there is
        none.
        """
        return self._reports.page(collection)

    @requires("admin", "collection")
    def start(self, questions: str, *, collection: str, most: int) -> None:
        """Starts an evaluation of at most `most` random questions from the text of a `.jsonl` file. If that
        is empty, uses the questions about the sample articles. Raises EvaluationInvalid.
        """
        with self._lock:
            if self._thread and self._thread.is_alive():
                raise EvaluationInvalid(
                    Phrase("an evaluation is already running; wait until it ends, or stop it")
                )
            available = (
                parse_questions(questions, "the file") if questions else self._seed_questions(collection)
            )
            chosen = sample(available, most, 0)
            self._stopping.clear()
            self._progress = EvaluationProgress(state="running", total=len(chosen))
            self._collection = collection
            self._thread = threading.Thread(
                target=self._run, args=(chosen, collection), name="evaluation", daemon=True
            )
            self._thread.start()

    @requires("admin", "collection")
    def stop(self, collection: str) -> None:
        """Stops the collection's evaluation at the next token of an answer. Does nothing if none is
        running.
        """
        if collection == self._collection:
            self._stop()

    def _stop(self) -> None:
        with self._lock:
            if self._progress.state == "running":
                self._stopping.set()
                self._progress = replace(self._progress, state="stopping")

    def _seed_questions(self, collection: str) -> Sequence[EvalQuestion]:
        """Returns the questions whose gold articles the collection has, among those about the sample
        articles.
        """
        questions = read_questions(SEED_QUESTIONS)
        gold = {article_id for question in questions for article_id in question.gold}
        with self._opened() as assistant:
            present = {article_id for article_id in gold if _has_article(assistant, article_id, collection)}
        if not present:
            raise EvaluationInvalid(
                Phrase(
                    "the collection '{collection}' has none of the sample articles, which the built-in "
                    "questions are about; upload a file of questions about your own articles",
                    collection=collection,
                )
            )
        return [question for question in questions if present.issuperset(question.gold)]

    def _run(self, questions: Sequence[EvalQuestion], collection: str) -> None:
        from qa.evaluation.execution.evaluate import evaluate  # scipy takes seconds to import

        def advance(row: Row) -> None:
            if self._stopping.is_set():
                raise _Stopped
            kind, _, message = row.error.partition(": ")
            if kind == ServerUnavailable.__name__:
                # The server is shutting down: all other questions would fail too.
                raise ServerUnavailable(message)
            with self._lock:
                self._progress = replace(self._progress, done=self._progress.done + 1)

        try:
            with self._opened() as assistant:
                run = evaluate(
                    _StoppableTarget(assistant, self._stopping),
                    questions,
                    collection=collection,
                    advance=advance,
                )
            self._reports.save(*render_report(run), collection=collection)
        except _Stopped:
            self._end("stopped")
        except QuothError as error:
            self._end("failed", error.message)
        except Exception:
            logger.exception("an evaluation failed")
            self._end("failed", FAILED)
        else:
            self._end("done")

    def _end(self, state: State, error: str = "") -> None:
        with self._lock:
            self._progress = replace(self._progress, state=state, error=error)

    def close(self) -> None:
        """Stops the running evaluation and waits until it has ended."""
        self._stop()
        if self._thread:
            self._thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _has_article(assistant: EvaluationTarget, article_id: str, collection: str) -> bool:
    try:
        assistant.article(article_id, collection=collection)
    except ArticleUnknown:
        return False
    return True


class _StoppableTarget:
    """The system under evaluation, whose answers end once `stopping` is set."""

    def __init__(self, assistant: EvaluationTarget, stopping: threading.Event) -> None:
        self._assistant = assistant
        self._stopping = stopping
        self.search = assistant.search
        self.article = assistant.article

    async def stream(self, question: Question) -> AsyncGenerator[Event, None]:
        async with aclosing(self._assistant.stream(question)) as events:
            async for event in events:
                if self._stopping.is_set():
                    raise _Stopped
                yield event
