"""Answers a question by its kind: composed of the articles' own sentences, part by part, or drafted."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing

from index.collection import Collection
from index.text.messages.catalogue import messages_in
from qa.errors import Busy, ModelUnavailable
from qa.pipeline.composing import composed_events, followups_to, shortened
from qa.pipeline.composition.composers import composer_of, fallback
from qa.pipeline.conversation import understand_in_conversation
from qa.pipeline.drafting.undecided import undecided
from qa.pipeline.parts.several_parts import Proves, answer_parts
from qa.pipeline.understanding.understanding import Understanding
from qa.pipeline.understanding.wording import plain_question
from qa.schemas import (
    Answer,
    Event,
    Evidence,
    Kind,
    Question,
)
from qa.telemetry.tracing import traced

logger = logging.getLogger(__name__)

# Puts a composed answer into a model's own words; None if these are not proven.
Write = Callable[[Question, Answer], Awaitable[Answer | None]]
# Kinds that a model with a large context writes over; lists, days and figures are shown as they are.
WRITTEN: frozenset[Kind] = frozenset({"summary", "profile"})
Understand = Callable[[Question, Collection], Awaitable[Understanding]]
Facts = Callable[[Question], AsyncGenerator[Event, None]]


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
        async with aclosing(composed_events(composer, understanding, collection, began)) as events:
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
    if answer.status == "declined" and understanding.kind == "yes-no":
        answer = undecided(answer, messages_in(understanding.question.language))
    composer = fallback(understanding) if answer.status == "declined" else None
    if composer is not None:
        async with aclosing(composed_events(composer, understanding, collection, began)) as events:
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
        update["followups"] = followups_to(understanding, collection, ids)
    return answer.model_copy(update=update)
