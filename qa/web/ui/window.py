"""The window: its header and its views, in one language."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from functools import partial
from typing import Any

import gradio as gr

from index.text.messages.messages import Messages
from qa.assistant import Assistant
from qa.auth import OWNER, caller, on_behalf_of
from qa.evaluation.execution.background import BackgroundEvaluation
from qa.web.ui import server_functions
from qa.web.ui.html.header import masthead
from qa.web.ui.scope import Scope
from qa.web.ui.views import ask, check, library, quality
from qa.web.ui.views.components import QUIET, html

# Questions that run at once; further ones wait.
CONCURRENT_QUESTIONS = 8


class AuthorizedBlocks(gr.Blocks):
    """Runs events as the caller who sent them: Gradio's queue runs outside of their requests."""

    async def process_api(self, *args: Any, **options: Any) -> Any:
        """Runs an event as the caller that the authentication middleware found."""
        request = getattr(options.get("request"), "request", None)
        sender = getattr(request.state, "caller", None) if request else None
        with on_behalf_of(sender) if sender else nullcontext():
            return await super().process_api(*args, **options)


def window(assistant: Assistant, messages: Messages, evaluation: BackgroundEvaluation | None) -> gr.Blocks:
    """The header and the views, which share the scope. Without an `evaluation` there is no Quality view."""
    views: dict[str, Callable[..., None]] = {
        "ask": ask.build,
        "check": check.build,
        "library": library.build,
    }
    names = {
        "ask": messages.pgettext("view", "Ask"),
        "check": messages.pgettext("view", "Check"),
        "library": messages.pgettext("view", "Library"),
        "quality": messages.pgettext("view", "Quality"),
    }
    if evaluation:
        views["quality"] = partial(quality.build, evaluation)
    blocks = AuthorizedBlocks(title="Quoth", analytics_enabled=False, fill_width=True)
    with blocks, gr.Column(elem_id="quoth"):
        scope = gr.State(Scope())
        header = html("masthead", masthead(messages))
        gr.on(
            None,
            lambda: masthead(messages, caller()) if caller() != OWNER else gr.skip(),
            None,
            [header],
            **QUIET,
        )
        with gr.Tabs(elem_id="views"):
            for name, build in views.items():
                with gr.Tab(names[name], id=name, elem_id=name):
                    build(assistant, messages, scope)
        server_functions.build(assistant, messages)
    blocks.queue(default_concurrency_limit=CONCURRENT_QUESTIONS, api_open=False)
    return blocks
