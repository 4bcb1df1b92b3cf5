"""The window's pages on the server: one per language, and a redirect to the one that a browser prefers."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import gradio as gr
import gradio.routes
from fastapi import FastAPI, Request
from fastapi.responses import FileResponse, RedirectResponse
from jinja2 import BaseLoader, ChoiceLoader, DictLoader

from index.text.messages.catalogue import languages, preferred_language
from qa.assistant import Assistant
from qa.evaluation.execution.background import BackgroundEvaluation
from qa.web.ui.views import draft_upload, quality, upload_stream
from qa.web.ui.window import window

PAGE = Path(__file__).parent / "page"
SANS = ("system-ui", "-apple-system", "Segoe UI", "Roboto", "Liberation Sans", "sans-serif")
MONO = ("ui-monospace", "Menlo", "Consolas", "Liberation Mono", "monospace")
PAPER, DARK_PAPER = "#f7f4ee", "#191714"


def mount(app: FastAPI, assistant: Assistant, evaluation: BackgroundEvaluation | None = None) -> FastAPI:
    """Serves the window at `/en`, `/de` and so on; `/` redirects to the language that the browser prefers.

    Without an `evaluation` there is no Quality view.
    """
    _mend_manifest_link()
    style, script = _joined("styles"), _joined("scripts")
    app.mount(upload_stream.PATH, upload_stream.create_app(assistant))
    app.mount(draft_upload.PATH, draft_upload.create_app())
    if evaluation:
        app.mount(quality.PATH, quality.create_app(evaluation))
    for language, messages in languages().items():
        gr.mount_gradio_app(
            app,
            window(assistant, messages, evaluation),
            path=f"/{language}",
            ssr_mode=False,
            show_error=False,
            footer_links=[],
            run_history=False,
            enable_monitoring=False,
            mcp_server=False,
            pwa=False,
            # Gradio's upload route cannot be switched off, and nothing here uses it.
            max_file_size=1,
            # These are system fonts; Gradio's own would be fetched from the web.
            theme=gr.themes.Base(font=SANS, font_mono=MONO).set(
                body_background_fill=PAPER, body_background_fill_dark=DARK_PAPER
            ),
            # Gradio does not rewrite the selectors of styles in the head.
            head=f"<style>{style}</style>"
            f"<script>document.documentElement.lang = '{language}';\n"
            f"document.documentElement.dir = '{messages.direction}';\n{script}</script>",
        )
    app.add_api_route("/", _redirect, include_in_schema=False)
    app.add_api_route("/favicon.ico", _icon, include_in_schema=False)
    return app


def _redirect(request: Request) -> RedirectResponse:
    root = request.scope.get("root_path") or "."  # a proxy may hide the path of the window
    return RedirectResponse(f"{root}/{preferred_language(request.headers.get('accept-language', ''))}/")


def _mend_manifest_link() -> None:
    """Makes the address of the manifest in Gradio's page relative, as its others are: it belongs to a
    language, and the server may be behind a path.
    """
    page = "frontend/index.html"
    environment = gradio.routes.templates.env
    source, *_ = cast(BaseLoader, environment.loader).get_source(environment, page)
    mended = source.replace('href="/manifest.json"', 'href="./manifest.json"')
    environment.loader = ChoiceLoader([DictLoader({page: mended}), cast(BaseLoader, environment.loader)])


def _joined(folder: str) -> str:
    return "\n".join(file.read_text("utf-8") for file in sorted((PAGE / folder).iterdir()))


def _icon() -> FileResponse:
    return FileResponse(PAGE / "favicon.svg", media_type="image/svg+xml")
