"""The window's pages on the server: one for each language, and the way to the one a browser reads."""

from __future__ import annotations

from pathlib import Path

import gradio as gr
from fastapi import FastAPI, Request
from fastapi.responses import FileResponse, RedirectResponse

from qa.assistant import Assistant
from qa.web.ui import upload_stream
from qa.web.ui.phrases.window import LANGUAGES, preferred
from qa.web.ui.views import quality
from qa.web.ui.window import window

PAGE = Path(__file__).parent / "page"
SANS = ("system-ui", "-apple-system", "Segoe UI", "Roboto", "Liberation Sans", "sans-serif")
MONO = ("ui-monospace", "Menlo", "Consolas", "Liberation Mono", "monospace")
PAPER, DARK_PAPER = "#f7f4ee", "#191714"


def mount(app: FastAPI, assistant: Assistant, measuring: quality.Evaluator | None = None) -> FastAPI:
    """Puts the window at `/en` and `/de`, and at `/` the way to the one that the browser prefers.

    Without somebody for `measuring` it has no Quality view.
    """
    style, script = (_joined(f"*.{kind}") for kind in ("css", "js"))
    app.mount(upload_stream.PATH, upload_stream.adding(assistant))
    if measuring:
        app.mount(quality.PATH, quality.reports(measuring))
    for language, say in LANGUAGES.items():
        gr.mount_gradio_app(
            app,
            window(assistant, say, measuring),
            path=f"/{language}",
            ssr_mode=False,
            show_error=False,
            footer_links=[],
            run_history=False,
            enable_monitoring=False,
            mcp_server=False,
            pwa=False,
            # Gradio's upload route stands open, though nothing here takes a file.
            max_file_size=1,
            # Named fonts are system fonts; Gradio's own would be fetched.
            theme=gr.themes.Base(font=SANS, font_mono=MONO).set(
                body_background_fill=PAPER, body_background_fill_dark=DARK_PAPER
            ),
            # In the head, where Gradio does not rewrite the selectors.
            head=f"<style>{style}</style>"
            f"<script>document.documentElement.lang = '{language}';\n{script}</script>",
        )
    app.add_api_route("/", _to_language, include_in_schema=False)
    app.add_api_route("/favicon.ico", _icon, include_in_schema=False)
    return app


def _to_language(request: Request) -> RedirectResponse:
    return RedirectResponse(f"./{preferred(request.headers.get('accept-language', ''))}/")


def _joined(pattern: str) -> str:
    return "\n".join(file.read_text("utf-8") for file in sorted(PAGE.glob(pattern)))


def _icon() -> FileResponse:
    return FileResponse(PAGE / "window.svg", media_type="image/svg+xml")
