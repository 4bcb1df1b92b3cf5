"""The Ask view: a question goes in, the evidence, the draft and the checked answer come out."""

from __future__ import annotations

import logging
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import replace
from functools import partial
from typing import Any

import gradio as gr

from index.articles import Summary
from index.errors import QuothError
from qa.answers import MAX_QUESTION_CHARACTERS, Answer, Evidence, Token, checked_question
from qa.assistant import Assistant
from qa.ui import cards, narrowing, talk
from qa.ui.conversation import Conversation, Exchange, history
from qa.ui.parts import QUIET, html, live
from qa.ui.phrases import Phrases
from qa.ui.scope import Scope

logger = logging.getLogger(__name__)

EXAMPLES = 4
EXAMPLE_CHARACTERS = 80


def build(assistant: Assistant, say: Phrases, scope: gr.State) -> None:
    """The view's parts and what happens between them."""
    conversation = gr.State(())
    with gr.Column(elem_id="talk"):
        with gr.Column(elem_id="welcome"):
            greeting = html("greeting")
            examples = [gr.Button(visible=False, elem_classes="example") for _ in range(EXAMPLES)]
        past, current, status = html("past"), html("current"), html("status")
    sources = html("sources", cards.no_sources(say, say.first_note))
    narrowed = live("narrowed")
    with gr.Row(elem_id="asking"):
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

    asking: dict[str, Any] = {
        "fn": partial(asked, assistant, say),
        "outputs": [box, conversation, past, current, status, sources],
        "concurrency_id": "ask",
        "trigger_mode": "once",
        **QUIET,
    }
    runs = [gr.on([box.submit, send.click], inputs=[box, conversation, scope], **asking)]
    runs += [button.click(inputs=[button, conversation, scope], **asking) for button in examples]
    cut = [conversation, current, status]
    stop.click(partial(stopped, say), conversation, cut, cancels=runs, queue=False, **QUIET)
    gr.on(None, partial(narrowing.line, say), [scope], [narrowed], **QUIET)
    narrowed.click(lambda scope: Scope(edition=scope.edition), [scope], [scope], **QUIET)
    # Whatever opens a window, it begins with what is there then.
    gr.on(None, partial(opened, assistant, say), [scope], [greeting, *examples], **QUIET)


def opened(assistant: Assistant, say: Phrases, scope: Scope) -> list[object]:
    """The greeting and the examples of a window that opens now."""
    articles = assistant.articles(collection=scope.collection).articles
    buttons = [gr.Button(question, visible=True) for question in example_questions(articles)]
    hidden = [gr.Button(visible=False)] * (EXAMPLES - len(buttons))
    return [talk.welcome(say, articles), *buttons, *hidden]


async def asked(
    assistant: Assistant, say: Phrases, text: str, earlier: Conversation, scope: Scope
) -> AsyncGenerator[tuple[object, ...], None]:
    """The question box and the views of `answering`."""
    box: object = ""
    async with aclosing(answering(assistant, say, text, earlier, scope)) as views:
        async for view in views:
            yield (box, *view)
            # Emptied once: what is typed while an answer is written stays.
            box = gr.skip()


View = tuple[Conversation, str, str, str, str]


async def answering(
    assistant: Assistant, say: Phrases, text: str, earlier: Conversation, scope: Scope
) -> AsyncGenerator[View, None]:
    """What the window shows while a question is answered: the conversation, and the HTML of the past
    exchanges, the current one, what is being done, and the sources. Closing it stops the model.
    """
    question = text.strip()
    if not question:
        return
    began = time.perf_counter()
    nth = len(earlier)
    exchange = Exchange(question=question)
    past = "".join(each.shown(say, at, past=True) for at, each in enumerate(earlier))
    current, sources = talk.asked(say, question, "", ""), cards.no_sources(say, "")

    def view(doing: str) -> View:
        status = talk.status(nth, doing, time.perf_counter() - began) if doing else ""
        return (*earlier, exchange), past, current, status, sources

    yield view(say.searching)
    searched, written = "", ""
    # Without a model the draft comes whole; the end of a model's draft is not told.
    writing = say.checking if assistant.model_name == talk.NO_MODEL else say.writing
    try:
        checked = checked_question(text, history=history(earlier), **scope.details())
        async with aclosing(assistant.stream(checked)) as events:
            async for event in events:
                match event:
                    case Evidence():
                        searched = event.question_searched
                        current = talk.asked(say, question, searched, "")
                        sources = cards.evidence(say, event.passages)
                        yield view(say.count(len(event.passages), say.reading))
                    case Token():
                        written += event.text
                        current = talk.asked(say, question, searched, talk.draft(say, written))
                        yield view(writing)
                    case Answer():
                        exchange = replace(exchange, answer=event)
                        sources = cards.sources(say, nth, event)
    except QuothError as error:
        exchange = replace(exchange, trouble=str(error))
    except Exception:
        logger.exception("a question in the window failed")
        exchange = replace(exchange, trouble=say.failed)
    current = exchange.shown(say, nth)
    yield view("")


def stopped(say: Phrases, conversation: Conversation) -> tuple[Conversation, str, str]:
    """The conversation, the current exchange and the status after its run was cut off."""
    *earlier, last = conversation
    if not last.answer and not last.trouble:
        last = replace(last, trouble=say.stopped)
    return (*earlier, last), last.shown(say, len(earlier)), ""


def example_questions(articles: Sequence[Summary]) -> list[str]:
    """A question about each of the newest articles that have a title."""
    titles = list(dict.fromkeys(article.title for article in articles if article.title))[:EXAMPLES]
    return [
        f"What do the articles say about “{cards.clipped(title, EXAMPLE_CHARACTERS).rstrip('.')}”?"
        for title in titles
    ]
