"""Parts of Gradio as the window uses them."""

from __future__ import annotations

from typing import Any

import gradio as gr

# Events are the window's own: no names for programs, which have /api, and no veil over what is shown.
QUIET: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}


def html(name: str, value: str = "") -> gr.HTML:
    """A piece of the page with our own markup; whoever makes the value escapes what is in it."""
    return gr.HTML(value, elem_id=name, apply_default_css=False, js_on_load=None)
