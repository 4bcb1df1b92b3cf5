"""Answers a question of the Ask view: shows the evidence, the draft and the checked answer as they come."""

from __future__ import annotations

import logging
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import date

import gradio as gr
from pydantic import ValidationError

from index.errors import QuothError
from index.text.messages.messages import Messages
from qa.assistant import Assistant
from qa.schemas import Answer, Event, Evidence, Progress, Question, Token, checked_question
from qa.web.ui.conversation import Exchange, SentQuestion
from qa.web.ui.html import citations, conversation
from qa.web.ui.scope import Scope

logger = logging.getLogger(__name__)

View = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class _Shown:
    """What the window shows of a question while it is answered."""

    exchange: Exchange
    activity: str
    sources: str
    searched: str = ""
    draft: str = ""


async def answer(
    assistant: Assistant, messages: Messages, _text: str, sent: str, scope: Scope
) -> AsyncGenerator[tuple[object, ...], None]:
    """Yields the question box's content, followed by the views of `stream_answer`."""
    if not sent:
        return
    question = SentQuestion.model_validate_json(sent)
    box: object = "" if question.typed else gr.skip()
    async with aclosing(stream_answer(assistant, messages, question, scope)) as views:
        async for view in views:
            yield (box, *view)
            # Cleared only once: the next question can be typed while the answer is written.
            box = gr.skip()


async def stream_answer(
    assistant: Assistant, messages: Messages, sent: SentQuestion, scope: Scope
) -> AsyncGenerator[View, None]:
    """Answers a question, and yields the exchange, the status and the sources as HTML at each step.
    Closing the generator stops the model.
    """
    start = time.perf_counter()
    shown = _Shown(_exchange(sent, scope), messages.gettext("Searching…"), citations.no_sources(messages, ""))

    def view() -> View:
        current = conversation.asked(messages, shown.exchange.question, shown.searched, shown.draft)
        status = conversation.status(sent.nth, shown.activity, time.perf_counter() - start)
        return current, status, shown.sources

    yield view()
    try:
        async with aclosing(assistant.stream(_question(messages, sent, scope))) as events:
            async for event in events:
                shown = _after(shown, event, messages, assistant.model_name)
                if not isinstance(event, Answer):
                    yield view()
        exchange = shown.exchange
    except QuothError as failure:
        exchange = _failed(shown, messages.told(failure.message))
    except Exception:
        logger.exception("a question in the window failed")
        exchange = _failed(shown, messages.gettext("Something went wrong. The server log has the details."))
    yield conversation.exchange(messages, sent.nth, exchange), conversation.done(messages), shown.sources


def stop_answer(messages: Messages, sent: str, scope: Scope) -> tuple[object, str]:
    """The exchange and the status of a question that was stopped."""
    try:
        question = SentQuestion.model_validate_json(sent)
    except ValidationError:  # it has just finished
        return gr.skip(), conversation.done(messages)
    exchange = _exchange(question, scope)
    return conversation.exchange(messages, question.nth, exchange), conversation.done(messages)


def _question(messages: Messages, sent: SentQuestion, scope: Scope) -> Question:
    return checked_question(
        sent.question,
        history=sent.history,
        **sent.choices(),
        language=messages.language,
        **scope.details(),
    )


def _exchange(sent: SentQuestion, scope: Scope) -> Exchange:
    return Exchange(
        question=sent.question.strip(),
        asked=date.today(),
        collection=scope.collection,
        as_of=scope.as_of,
        **sent.choices(),
    )


def _failed(shown: _Shown, trouble: str) -> Exchange:
    return shown.exchange.model_copy(update={"trouble": trouble})


def _after(shown: _Shown, event: Event, messages: Messages, model: str) -> _Shown:
    """What is shown after an event of the answer."""
    match event:
        case Evidence(passages=passages):
            reading = messages.ngettext(
                "Reading {number} passage…", "Reading {number} passages…", len(passages)
            )
            collection, day = shown.exchange.collection, shown.exchange.day
            sources = citations.evidence(messages, passages, collection, day)
            return replace(shown, activity=reading, searched=event.question_searched, sources=sources)
        case Progress():
            reading = messages.gettext("Reading {done} of {total}…", done=event.done, total=event.total)
            return replace(shown, activity=reading)
        case Token():
            # Without a model, the first token is the whole draft.
            composed = model == conversation.NO_MODEL
            writing = messages.gettext("Writing a draft, not checked yet…")
            activity = messages.gettext("Checking quotes…") if composed else writing
            return replace(shown, activity=activity, draft=shown.draft + event.text)
        case Answer():
            exchange = shown.exchange.model_copy(update={"answer": event})
            return replace(shown, exchange=exchange, sources=citations.sources(messages, exchange))
