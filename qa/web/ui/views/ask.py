"""The Ask view: a question goes in, the evidence, the draft and the checked answer come out."""

from __future__ import annotations

import logging
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from datetime import date
from functools import partial

import gradio as gr
from pydantic import ValidationError

from index.errors import QuothError
from qa.assistant import Assistant
from qa.auth import caller
from qa.schemas import MAX_QUESTION_CHARACTERS, Answer, Evidence, Token, checked_question
from qa.web.ui.components import QUIET, html, live
from qa.web.ui.conversation import Exchange, SentQuestion
from qa.web.ui.html import citations, conversation, filters
from qa.web.ui.html.welcome import newest, suggestions, welcome
from qa.web.ui.phrases.window import Phrases
from qa.web.ui.scope import Scope

logger = logging.getLogger(__name__)


def build(assistant: Assistant, say: Phrases, scope: gr.State) -> None:
    """The view's parts and what happens between them. What was asked before is the page's to keep."""
    with gr.Column(elem_id="talk"):
        with gr.Column(elem_id="welcome"):
            greeting, questions = html("greeting"), html("questions")
        html("past", '<div id="earlier"></div>')
        current = html("current")
    sources = html("sources", citations.no_sources(say, say.first_note))
    narrowed = live("narrowed")
    with gr.Column(elem_id="asking"):
        status = html("status")
        with gr.Row(elem_id="line"):
            box = gr.Textbox(
                placeholder=say.your_question,
                label=say.your_question,
                show_label=False,
                container=False,
                max_lines=5,
                max_length=MAX_QUESTION_CHARACTERS,
                autofocus=True,
                elem_id="box",
            )
            send, stop = gr.Button(say.ask, elem_id="send"), gr.Button(say.stop, elem_id="stop")
    sent = gr.Textbox(visible=False)
    # Questions that are not typed: examples, a second try, another search.
    other = gr.HTML(elem_id="other", js_on_load="quoth.ask = () => trigger('submit')")

    run = gr.on(
        [box.submit, send.click, other.submit],
        partial(asked, assistant, say),
        [box, sent, scope],
        [box, current, status, sources],
        js="(text) => [text, quoth.sent(text), null]",
        concurrency_id="ask",
        trigger_mode="once",
        **QUIET,
    )
    stop.click(
        partial(stopped, say),
        [sent, scope],
        [current, status],
        js="() => [quoth.running, null]",
        cancels=[run],
        queue=False,
        **QUIET,
    )
    gr.on(None, partial(opened, assistant, say), [scope], [greeting], **QUIET)
    gr.on(None, partial(newest, assistant, say), None, [sources], **QUIET)
    gr.on(None, partial(suggestions, assistant, say), [scope], [questions], **QUIET)
    gr.on(None, partial(filters.line, say), [scope], [narrowed], **QUIET)
    narrowed.click(lambda scope: Scope(edition=scope.edition), [scope], [scope], **QUIET)


def opened(assistant: Assistant, say: Phrases, scope: Scope) -> str:
    """The greeting of a window that opens, or turns to another part of the library; nothing of a collection
    that is not for the caller, for which the Library view finds another.
    """
    if not caller().sees(scope.collection):
        return ""
    return welcome(say, assistant.articles(collection=scope.collection).articles)


View = tuple[str, str, str]


async def asked(
    assistant: Assistant, say: Phrases, _text: str, sent: str, scope: Scope
) -> AsyncGenerator[tuple[object, ...], None]:
    """The question box and the views of `answering`."""
    if not sent:
        return
    question = SentQuestion.model_validate_json(sent)
    box: object = "" if question.typed else gr.skip()
    async with aclosing(answering(assistant, say, question, scope)) as views:
        async for view in views:
            yield (box, *view)
            # Emptied once: what is typed while an answer is written stays.
            box = gr.skip()


async def answering(
    assistant: Assistant, say: Phrases, sent: SentQuestion, scope: Scope
) -> AsyncGenerator[View, None]:
    """What the window shows while a question is answered, as HTML: the exchange, what is being done, and
    the sources. Closing it stops the model.
    """
    began = time.perf_counter()
    exchange = _opened(sent, scope)
    current, sources = conversation.asked(say, sent.question, "", ""), citations.no_sources(say, "")

    def view(doing: str) -> View:
        seconds = time.perf_counter() - began
        return (
            current,
            conversation.status(sent.nth, doing, seconds) if doing else conversation.done(say),
            sources,
        )

    yield view(say.searching)
    searched, written = "", ""
    # Without a model the draft comes whole; the end of a model's draft is not told.
    writing = say.checking if assistant.model_name == conversation.NO_MODEL else say.writing
    try:
        checked = checked_question(
            sent.question, history=sent.history, search_as=sent.search_as, **scope.details()
        )
        async with aclosing(assistant.stream(checked)) as events:
            async for event in events:
                match event:
                    case Evidence():
                        searched = event.question_searched
                        current = conversation.asked(say, sent.question, searched, "")
                        sources = citations.evidence(say, event.passages, exchange.collection, exchange.day)
                        yield view(say.count(len(event.passages), say.reading))
                    case Token():
                        written += event.text
                        current = conversation.asked(
                            say, sent.question, searched, conversation.draft(written)
                        )
                        yield view(writing)
                    case Answer():
                        exchange = exchange.model_copy(update={"answer": event})
                        sources = citations.sources(say, exchange)
    except QuothError as error:
        exchange = exchange.model_copy(update={"trouble": str(error)})
    except Exception:
        logger.exception("a question in the window failed")
        exchange = exchange.model_copy(update={"trouble": say.failed})
    current = conversation.exchange(say, sent.nth, exchange)
    yield view("")


def stopped(say: Phrases, sent: str, scope: Scope) -> tuple[object, str]:
    """The current exchange and the status after its run was cut off."""
    try:
        question = SentQuestion.model_validate_json(sent)
    except ValidationError:  # it had ended just before
        return gr.skip(), conversation.done(say)
    return conversation.exchange(say, question.nth, _opened(question, scope)), conversation.done(say)


def _opened(sent: SentQuestion, scope: Scope) -> Exchange:
    return Exchange(
        question=sent.question.strip(), asked=date.today(), collection=scope.collection, as_of=scope.as_of
    )
