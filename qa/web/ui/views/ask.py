"""The Ask view: takes a question, and shows the evidence, the draft and the checked answer."""

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
from index.text.messages.messages import Messages
from qa.assistant import Assistant
from qa.auth import caller
from qa.schemas import MAX_QUESTION_CHARACTERS, Answer, Evidence, Progress, Token, checked_question
from qa.web.ui.conversation import Exchange, SentQuestion
from qa.web.ui.html import citations, conversation, filters
from qa.web.ui.html.welcome import newest, suggestions, welcome
from qa.web.ui.scope import Scope
from qa.web.ui.views.chosen import choose, titles_of
from qa.web.ui.views.components import QUIET, html, live

logger = logging.getLogger(__name__)


def build(assistant: Assistant, messages: Messages, scope: gr.State) -> None:
    """Adds the view's components and events to the page. Earlier exchanges are up to the page's script."""
    with gr.Column(elem_id="talk"):
        with gr.Column(elem_id="welcome"):
            greeting, questions = html("greeting"), html("questions")
        html("past", '<div id="earlier"></div>')
        current = html("current")
    sources = html("sources", citations.no_sources(messages, citations.about(messages)))
    narrowed = live("narrowed")
    with gr.Column(elem_id="asking"):
        status = html("status")
        with gr.Row(elem_id="line"):
            box = gr.Textbox(
                placeholder=messages.gettext("Ask a question"),
                label=messages.gettext("Ask a question"),
                show_label=False,
                container=False,
                max_lines=5,
                max_length=MAX_QUESTION_CHARACTERS,
                autofocus=True,
                elem_id="box",
            )
            send = gr.Button(messages.pgettext("send a question", "Ask"), elem_id="send")
            stop = gr.Button(messages.gettext("Stop"), elem_id="stop")
    sent = gr.Textbox(visible=False)
    # Questions from outside of the box: suggestions, a second try, another search.
    other = gr.HTML(elem_id="other", js_on_load="quoth.ask = () => trigger('submit')")

    run = gr.on(
        [box.submit, send.click, other.submit],
        partial(answer, assistant, messages),
        [box, sent, scope],
        [box, current, status, sources],
        js="(text) => [text, quoth.request(text), null]",
        concurrency_id="ask",
        trigger_mode="once",
        **QUIET,
    )
    stop.click(
        partial(stop_answer, messages),
        [sent, scope],
        [current, status],
        js="() => [quoth.running, null]",
        cancels=[run],
        queue=False,
        **QUIET,
    )
    gr.on(None, partial(greeting_of, assistant, messages), [scope], [greeting], **QUIET)
    gr.on(None, partial(newest, assistant, messages), None, [sources], **QUIET)
    gr.on(None, partial(suggestions, assistant, messages), [scope], [questions], **QUIET)
    gr.on(None, partial(narrowed_to, assistant, messages), [scope], [narrowed], **QUIET)
    narrowed.click(widened, [scope], [scope], **QUIET)
    # Articles that are chosen in the reader, in the Library or by the page's address.
    choice = gr.HTML(elem_id="choice", js_on_load="quoth.choosing((chosen) => trigger('submit', chosen))")

    def chosen(scope: Scope, event: gr.EventData) -> Scope:
        return choose(assistant, scope, event._data or {})

    submitted = choice.submit(chosen, [scope], [scope], **QUIET)
    submitted.then(None, None, None, js="() => quoth.chosen()", **QUIET)


def greeting_of(assistant: Assistant, messages: Messages, scope: Scope) -> str:
    """The greeting for the scope's collection; empty if the caller may not read it: then the Library view
    chooses another one.
    """
    if not caller().sees(scope.collection):
        return ""
    return welcome(messages, assistant.articles(collection=scope.collection).articles)


def narrowed_to(assistant: Assistant, messages: Messages, scope: Scope) -> str:
    """The scope above the question box, with the titles of the articles that were chosen."""
    return filters.summary(messages, scope, titles_of(assistant, scope))


def widened(scope: Scope, event: gr.EventData) -> Scope:
    """The scope without the article of the button, or without any limits."""
    data = event._data or {}
    if data.get("do") == "drop":
        return scope.choosing(id_ for id_ in scope.chosen if id_ != data.get("id"))
    return Scope(edition=scope.edition)


View = tuple[str, str, str]


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
    exchange = _exchange(sent, scope)
    current, sources = conversation.asked(messages, sent.question, "", ""), citations.no_sources(messages, "")

    def view(activity: str) -> View:
        return current, conversation.status(sent.nth, activity, time.perf_counter() - start), sources

    yield view(messages.gettext("Searching…"))
    searched, draft = "", ""
    # Without a model, the first token is the whole draft.
    composes = assistant.model_name == conversation.NO_MODEL
    checking = messages.gettext("Checking quotes…")
    writing = checking if composes else messages.gettext("Writing a draft, not checked yet…")
    try:
        checked = checked_question(
            sent.question,
            history=sent.history,
            search_as=sent.search_as,
            kind=sent.kind,
            ignore=sent.ignore,
            language=messages.language,
            **scope.details(),
        )
        async with aclosing(assistant.stream(checked)) as events:
            async for event in events:
                match event:
                    case Evidence():
                        searched = event.question_searched
                        current = conversation.asked(messages, sent.question, searched, "")
                        sources = citations.evidence(
                            messages, event.passages, exchange.collection, exchange.day
                        )
                        yield view(
                            messages.ngettext(
                                "Reading {number} passage…", "Reading {number} passages…", len(event.passages)
                            )
                        )
                    case Progress():
                        yield view(
                            messages.gettext("Reading {done} of {total}…", done=event.done, total=event.total)
                        )
                    case Token():
                        draft += event.text
                        current = conversation.asked(messages, sent.question, searched, draft)
                        yield view(writing)
                    case Answer():
                        exchange = exchange.model_copy(update={"answer": event})
                        sources = citations.sources(messages, exchange)
    except QuothError as failure:
        exchange = exchange.model_copy(update={"trouble": messages.told(failure.message)})
    except Exception:
        logger.exception("a question in the window failed")
        trouble = messages.gettext("Something went wrong. The server log has the details.")
        exchange = exchange.model_copy(update={"trouble": trouble})
    yield conversation.exchange(messages, sent.nth, exchange), conversation.done(messages), sources


def stop_answer(messages: Messages, sent: str, scope: Scope) -> tuple[object, str]:
    """The exchange and the status of a question that was stopped."""
    try:
        question = SentQuestion.model_validate_json(sent)
    except ValidationError:  # it has just finished
        return gr.skip(), conversation.done(messages)
    exchange = _exchange(question, scope)
    return conversation.exchange(messages, question.nth, exchange), conversation.done(messages)


def _exchange(sent: SentQuestion, scope: Scope) -> Exchange:
    return Exchange(
        question=sent.question.strip(), asked=date.today(), collection=scope.collection, as_of=scope.as_of
    )
