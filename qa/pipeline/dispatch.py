"""Answers a question by its kind: composed of the articles' own sentences, part by part, or drafted."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing, suppress

from index.collection import Collection
from index.text.messages.catalogue import messages_in
from qa.errors import Busy, ModelUnavailable
from qa.llm.chat_models import NO_MODEL
from qa.pipeline.composition.composed import Composed, Composition
from qa.pipeline.composition.composers import Composer, composer_of, fallback
from qa.pipeline.composition.holdings.followups import MAX_FOLLOWUPS, followups
from qa.pipeline.conversation import understand_in_conversation
from qa.pipeline.parts.several_parts import Proves, answer_parts
from qa.pipeline.suggested_questions import suggested_questions
from qa.pipeline.understanding.understanding import Understanding
from qa.pipeline.understanding.wording import plain_question
from qa.schemas import (
    Answer,
    AnswerSentence,
    Event,
    Evidence,
    Kind,
    Progress,
    Question,
    RetrievedPassage,
    Timings,
    Token,
)
from qa.telemetry.tracing import traced
from qa.verification.cited_text import with_marks

logger = logging.getLogger(__name__)

# Puts a composed answer into a model's own words; None if these are not proven.
Write = Callable[[Question, Answer], Awaitable[Answer | None]]
# Kinds that a model with a large context writes over; lists, days and figures are shown as they are.
WRITTEN: frozenset[Kind] = frozenset({"summary", "profile"})
Understand = Callable[[Question, Collection], Awaitable[Understanding]]
Facts = Callable[[Question], AsyncGenerator[Event, None]]
# How many passages go with a composed answer.
PASSAGES = 6


class _Abandoned(Exception):
    """The reader has left; what is being composed is of no use."""


async def dispatch(
    question: Question,
    collection_of: Callable[[str], Collection],
    facts: Facts,
    *,
    drafts: bool,
    understand: Understand | None = None,
    write: Write | None = None,
    proves: Proves | None = None,
) -> AsyncGenerator[Event, None]:
    """The events of the answer, the Answer last; `facts` gives those of one that is drafted, by a
    model if it `drafts`. `understand` tells what is asked for. What is composed, `write` may put into better
    words. `proves` tells whether a sentence answers one of several parts.

    Raises ArchiveEmpty, and what `facts` raises.
    """
    began = time.perf_counter()
    collection = await asyncio.to_thread(collection_of, question.collection)
    question = plain_question(question)
    with traced("understand"):
        understanding = await (understand or understand_directly)(question, collection)
    composer = composer_of(understanding, drafts=drafts)
    shown = False
    if composer:
        async with aclosing(_composed(composer, understanding, collection, began)) as events:
            async for event in events:
                shown = True
                if isinstance(event, Answer):
                    yield await _written(event, understanding, write)
                    return
                yield event
    async with aclosing(_drafted(understanding, collection, facts, began, drafts, proves)) as events:
        async for event in events:
            if not (shown and isinstance(event, Evidence)):  # a stream has one
                yield event


async def understand_directly(question: Question, collection: Collection) -> Understanding:
    """The understanding of a question by its own words."""
    return await asyncio.to_thread(understand_in_conversation, question, collection)


async def _written(answer: Answer, understanding: Understanding, write: Write | None) -> Answer:
    """The composed answer, written over by a model if that proves."""
    if not write or understanding.kind not in WRITTEN or answer.is_list or understanding.sentences:
        return answer
    try:
        return await write(understanding.standalone, answer) or answer
    except (Busy, ModelUnavailable) as failure:
        logger.warning("the composed answer stays as it is: %s", failure)
        return answer


async def _drafted(
    understanding: Understanding,
    collection: Collection,
    facts: Facts,
    began: float,
    drafts: bool,
    proves: Proves | None,
) -> AsyncGenerator[Event, None]:
    """The events of a drafted answer; where it is declined, those of what can be composed instead."""
    drafted = (
        answer_parts(understanding, collection, facts, drafts=drafts, proves=proves)
        if understanding.kind == "parts"
        else facts(understanding.standalone)
    )
    answer: Answer | None = None
    async with aclosing(drafted) as events:
        async for event in events:
            if isinstance(event, Answer):
                answer = event
            else:
                yield event
    assert answer is not None  # a stream ends with one
    composer = fallback(understanding) if answer.status == "declined" else None
    if composer is not None:
        async with aclosing(_composed(composer, understanding, collection, began)) as events:
            async for event in events:
                if not isinstance(event, Evidence):
                    yield event
                if isinstance(event, Answer):
                    return
    yield await asyncio.to_thread(_labelled, answer, understanding, collection)


def _labelled(answer: Answer, understanding: Understanding, collection: Collection) -> Answer:
    """The drafted answer with how the question was understood, and what else can be asked."""
    answer = shortened(answer, understanding.sentences)
    update: dict[str, object] = {"kind": understanding.kind, "understood": understanding.shown}
    if not answer.followups:
        ids = [one.article_id for one in answer.citations or answer.passages]
        update["followups"] = _followups(understanding, collection, ids)
    return answer.model_copy(update=update)


def _followups(understanding: Understanding, collection: Collection, ids: Sequence[str]) -> tuple[str, ...]:
    """Questions about the first of the articles."""
    first = list(dict.fromkeys(ids))[:MAX_FOLLOWUPS]
    return followups(understanding, collection, collection.documents.present(first))


async def _composed(
    composer: Composer, understanding: Understanding, collection: Collection, began: float
) -> AsyncGenerator[Event, None]:
    """The events of a composed answer; no Answer if there is nothing to compose."""
    evidence = await asyncio.to_thread(_evidence, understanding, collection)
    searched = time.perf_counter()
    read: asyncio.Queue[Progress] = asyncio.Queue()
    loop, stopped = asyncio.get_running_loop(), False

    def reading(done: int, total: int) -> None:
        if stopped:
            raise _Abandoned
        if total > 1:
            loop.call_soon_threadsafe(read.put_nowait, Progress(done=done, total=total))

    composition = Composition(understanding=understanding, collection=collection, reading=reading)
    with traced("compose"):
        composing = asyncio.create_task(asyncio.to_thread(composer, composition))
        try:
            shown = False
            while not composing.done():
                waiting = asyncio.create_task(read.get())
                await asyncio.wait({composing, waiting}, return_when=asyncio.FIRST_COMPLETED)
                if waiting.done():
                    if not shown:
                        yield evidence
                        shown = True
                    yield waiting.result()
                else:
                    waiting.cancel()
            composed = await composing
        finally:
            stopped = True
            if not composing.done():
                with suppress(_Abandoned):
                    await asyncio.shield(composing)
    if not composed or not composed.lines:
        return
    answer = await asyncio.to_thread(_answer, composed, understanding, collection, evidence)
    if not shown:
        yield evidence
    yield Token(text=answer.text)
    timings = Timings(
        search_ms=_milliseconds(searched - began),
        first_token_ms=None,
        total_ms=_milliseconds(time.perf_counter() - began),
    )
    yield answer.model_copy(update={"timings": timings})


def _evidence(understanding: Understanding, collection: Collection) -> Evidence:
    hits = []
    if understanding.topic and understanding.kind not in ("chat", "overview"):
        hits = collection.search(understanding.topic, k=PASSAGES, filters=understanding.filters)
    return Evidence(question_searched=understanding.wording, passages=tuple(map(RetrievedPassage.of, hits)))


def _answer(
    composed: Composed, understanding: Understanding, collection: Collection, evidence: Evidence
) -> Answer:
    sentences, citations = composed.cited(collection)
    language = understanding.question.language
    examples = tuple(suggested_questions(collection, MAX_FOLLOWUPS, language)) if composed.is_chat else ()
    if examples and understanding.detail != "thanks":
        messages = messages_in(language)
        text = messages.gettext("You could ask: {questions}", questions=messages.either(examples))
        sentences += (AnswerSentence(text=text, citations=(), support="catalogue"),)
    answer = Answer(
        status="chat" if composed.is_chat else "answered",
        text=("\n" if composed.is_list else " ").join(map(with_marks, sentences)),
        sentences=sentences,
        citations=citations,
        question_searched=evidence.question_searched,
        passages=evidence.passages,
        timings=Timings(search_ms=0.0, first_token_ms=None, total_ms=0.0),
        model=NO_MODEL,
        kind=understanding.kind,
        understood=understanding.shown,
        followups=examples or _followups(understanding, collection, composed.article_ids),
    )
    return shortened(answer, understanding.sentences)


def shortened(answer: Answer, sentences: int | None) -> Answer:
    """The answer with at most so many sentences, and the citations of these."""
    if sentences is None or len(answer.sentences) <= sentences:
        return answer
    kept = answer.sentences[:sentences]
    cited = {number for sentence in kept for number in sentence.citations}
    return answer.model_copy(
        update={
            "text": " ".join(map(with_marks, kept)),
            "sentences": kept,
            "citations": tuple(one for one in answer.citations if one.number in cited),
        }
    )


def _milliseconds(seconds: float) -> float:
    return round(seconds * 1000, 1)
