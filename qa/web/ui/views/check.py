"""The Check view: takes a text, and marks its sentences as they are checked."""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, replace

import gradio as gr

from index.errors import QuothError
from qa.assistant import Assistant
from qa.pipeline.checking.statements import split_statements
from qa.schemas import CheckedSentence, text_to_check
from qa.web.ui.html import checked
from qa.web.ui.html.rendering import error
from qa.web.ui.phrases.window import Phrases
from qa.web.ui.scope import Scope
from qa.web.ui.views.components import QUIET, live

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckSoFar:
    """The sentences of a text that are checked, of `total`."""

    sentences: tuple[CheckedSentence, ...] = ()
    total: int = 0


def build(assistant: Assistant, phrases: Phrases, scope: gr.State) -> None:
    """Adds the view's components and events to the page."""
    with gr.Column(elem_id="checking"):
        form, result = live("draft", checked.form(phrases)), live("checked")
    so_far = gr.State(CheckSoFar())

    async def check(scope: Scope, event: gr.EventData) -> AsyncGenerator[tuple[str, CheckSoFar], None]:
        text = (event._data or {}).get("text", "")
        async with aclosing(stream_check(assistant, phrases, text, scope)) as steps:
            async for step in steps:
                yield step

    def stop(so_far: CheckSoFar, scope: Scope) -> str:
        return checked.result(phrases, so_far.sentences, so_far.total, scope, stopped=True)

    run = form.submit(check, [scope], [result, so_far], concurrency_id="check", **QUIET)
    result.click(stop, [so_far, scope], [result], cancels=[run], queue=False, **QUIET)


async def stream_check(
    assistant: Assistant, phrases: Phrases, text: str, scope: Scope
) -> AsyncGenerator[tuple[str, CheckSoFar], None]:
    """Checks a text, and yields the result as HTML after each sentence. Closing the generator stops it."""
    so_far = CheckSoFar()
    try:
        filters = replace(scope.filters, as_of=scope.as_of)
        given = text_to_check(text, filters=filters, collection=scope.collection)
        so_far = CheckSoFar(total=len(split_statements(given.text)))
        yield checked.result(phrases, (), so_far.total, scope, running=True), so_far
        async with aclosing(assistant.check_stream(given)) as events:
            async for event in events:
                if isinstance(event, CheckedSentence):
                    so_far = replace(so_far, sentences=(*so_far.sentences, event))
                    yield checked.result(phrases, so_far.sentences, so_far.total, scope, running=True), so_far
        yield checked.result(phrases, so_far.sentences, so_far.total, scope), so_far
    except QuothError as failure:
        yield error(str(failure)), so_far
    except Exception:
        logger.exception("a check in the window failed")
        yield error(phrases.check.failed), so_far
