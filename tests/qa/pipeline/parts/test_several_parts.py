"""The answers to the parts of a question, as one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from dataclasses import replace
from typing import Any

import pytest

from index.library import Library
from index.schemas import Article
from qa.pipeline.parts.joined_parts import joined
from qa.pipeline.parts.several_parts import answer_parts
from qa.pipeline.understanding.understanding import Understanding, understand
from qa.schemas import Answer, AnswerSentence, Citation, Conflict, Event, Position, Question, Timings, Usage
from qa.verification.citations import Candidate
from qa.verification.cited_text import CitedText

ASKED = "Who bought the brewery Holt, and for how much?"


def understood(library: Library, **details: object) -> Understanding:
    library.collection("default", make=True)
    asked = Question.model_validate({"question": ASKED} | details)
    return understand(asked, library.collection("default"))


def quoted(text: str, *numbers: int) -> AnswerSentence:
    return AnswerSentence(text=text, citations=numbers, support="supported")


def said(text: str, *starts: int, **changes: Any) -> Answer:
    """An answer of one sentence, with a quote at each place."""
    citations = tuple(
        Citation(
            number=number,
            article_id="holt",
            title="",
            url="",
            date=None,
            source="",
            start=start,
            end=start + 9,
            quote="",
        )
        for number, start in enumerate(starts, 1)
    )
    given: dict[str, Any] = {
        "status": "answered",
        "text": text,
        "sentences": (quoted(text, *(one.number for one in citations)),),
        "citations": citations,
        "question_searched": ASKED,
        "timings": Timings(search_ms=1.0, first_token_ms=None, total_ms=2.0),
        "model": "none",
    }
    return Answer.model_validate(given | changes)


def disagreement(*numbers: int) -> Conflict:
    positions = tuple(Position(claim=str(number), citations=(number,)) for number in numbers)
    return Conflict(about="the price", positions=positions)


def test_what_sources_say_of_a_later_part_keeps_its_quotes(library: Library) -> None:
    who, price = said("Rask did.", 10), said("3.4 million.", 20, 10, conflicts=(disagreement(1, 2),))
    answer = joined(understood(library), [who, price])
    starts = {one.number: one.start for one in answer.citations}
    [conflict] = answer.conflicts
    assert [[starts[number] for number in side.citations] for side in conflict.positions] == [[20], [10]]
    assert [[starts[number] for number in one.citations] for one in answer.sentences] == [[10], [20, 10]]


def test_an_answered_question_has_nothing_nearest(library: Library) -> None:
    nearest = quoted("The brewery has three cats.", 1)
    who = said("", 10, status="declined", sentences=(), nearest=nearest)
    answer = joined(understood(library), [who, said("3.4 million.", 20)])
    assert (answer.status, answer.nearest) == ("answered", None)
    assert answer.text == "3.4 million [1]. The articles do not say: who bought the brewery Holt."


@pytest.mark.parametrize(
    ("used", "total"),
    [([(10, 2), (20, 3)], (30, 5)), ([None, (20, 3)], (20, 3)), ([None, None], None)],
)
def test_the_tokens_of_all_parts_are_counted(
    library: Library, used: list[tuple[int, int] | None], total: tuple[int, int] | None
) -> None:
    def usage(tokens: tuple[int, int] | None) -> Usage | None:
        return Usage(prompt_tokens=tokens[0], answer_tokens=tokens[1]) if tokens else None

    answers = [said(text, 10, usage=usage(tokens)) for text, tokens in zip("ab", used, strict=True)]
    assert joined(understood(library), answers).usage == usage(total)


@pytest.mark.parametrize(
    ("search_as", "searched"),
    [("Holt sale", ["Holt sale", "Holt sale"]), (None, [None, "For how much? (bought brewery Holt)"])],
)
def test_each_part_is_searched_for_with_the_words_of_the_user(
    library: Library, search_as: str | None, searched: list[str | None]
) -> None:
    asked: list[Question] = []

    async def facts(question: Question) -> AsyncGenerator[Event, None]:
        asked.append(question)
        yield said("Rask did.", 10)

    async def answered() -> None:
        understanding = understood(library, search_as=search_as)
        async for _ in answer_parts(understanding, library.collection("default"), facts, drafts=True):
            pass

    asyncio.run(answered())
    assert [one.question for one in asked] == ["Who bought the brewery Holt?", "For how much?"]
    assert [one.search_as for one in asked] == searched


BOUGHT = "Rask bought the brewery Holt in May."
PRICE = "The brewery Holt was sold to Rask for 3.4 million crowns."


def parts_of(library: Library, facts: dict[str, Answer], proven: dict[str, str]) -> tuple[Answer, list[str]]:
    """The answer, and the parts that were drafted; `proven` has the sentence that proves a part."""
    collection = library.collection("default", make=True)
    list(collection.add([Article(id="holt", title="Holt is sold", text=f"{BOUGHT} {PRICE}")]))
    drafted: list[str] = []

    async def draft(question: Question) -> AsyncGenerator[Event, None]:
        drafted.append(question.question)
        yield facts[question.question]

    async def proves(question: Question, candidates: Sequence[Candidate]) -> CitedText:
        texts = [one.cited for one in candidates if one.claims == (proven.get(question.question),)]
        return texts[0] if texts else CitedText()

    async def answered() -> Answer:
        understanding = understand(Question(question=ASKED), collection)
        events = answer_parts(understanding, collection, draft, drafts=True, proves=proves)
        return [event async for event in events if isinstance(event, Answer)][-1]

    return asyncio.run(answered()), drafted


WHO, HOW_MUCH = "Who bought the brewery Holt?", "For how much?"


def test_a_part_that_an_earlier_sentence_answers_is_not_drafted(library: Library) -> None:
    facts = {WHO: said(PRICE, len(BOUGHT) + 1)}
    answer, drafted = parts_of(library, facts, {HOW_MUCH: PRICE})
    assert (answer.text, drafted) == (f"{PRICE[:-1]} [1].", [WHO])


@pytest.mark.parametrize("is_proven", [True, False])
def test_a_declined_part_is_looked_for_beside_the_others(library: Library, is_proven: bool) -> None:
    facts = {WHO: said(BOUGHT, 0), HOW_MUCH: said("", status="declined", sentences=())}
    answer, drafted = parts_of(library, facts, {HOW_MUCH: PRICE} if is_proven else {})
    rest = f"{PRICE[:-1]} [2]." if is_proven else "The articles do not say: for how much."
    assert (answer.text, drafted) == (f"{BOUGHT[:-1]} [1]. {rest}", [WHO, HOW_MUCH])


def test_a_declined_part_that_a_later_sentence_answers_is_not_named(library: Library) -> None:
    facts = {WHO: said("", status="declined", sentences=()), HOW_MUCH: said(PRICE, len(BOUGHT) + 1)}
    answer, _ = parts_of(library, facts, {WHO: PRICE})
    assert answer.text == f"{PRICE[:-1]} [1]."


@pytest.mark.parametrize(
    ("other", "sentence", "is_named"),
    [
        (HOW_MUCH, "From 1 June the brewery Holt has rest rooms, at a cost of 74,000 crowns.", False),
        (HOW_MUCH, "On 3 May a ferry ran aground.", True),
        (HOW_MUCH, "The rest rooms of Holt cost 74,000 crowns.", True),
        ("When did the rest rooms at Holt close?", "The rest rooms at Holt closed on 3 May.", True),
    ],
)
def test_a_part_is_not_said_to_be_missing_beside_a_sentence_that_says_it(
    library: Library, other: str, sentence: str, is_named: bool
) -> None:
    parts = ("When do the rest rooms at Holt start?", other)
    understanding = replace(understood(library), parts=parts)
    answer = joined(understanding, [said("", status="declined", sentences=()), said(sentence, 10)])
    assert ("The articles do not say" in answer.text) == is_named


STORM, DAMAGE = "A storm blew at 148 kilometres an hour.", "The storm did damage of 2 million crowns."


@pytest.mark.parametrize(
    ("part", "sentence", "is_named"),
    [
        ("How much did the state pay towards the damage?", STORM, True),
        ("How much was the damage?", DAMAGE, False),
        ("How old is it?", DAMAGE, False),
        ("For how much?", DAMAGE, False),
    ],
)
def test_a_number_of_something_else_answers_no_part(
    library: Library, part: str, sentence: str, is_named: bool
) -> None:
    understanding = replace(understood(library), parts=("What did the storm do?", part))
    answer = joined(understanding, [said(sentence, 10), said("", status="declined", sentences=())])
    assert ("The articles do not say" in answer.text) == is_named
