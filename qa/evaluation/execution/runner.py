"""Asks the questions one after another; whatever comes of one is a row."""

from __future__ import annotations

import resource
import time
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import aclosing
from typing import Any, Protocol

from anyio.from_thread import start_blocking_portal

from index.errors import ArticleUnknown
from index.schemas import Article, Filters
from qa.evaluation.questions import EvalQuestion
from qa.evaluation.results import QuoteContext, Row
from qa.schemas import (
    MAX_QUESTION_CHARACTERS,
    Answer,
    Citation,
    Event,
    Evidence,
    Question,
    RetrievedPassage,
    Token,
    checked_question,
)

# Enough hits for ten distinct articles; the most a search gives.
HITS = 50
RANKS = 10
# Characters of the article shown on either side of a quote.
AROUND = 300
# The field of an answer that has the confidence of each gate.
GATES = {"search": "search_confidence", "answer": "confidence"}


class EvaluationTarget(Protocol):
    """What is evaluated: an `Assistant`, or a server that is asked as one."""

    def stream(self, question: Question) -> AsyncGenerator[Event, None]: ...

    def search(
        self, query: str, *, k: int = 10, filters: Filters = Filters(), collection: str = "default"
    ) -> tuple[RetrievedPassage, ...]: ...

    def article(self, article_id: str, *, collection: str = "default") -> Article: ...


def rows(
    assistant: EvaluationTarget,
    questions: Sequence[EvalQuestion],
    *,
    collection: str = "default",
    retrieval_only: bool = False,
) -> Iterator[Row]:
    """A row for each question, in order, as soon as it is there; not scored yet.

    A question that fails is a row with its error. With `retrieval_only` each is left when its
    evidence is there, before a model is asked.
    """
    with start_blocking_portal() as portal:
        for question in questions:
            empty = Row(question=question, half=question.half)
            try:
                row = portal.call(_asked, assistant, empty, collection, retrieval_only)
                row = _examined(assistant, row, collection)
            except Exception as error:
                # Whatever it is, the other questions can still be asked; the report shows it.
                row = empty.model_copy(update={"error": f"{type(error).__name__}: {error}"})
            yield row.model_copy(update={"memory_mb": _peak_memory()})


async def _asked(assistant: EvaluationTarget, row: Row, collection: str, retrieval_only: bool) -> Row:
    """The row with what the stream brought, and when."""
    question = _question(row.question, collection)
    found: dict[str, Any] = {}
    began = time.perf_counter()

    def passed() -> float:
        return round((time.perf_counter() - began) * 1000, 1)

    async with aclosing(assistant.stream(question)) as events:
        async for event in events:
            if isinstance(event, Evidence):
                found |= {
                    "evidence_ms": passed(),
                    "searched": event.question_searched,
                    "passages": event.passages,
                }
                if retrieval_only:
                    break
            elif isinstance(event, Token):
                found.setdefault("first_token_ms", passed())
            else:
                found |= {"total_ms": passed()} | _of_answer(event)
    return row.model_copy(update=found)


def _of_answer(answer: Answer) -> dict[str, Any]:
    confidences = {gate: getattr(answer, field, None) for gate, field in GATES.items()}
    usage = getattr(answer, "usage", None)
    found: dict[str, Any] = {
        "answer": answer.model_copy(update={"passages": ()}),
        "confidences": {gate: value for gate, value in confidences.items() if value is not None},
    }
    if answer.timings.first_token_ms is None:
        found["first_token_ms"] = None  # no model spoke: what came first were quotes
    if usage:
        found |= {"prompt_tokens": usage.prompt_tokens, "answer_tokens": usage.answer_tokens}
    return found


def _question(question: EvalQuestion, collection: str) -> Question:
    return checked_question(
        question.question,
        history=question.history,
        as_of=question.date,
        filters=Filters(without_ids=question.without),
        collection=collection,
    )


def _examined(assistant: EvaluationTarget, row: Row, collection: str) -> Row:
    """The row with what can be looked up afterwards: which articles rank, and where the quotes stand."""
    limits = _question(row.question, collection).limits
    # What is searched may be a question behind others, and too long to be one itself.
    query = row.searched[:MAX_QUESTION_CHARACTERS]
    hits = assistant.search(query, k=HITS, filters=limits, collection=collection)
    ranked = dict.fromkeys(passage.article_id for passage in (*row.passages, *hits))
    citations = row.answer.citations if row.answer else ()
    return row.model_copy(
        update={
            "ranked": tuple(ranked)[:RANKS],
            "contexts": tuple(_context(assistant, citation, collection) for citation in citations),
        }
    )


def _context(assistant: EvaluationTarget, citation: Citation, collection: str) -> QuoteContext:
    try:
        text = assistant.article(citation.article_id, collection=collection).text
    except ArticleUnknown:
        return QuoteContext(number=citation.number, before="", after="", exact=False)
    return QuoteContext(
        number=citation.number,
        before=text[max(0, citation.start - AROUND) : citation.start],
        after=text[citation.end : citation.end + AROUND],
        exact=citation.quote == text[citation.start : citation.end],
    )


def _peak_memory() -> float:
    """The most memory this process ever held, in MB; Linux counts in kilobytes."""
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000, 1)
