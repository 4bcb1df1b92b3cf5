"""The Check view: takes a text, and marks its sentences as they are checked."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, field, replace

import gradio as gr

from index.errors import QuothError
from index.text.messages.messages import Messages
from qa.assistant import Assistant
from qa.pipeline.checking.statements import split_statements
from qa.schemas import CheckedSentence, text_to_check
from qa.web.ui.html import checked
from qa.web.ui.html.filters import line
from qa.web.ui.html.rendering import error
from qa.web.ui.scope import Scope
from qa.web.ui.views.chosen import titles_of
from qa.web.ui.views.components import QUIET, html, live

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckSoFar:
    """The sentences of a text that are checked, of `total`; the `scope` are the articles of the check."""

    text: str = ""
    scope: Scope = field(default_factory=Scope)
    sentences: tuple[CheckedSentence, ...] = ()
    total: int = 0


def build(assistant: Assistant, messages: Messages, scope: gr.State) -> None:
    """Adds the view's components and events to the page."""
    with gr.Column(elem_id="checking"):
        form, limits, result = live("draft", checked.form(messages)), html("limits"), live("checked")
    gr.on(None, lambda scope: line(messages, scope, titles_of(assistant, scope)), [scope], [limits], **QUIET)
    so_far = gr.State(CheckSoFar())

    async def check(
        scope: Scope, before: CheckSoFar, event: gr.EventData
    ) -> AsyncGenerator[tuple[str, CheckSoFar], None]:
        fields = event._data or {}
        begun = before if "again" in fields else CheckSoFar(text=fields.get("text", ""), scope=scope)
        async with aclosing(stream_check(assistant, messages, begun)) as steps:
            async for step in steps:
                yield step

    def stop(so_far: CheckSoFar) -> str:
        return checked.result(messages, so_far.sentences, so_far.total, so_far.scope, stopped=True)

    run = gr.on(
        [form.submit, result.submit],
        check,
        [scope, so_far],
        [result, so_far],
        concurrency_id="check",
        **QUIET,
    )
    result.click(stop, [so_far], [result], cancels=[run], queue=False, **QUIET)


async def stream_check(
    assistant: Assistant, messages: Messages, begun: CheckSoFar
) -> AsyncGenerator[tuple[str, CheckSoFar], None]:
    """Checks the sentences of a text that are not checked yet, and yields the result as HTML after each.
    Closing the generator stops it; it goes on with what it yielded last.
    """
    so_far, scope = begun, begun.scope
    try:
        given = text_to_check(
            begun.text,
            filters=replace(scope.filters, as_of=scope.as_of),
            collection=scope.collection,
            checked=begun.sentences,
        )
        statements = await asyncio.to_thread(split_statements, given.text)
        so_far = replace(begun, total=len(statements), sentences=())
        yield _step(messages, replace(so_far, sentences=begun.sentences), running=True)
        async with aclosing(assistant.check_stream(given)) as events:
            async for event in events:
                if isinstance(event, CheckedSentence):
                    so_far = replace(so_far, sentences=(*so_far.sentences, event))
                    if len(so_far.sentences) > len(begun.sentences):
                        yield _step(messages, so_far, running=True)
        yield _step(messages, so_far)
    except QuothError as failure:
        yield _failed(messages, max(so_far, begun, key=_done), messages.told(failure.message))
    except Exception:
        logger.exception("a check in the window failed")
        trouble = messages.gettext("the check failed; see the server's log")
        yield _failed(messages, max(so_far, begun, key=_done), trouble)


def _done(so_far: CheckSoFar) -> int:
    return len(so_far.sentences)


def _step(
    messages: Messages, so_far: CheckSoFar, *, running: bool = False, trouble: str = ""
) -> tuple[str, CheckSoFar]:
    shown = checked.result(
        messages,
        so_far.sentences,
        so_far.total,
        so_far.scope,
        running=running,
        stopped=bool(trouble),
        trouble=trouble,
    )
    return shown, so_far


def _failed(messages: Messages, so_far: CheckSoFar, trouble: str) -> tuple[str, CheckSoFar]:
    """The sentences so far and why there are no more; the reason alone if there are none."""
    return _step(messages, so_far, trouble=trouble) if so_far.sentences else (error(trouble), so_far)
