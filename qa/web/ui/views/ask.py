"""The Ask view: the question box, what is shown above it, and what is asked beside it."""

from __future__ import annotations

from functools import partial

import gradio as gr

from index.text.messages.messages import Messages
from qa.assistant import Assistant
from qa.auth import caller
from qa.schemas import MAX_QUESTION_CHARACTERS
from qa.web.ui.html import citations, filters
from qa.web.ui.html.welcome import newest, suggestions, welcome
from qa.web.ui.scope import Scope
from qa.web.ui.views.answer_stream import answer, stop_answer
from qa.web.ui.views.chosen import choose, titles_of
from qa.web.ui.views.components import QUIET, html, live


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
