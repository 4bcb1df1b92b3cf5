"""Gradio components as the window uses them."""

from __future__ import annotations

from typing import Any

import gradio as gr

# Options of all events: hidden from Gradio's API, since programs use /api, and without a loading overlay.
QUIET: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}


def html(name: str, value: str = "") -> gr.HTML:
    """Our own markup; whoever renders it escapes what is in it."""
    return gr.HTML(value, elem_id=name, apply_default_css=False, js_on_load=None)


def live(name: str, value: str = "") -> gr.HTML:
    """Our own markup whose buttons and forms trigger `click`, `input`, `submit` and `upload`."""
    return gr.HTML(value, elem_id=name, apply_default_css=False, js_on_load="quoth.live(element, trigger)")
