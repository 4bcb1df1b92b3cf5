"""Builders of small rows, questions and answers for the evaluation tests."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from qa.evaluation.questions import EvalQuestion
from qa.evaluation.results import QuoteContext, Row
from qa.schemas import Answer, AnswerSentence, Citation, RetrievedPassage, Timings

GOLD = "g"


def asked(id_: str = "q", **changes: Any) -> EvalQuestion:
    given: dict[str, Any] = {
        "id": id_,
        "question": "Who keeps the light?",
        "answers": ["Ada Quill"],
        "answerable": True,
        "gold": [GOLD],
        "evidence": ["Ada Quill keeps the light of Skerrow."],
    }
    return EvalQuestion.model_validate(given | changes)


def citation(number: int, quote: str, **changes: Any) -> Citation:
    given: dict[str, Any] = {
        "number": number,
        "article_id": GOLD,
        "title": "",
        "url": "",
        "date": None,
        "source": "",
        "start": 0,
        "end": len(quote),
        "quote": quote,
    }
    return Citation.model_validate(given | changes)


def passage(text: str, article_id: str = GOLD) -> RetrievedPassage:
    return RetrievedPassage(
        article_id=article_id,
        title="",
        url="",
        date=None,
        source="",
        start=0,
        end=len(text),
        text=text,
        score=0.5,
    )


def answer(said: Sequence[tuple[str, Sequence[int]]], *quotes: str | Citation) -> Answer:
    """Builds an answer from (sentence, citation numbers); without sentences it declines."""
    cited = [
        citation(number, quote) if isinstance(quote, str) else quote for number, quote in enumerate(quotes, 1)
    ]
    return Answer(
        status="answered" if said else "declined",
        text=" ".join(text for text, _ in said) or "The articles do not say.",
        sentences=tuple(
            AnswerSentence(text=text, citations=tuple(numbers), support="supported") for text, numbers in said
        ),
        citations=tuple(cited),
        question_searched="",
        timings=Timings(search_ms=1, first_token_ms=None, total_ms=2),
        model="none",
    )


def row(
    question: EvalQuestion,
    *,
    given: Answer | None = None,
    declined: bool = False,
    exact: bool = True,
    **changes: Any,
) -> Row:
    """Builds an unscored row: answered, declined, failed, or with retrieval only."""
    given = answer([]) if declined else given
    citations = given.citations if given else ()
    fields: dict[str, Any] = {
        "question": question,
        "half": question.half,
        "answer": given,
        "contexts": [QuoteContext(number=one.number, before="", after="", exact=exact) for one in citations],
    }
    return Row.model_validate(fields | changes)
