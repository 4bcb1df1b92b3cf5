"""A small evaluation beside a running server, which a person starts, watches and stops."""

from __future__ import annotations

import logging
import threading
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import AbstractContextManager, aclosing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, Self

from index.errors import ArticleUnknown, QuothError
from qa.errors import EvaluationInvalid, ServerUnavailable
from qa.evaluation.execution.runner import EvaluationTarget
from qa.evaluation.questions import EvalQuestion, questions_of, read_questions, sampled
from qa.evaluation.report.storage import keep_last, last_page, written
from qa.evaluation.results import Row
from qa.schemas import Event, Question

logger = logging.getLogger(__name__)

SEEDS = Path(__file__).parents[3] / "seeds" / "questions.jsonl"
FAILED = "the evaluation failed; the server's log says why"

State = Literal["idle", "running", "stopping", "stopped", "failed", "done"]


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluationProgress:
    """How far an evaluation is: `done` of `total` questions are answered. `trouble` is why it failed."""

    state: State = "idle"
    done: int = 0
    total: int = 0
    trouble: str = ""


class _Stopped(Exception):
    """A person has had enough."""


class BackgroundEvaluation:
    """Asks questions in a thread of its own, one evaluation at a time; the report of one that was stopped
    is not kept. Close it, or use it in a `with`, while what it asks still answers.
    """

    def __init__(self, opened: Callable[[], AbstractContextManager[EvaluationTarget]], home: Path) -> None:
        """`opened` gives who is asked; reports are kept in the home."""
        self._opened = opened
        self._home = home
        self._standing = EvaluationProgress()
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    @property
    def standing(self) -> EvaluationProgress:
        return self._standing

    def page(self) -> str:
        """The page of the last evaluation, this one's or the command line's; empty where there was none."""
        return last_page(self._home)

    def begin(self, questions: str, *, collection: str, most: int) -> None:
        """Starts asking the collection, `most` questions at random out of a `.jsonl`, or, where that is
        empty, of those about the sample articles. Raises EvaluationInvalid.
        """
        with self._lock:
            if self._thread and self._thread.is_alive():
                raise EvaluationInvalid("an evaluation is running; wait for its end, or stop it")
            chosen = sampled(
                questions_of(questions, "the file") if questions else self._own(collection), most, 0
            )
            self._stopping.clear()
            self._standing = EvaluationProgress(state="running", total=len(chosen))
            self._thread = threading.Thread(
                target=self._run, args=(chosen, collection), name="evaluation", daemon=True
            )
            self._thread.start()

    def stop(self) -> None:
        """Ends the running evaluation at the next word of an answer; without one, nothing happens."""
        with self._lock:
            if self._standing.state == "running":
                self._stopping.set()
                self._standing = replace(self._standing, state="stopping")

    def _own(self, collection: str) -> Sequence[EvalQuestion]:
        """The questions about the sample articles, if the collection has those that answer them."""
        known = dict[str, bool]()
        with self._opened() as assistant:

            def has(own: str) -> bool:
                if own not in known:
                    known[own] = _has(assistant, own, collection)
                return known[own]

            questions = read_questions(SEEDS)
            fitting = [one for one in questions if all(has(own) for own in one.gold)]
        if not any(known.values()):
            raise EvaluationInvalid(
                f"the collection '{collection}' has none of the sample articles, which the questions that "
                "come with Quoth are about; drop a file of questions about your own"
            )
        return fitting

    def _run(self, questions: Sequence[EvalQuestion], collection: str) -> None:
        from qa.evaluation.execution.evaluate import evaluate  # scipy takes seconds to import

        def advance(row: Row) -> None:
            if self._stopping.is_set():
                raise _Stopped
            kind, _, told = row.error.partition(": ")
            if kind == ServerUnavailable.__name__:
                # The server is being ended: the other questions would only fail as well.
                raise ServerUnavailable(told)
            with self._lock:
                self._standing = replace(self._standing, done=self._standing.done + 1)

        try:
            with self._opened() as assistant:
                run = evaluate(
                    _Interrupted(assistant, self._stopping), questions, collection=collection, advance=advance
                )
            keep_last(self._home, *written(run))
        except _Stopped:
            self._end("stopped")
        except QuothError as error:
            self._end("failed", str(error))
        except Exception:
            logger.exception("an evaluation failed")
            self._end("failed", FAILED)
        else:
            self._end("done")

    def _end(self, state: State, trouble: str = "") -> None:
        with self._lock:
            self._standing = replace(self._standing, state=state, trouble=trouble)

    def close(self) -> None:
        """Stops what is running, and waits for its end."""
        self.stop()
        if self._thread:
            self._thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _has(assistant: EvaluationTarget, own: str, collection: str) -> bool:
    try:
        assistant.article(own, collection=collection)
    except ArticleUnknown:
        return False
    return True


class _Interrupted:
    """Who is asked, but that no more is heard of an answer once somebody wants to stop."""

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
