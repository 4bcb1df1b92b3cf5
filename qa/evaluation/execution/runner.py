"""Asks the questions one after another, and records a row for each."""

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

# The maximum of a search; enough passages for ten distinct articles.
SEARCH_HITS = 50
RANKED_ARTICLES = 10
# Characters of the article on either side of a quote.
CONTEXT_CHARACTERS = 300
# The field of an answer with the confidence of each abstention gate.
GATES = {"search": "search_confidence", "answer": "confidence", "proof": "proof"}


class EvaluationTarget(Protocol):
    """The system under evaluation: an `Assistant`, or a client of a server."""

    def stream(self, question: Question) -> AsyncGenerator[Event, None]: ...

    def search(
        self, query: str, *, k: int = 10, filters: Filters = Filters(), collection: str = "default"
    ) -> tuple[RetrievedPassage, ...]: ...

    def article(self, article_id: str, *, collection: str = "default") -> Article: ...


def run_questions(
    assistant: EvaluationTarget,
    questions: Sequence[EvalQuestion],
    *,
    collection: str = "default",
    retrieval_only: bool = False,
) -> Iterator[Row]:
    """Yields an unscored row for each question, in order.

    A question that fails gives a row with its error. With `retrieval_only`, each question ends once its
    evidence is there, before the model is called.
    """
    with start_blocking_portal() as portal:
        for question in questions:
            empty = Row(question=question, half=question.half)
            try:
                row = portal.call(_ask, assistant, empty, collection, retrieval_only)
                row = _with_lookups(assistant, row, collection)
            except Exception as error:
                # One failure must not end the run; the report shows it.
                row = empty.model_copy(update={"error": f"{type(error).__name__}: {error}"})
            yield row.model_copy(update={"memory_mb": _peak_memory_mb()})


async def _ask(assistant: EvaluationTarget, row: Row, collection: str, retrieval_only: bool) -> Row:
    """Returns the row with the streamed evidence and answer, and their times."""
    question = _question(row.question, collection)
    fields: dict[str, Any] = {}
    began = time.perf_counter()

    def elapsed_ms() -> float:
        return round((time.perf_counter() - began) * 1000, 1)

    async with aclosing(assistant.stream(question)) as events:
        async for event in events:
            if isinstance(event, Evidence):
                fields |= {
                    "evidence_ms": elapsed_ms(),
                    "searched": event.question_searched,
                    "passages": event.passages,
                }
                if retrieval_only:
                    break
            elif isinstance(event, Token):
                fields.setdefault("first_token_ms", elapsed_ms())
            elif isinstance(event, Answer):
                fields |= {"total_ms": elapsed_ms()} | _answer_fields(event)
    return row.model_copy(update=fields)


def _answer_fields(answer: Answer) -> dict[str, Any]:
    confidences = {gate: getattr(answer, field, None) for gate, field in GATES.items()}
    usage = getattr(answer, "usage", None)
    fields: dict[str, Any] = {
        "answer": answer.model_copy(update={"passages": ()}),
        "confidences": {gate: value for gate, value in confidences.items() if value is not None},
    }
    if answer.timings.first_token_ms is None:
        fields["first_token_ms"] = None  # without a model, the first tokens are quotes
    if usage:
        fields |= {"prompt_tokens": usage.prompt_tokens, "answer_tokens": usage.answer_tokens}
    return fields


def _question(question: EvalQuestion, collection: str) -> Question:
    return checked_question(
        question.question,
        history=question.history,
        as_of=question.date,
        filters=Filters(without_ids=question.without),
        collection=collection,
    )


def _with_lookups(assistant: EvaluationTarget, row: Row, collection: str) -> Row:
    """Returns the row with the ranked articles and the context of each quote."""
    limits = _question(row.question, collection).limits
    # A follow-up question is searched with its history, which may exceed the limit of a query.
    query = row.searched[:MAX_QUESTION_CHARACTERS]
    hits = assistant.search(query, k=SEARCH_HITS, filters=limits, collection=collection)
    ranked = dict.fromkeys(passage.article_id for passage in (*row.passages, *hits))
    citations = row.answer.citations if row.answer else ()
    return row.model_copy(
        update={
            "ranked": tuple(ranked)[:RANKED_ARTICLES],
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
        before=text[max(0, citation.start - CONTEXT_CHARACTERS) : citation.start],
        after=text[citation.end : citation.end + CONTEXT_CHARACTERS],
        exact=citation.quote == text[citation.start : citation.end],
    )


def _peak_memory_mb() -> float:
    """Returns the peak memory of this process in MB; Linux reports kilobytes."""
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000, 1)
