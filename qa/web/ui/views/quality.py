"""The Quality view: the report of a collection's last evaluation, and a small evaluation to run."""

from __future__ import annotations

import hashlib
from typing import Any
from urllib.parse import urlencode

import gradio as gr
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route

from index.errors import QuothError
from index.text.messages.messages import Messages
from qa.assistant import Assistant
from qa.auth import caller
from qa.evaluation.execution.background import BackgroundEvaluation
from qa.web.errors.handlers import HANDLERS
from qa.web.ui.html.rendering import error, render
from qa.web.ui.scope import Scope
from qa.web.ui.views.components import QUIET, live

PATH = "/quality"
"""Where the app is mounted, beside the window's pages."""

MAX_QUESTIONS, DEFAULT_QUESTIONS = 200, 10
MAX_FILE_CHARACTERS = 1_000_000
# The report is untrusted text with its own script. It may load nothing, and its opaque origin keeps it from
# the window and the API.
REPORT_POLICY = (
    "sandbox allow-scripts allow-popups allow-popups-to-escape-sandbox; default-src 'none'; "
    "style-src 'unsafe-inline'; script-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'"
)


def create_app(evaluation: BackgroundEvaluation) -> Starlette:
    """Serves `GET /report?collection=NAME`, which the window shows in a frame."""

    async def report(request: Request) -> HTMLResponse:
        collection = request.query_params.get("collection", Scope().collection)
        headers = {
            "content-security-policy": REPORT_POLICY,
            "x-content-type-options": "nosniff",
            "cache-control": "no-store",
        }
        return HTMLResponse(await run_in_threadpool(evaluation.page, collection), headers=headers)

    return Starlette(routes=[Route("/report", report)], exception_handlers=HANDLERS)


def build(
    evaluation: BackgroundEvaluation, assistant: Assistant, messages: Messages, scope: gr.State
) -> None:
    """Adds the view's components and events to the page."""
    with gr.Column(elem_id="measuring"):
        form = live("measure", _form(messages, allowed=True))
        progress, report = live("standing"), live("report")
    timer = gr.Timer(1, active=False)

    def current(scope: Scope, *, opened: bool = False) -> list[Any]:
        # A new window's scope may be a collection that the caller does not see; its events show nothing.
        if not (caller().has("admin") and caller().sees(scope.collection)):
            return ["", gr.Timer(active=False), ""]
        now = evaluation.progress(scope.collection)
        running = now.state in ("running", "stopping")
        # The report stays as it is while an evaluation runs: someone may be reading it.
        shown = gr.skip() if running and not opened else _report(messages, evaluation, scope.collection)
        return [
            render("quality/progress.html", messages, progress=now),
            gr.Timer(active=running),
            shown,
        ]

    def scope_changed(scope: Scope) -> list[Any]:
        return current(scope, opened=True)

    def open_view(scope: Scope) -> list[Any]:
        form = gr.skip() if caller().has("admin") else _form(messages, allowed=False)
        progress, *others = scope_changed(scope)
        # A page begins empty. Where this event comes late, an error may be shown already.
        return [form, progress if progress and progress.strip() else gr.skip(), *others]

    def start(scope: Scope, event: gr.EventData) -> list[Any]:
        fields = event._data or {}
        questions, limit = fields.get("file", ""), str(fields.get("limit", ""))
        try:
            if not isinstance(questions, str) or len(questions) > MAX_FILE_CHARACTERS:
                raise QuothError(messages.gettext("the file is larger than 1 MB; use fewer questions"))
            count = min(MAX_QUESTIONS, max(1, int(limit))) if limit.isdecimal() else DEFAULT_QUESTIONS
            evaluation.start(questions, collection=scope.collection, most=count)
        except QuothError as failure:
            return [error(messages.told(failure.message)), gr.skip(), gr.skip()]
        return current(scope)

    def stop(scope: Scope) -> list[Any]:
        try:
            evaluation.stop(scope.collection)
        except QuothError as failure:
            return [error(messages.told(failure.message)), gr.skip(), gr.skip()]
        return current(scope)

    shown = [progress, timer, report]
    gr.on(None, open_view, [scope], [form, *shown], **QUIET)
    scope.change(scope_changed, [scope], shown, **QUIET)
    form.submit(start, [scope], shown, **QUIET)
    progress.click(stop, [scope], shown, **QUIET)
    timer.tick(current, [scope], shown, **QUIET)


def _form(messages: Messages, *, allowed: bool) -> str:
    return render(
        "quality/form.html",
        messages,
        allowed=allowed,
        max_questions=MAX_QUESTIONS,
        default_questions=DEFAULT_QUESTIONS,
    )


def _report(messages: Messages, evaluation: BackgroundEvaluation, collection: str) -> str:
    page = evaluation.page(collection)
    # The address changes with the report, so that the frame reloads.
    version = hashlib.sha256(page.encode()).hexdigest()[:12]
    address = f"..{PATH}/report?{urlencode({'collection': collection, 'version': version})}" if page else ""
    return render("quality/report.html", messages, address=address)
