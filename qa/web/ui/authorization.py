"""The window's events, each on behalf of the person who sent it."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any

import gradio as gr

from qa.auth import on_behalf_of


class AuthorizedBlocks(gr.Blocks):
    """Gradio's queue runs events beside the requests that bring them, and knows of no caller."""

    async def process_api(self, *given: Any, **named: Any) -> Any:
        """Runs an event as whoever the doorkeeper let in with its request."""
        sent = getattr(named.get("request"), "request", None)
        who = getattr(sent.state, "caller", None) if sent else None
        with on_behalf_of(who) if who else nullcontext():
            return await super().process_api(*given, **named)
