"""The window: its masthead, its views, and what they share."""

from __future__ import annotations

from functools import partial

import gradio as gr

from qa.assistant import Assistant
from qa.auth import OWNER, caller
from qa.web.ui import server_functions
from qa.web.ui.authorization import AuthorizedBlocks
from qa.web.ui.components import QUIET, html
from qa.web.ui.html.header import masthead
from qa.web.ui.phrases.window import Phrases
from qa.web.ui.scope import Scope
from qa.web.ui.views import ask, library, quality

# How many questions may run at once; the rest wait in line.
AT_ONCE = 8
# Each view is a function that builds it inside of its tab; it may read the scope, and set it.
VIEWS = {"ask": ask.build, "library": library.build}


def window(assistant: Assistant, say: Phrases, measuring: quality.Evaluator | None) -> gr.Blocks:
    """The window's parts and what happens between them, in one language."""
    views = VIEWS | ({"quality": partial(quality.build, measuring)} if measuring else {})
    blocks = AuthorizedBlocks(title="Quoth", analytics_enabled=False, fill_width=True)
    with blocks, gr.Column(elem_id="quoth"):
        scope = gr.State(Scope())
        head = html("masthead", masthead(say))
        gr.on(
            None, lambda: masthead(say, caller()) if caller() != OWNER else gr.skip(), None, [head], **QUIET
        )
        with gr.Tabs(elem_id="views"):
            for name, build in views.items():
                with gr.Tab(say.views[name], id=name, elem_id=name):
                    build(assistant, say, scope)
        server_functions.build(assistant, say)
    blocks.queue(default_concurrency_limit=AT_ONCE, api_open=False)
    return blocks
