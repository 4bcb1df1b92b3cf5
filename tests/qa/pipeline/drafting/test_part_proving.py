"""Whether a part of a question is answered by what was said to another."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from index.collection import Collection
from index.library import Library
from index.schemas import Article
from index.schemas.search import Query
from qa.errors import ModelUnavailable
from qa.pipeline.drafting.across_languages import AcrossLanguages
from qa.pipeline.drafting.confidence import DEFAULT
from qa.pipeline.drafting.part_proving import Prover
from qa.pipeline.model_queue import ModelQueue
from qa.schemas import AnswerSentence, Citation, Question
from qa.verification.citations import Candidate
from qa.verification.cited_text import CitedText
from qa.verification.verifiers.proof import PROOF
from qa.verification.verifiers.verifier import Hypothesis, Verdict

TEXT = "Rask bought the brewery Holt in May. The price was 3.4 million crowns, the owner of the brewery said."


class Judge:
    """A verifier that finds everything proven, or fails."""

    name, coefficients, tasks = "judge", PROOF, ()

    def __init__(self, failure: Exception | None = None) -> None:
        self.asked: list[Hypothesis] = []
        self._failure = failure

    async def verify(self, hypothesis: Hypothesis) -> Verdict:
        self.asked.append(hypothesis)
        if self._failure:
            raise self._failure
        return Verdict(proof=0.999, contradiction=0.0)


@pytest.fixture
def collection(library: Library) -> Collection:
    made = library.collection("default", make=True)
    list(made.add([Article(id="holt", title="Holt is sold", text=TEXT)]))
    return made


def prover(judge: Judge, collection: Collection) -> Prover:
    async def retrieve(asked: Any) -> Any:
        question = asked.question
        return SimpleNamespace(
            hits=collection.search(question.question, filters=question.limits),
            query=Query(text=question.question),
        )

    queue = ModelQueue(slots=1, max_waiting=1)
    languages = AcrossLanguages(None, queue, None)
    return Prover(judge, queue, lambda _: collection, lambda _: DEFAULT, retrieve, languages)


def said() -> Candidate:
    citation = Citation(
        number=1, article_id="holt", title="Holt is sold", url="", date=None, source="", start=0, end=36,
        quote=TEXT[:36],
    )  # fmt: skip
    sentence = AnswerSentence(text=TEXT[:36], citations=(1,), support="supported")
    return Candidate(cited=CitedText(sentences=(sentence,), citations=(citation,)), claims=(TEXT[:36],))


Proved = Callable[[Judge, str], str]


@pytest.fixture
def proved(collection: Collection) -> Proved:
    def text(judge: Judge, question: str) -> str:
        asked = Question(question=question)
        return asyncio.run(prover(judge, collection).prove(asked, [said()])).text

    return text


def test_what_was_said_is_judged_with_what_stands_around_its_quote(proved: Proved) -> None:
    judge = Judge()
    assert proved(judge, "When was the brewery Holt bought?") == f"{TEXT[:35]} [1]."
    [hypothesis] = judge.asked
    assert hypothesis.context.startswith("… The price was 3.4 million crowns")


def test_a_question_in_another_language_is_not_held_against_the_articles(proved: Proved) -> None:
    judge = Judge()
    assert proved(judge, "Wann wurde die Brauerei Holt von Rask gekauft?") == ""
    assert not judge.asked


def test_a_verifier_that_fails_costs_no_answer(proved: Proved) -> None:
    judge = Judge(ModelUnavailable("gone"))
    assert proved(judge, "When was the brewery Holt bought?") == ""
    assert judge.asked
