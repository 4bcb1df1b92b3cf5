"""The events of an answer that is composed of the articles' own sentences, while it is composed."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import suppress

from index.collection import Collection
from index.text.messages.catalogue import messages_in
from qa.llm.chat_models import NO_MODEL
from qa.pipeline.composition.composed import Composed, Composition
from qa.pipeline.composition.composers import Composer
from qa.pipeline.composition.holdings.followups import MAX_FOLLOWUPS, followups
from qa.pipeline.suggested_questions import suggested_questions
from qa.pipeline.understanding.understanding import Understanding
from qa.schemas import (
    Answer,
    AnswerSentence,
    Event,
    Evidence,
    Progress,
    RetrievedPassage,
    Timings,
    Token,
)
from qa.telemetry.tracing import traced
from qa.verification.cited_text import with_marks

# How many passages go with a composed answer.
PASSAGES = 6


class _Abandoned(Exception):
    """The reader has left; what is being composed is of no use."""


async def composed_events(
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
        followups=examples or followups_to(understanding, collection, composed.article_ids),
    )
    return shortened(answer, understanding.sentences)


def followups_to(understanding: Understanding, collection: Collection, ids: Sequence[str]) -> tuple[str, ...]:
    """Questions about the first of the articles."""
    first = list(dict.fromkeys(ids))[:MAX_FOLLOWUPS]
    return followups(understanding, collection, collection.documents.present(first))


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
