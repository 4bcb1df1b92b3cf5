"""The Quality view: the report of the last evaluation, and a small one that a person starts."""

from __future__ import annotations

import hashlib
from typing import Any, Protocol

import gradio as gr
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route

from index.errors import QuothError
from qa.assistant import Assistant
from qa.auth import caller, permit
from qa.web.ui.components import QUIET, live
from qa.web.ui.html.articles import trouble
from qa.web.ui.phrases.window import Phrases
from qa.web.ui.scope import Scope

PATH = "/quality"
"""Where `reports` is mounted, beside the window's pages."""

MOST, USUAL = 200, 10
MAX_FILE_CHARACTERS = 1_000_000
# The report is one page with a script of its own, made of strangers' texts: it may ask for nothing, and is
# of no origin, so that it reaches neither the window nor the API.
POLICY = (
    "sandbox allow-scripts allow-popups allow-popups-to-escape-sandbox; default-src 'none'; "
    "style-src 'unsafe-inline'; script-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'"
)


class Progress(Protocol):
    """How far an evaluation is."""

    @property
    def state(self) -> str:
        """idle, running, stopping, stopped, failed or done."""

    @property
    def done(self) -> int: ...

    @property
    def total(self) -> int: ...

    @property
    def error(self) -> str: ...


class Evaluator(Protocol):
    """Who evaluates, one evaluation at a time."""

    @property
    def progress(self) -> Progress: ...

    def page(self) -> str:
        """The report of the last evaluation as HTML; empty where there was none."""

    def start(self, questions: str, *, collection: str, most: int) -> None:
        """Starts one, of `most` of the questions of a `.jsonl`, or of its own. Raises QuothError."""

    def stop(self) -> None: ...


def reports(measuring: Evaluator) -> Starlette:
    """The address `/report`, for the window's frame."""

    async def report(_: Request) -> HTMLResponse:
        headers = {
            "content-security-policy": POLICY,
            "x-content-type-options": "nosniff",
            "cache-control": "no-store",
        }
        return HTMLResponse(await run_in_threadpool(measuring.page), headers=headers)

    return Starlette(routes=[Route("/report", report)])


def build(measuring: Evaluator, assistant: Assistant, say: Phrases, scope: gr.State) -> None:
    """The view's parts and what happens between them."""
    with gr.Column(elem_id="measuring"):
        form, standing, report = live("measure", _form(say)), live("standing"), live("report")
    timer = gr.Timer(1, active=False)

    def told() -> list[Any]:
        now = measuring.progress
        running = now.state in ("running", "stopping")
        # While it runs the report stays: it may be being read.
        shown = gr.skip() if running else _report(say, measuring.page())
        return [_standing(say, now), gr.Timer(active=running), shown]

    def opened() -> list[Any]:
        if not caller().has("admin"):
            return [_form(say, f'<p class="notice">{say.quality.may_not}</p>'), "", gr.skip(), ""]
        standing, ticking, _ = told()
        return [gr.skip(), standing, ticking, _report(say, measuring.page())]

    def begun(scope: Scope, event: gr.EventData) -> list[Any]:
        given = event._data or {}
        text, most = given.get("file", ""), str(given.get("most", ""))
        try:
            permit("admin")  # it asks on behalf of the home's owner
            if not isinstance(text, str) or len(text) > MAX_FILE_CHARACTERS:
                raise QuothError(say.quality.too_large)
            count = min(MOST, max(1, int(most))) if most.isdecimal() else USUAL
            measuring.start(text, collection=scope.collection, most=count)
        except QuothError as error:
            return [trouble(str(error)), gr.skip(), gr.skip()]
        return told()

    def ended() -> list[Any]:
        permit("admin")
        measuring.stop()
        return told()

    views = [standing, timer, report]
    gr.on(None, opened, None, [form, *views], **QUIET)
    form.submit(begun, [scope], views, **QUIET)
    standing.click(ended, None, views, **QUIET)
    timer.tick(told, None, views, **QUIET)


def _form(say: Phrases, instead: str = "") -> str:
    words = say.quality
    form = (
        f'<form class="measure" aria-label="{words.start}">'
        f'<label class="field"><span>{words.most}</span><input type="number" name="most" '
        f'min="1" max="{MOST}" value="{USUAL}" required></label>'
        f'<label class="field"><span>{words.file}</span><input type="file" name="questions" accept=".jsonl" '
        f'aria-describedby="file-hint"></label><button class="main">{words.start}</button>'
        f'<p class="hint" id="file-hint">{words.file_hint} {words.one_at_a_time}</p></form>'
    )
    return f'<h2 class="greeting">{words.heading}</h2><p>{words.about}</p>{instead or form}'


def _standing(say: Phrases, now: Progress) -> str:
    words = say.quality
    match now.state:
        case "idle":
            return ""
        case "failed":
            return trouble(words.failed.format(now.error))
        case "stopped":
            told = words.stopped.format(now.done, now.total)
        case "done":
            told = words.done.format(now.total)
        case _:
            told = words.progress.format(now.done, now.total)
            label = words.stopping if now.state == "stopping" else words.stop
            off = " disabled" if now.state == "stopping" else ""
            return (
                f'<p class="running"><progress max="{now.total}" value="{now.done}" '
                f'aria-label="{words.start}"></progress><span role="status">{told}</span>'
                f'<button type="button" class="quiet" data-do="stop"{off}>{label}</button></p>'
            )
    return f'<p class="notice" role="status">{told}</p>'


def _report(say: Phrases, page: str) -> str:
    words = say.quality
    if not page:
        return f'<p class="none">{words.no_report}</p>'
    # Another report has another address, so that the frame shows it.
    address = f"..{PATH}/report?{hashlib.sha256(page.encode()).hexdigest()[:12]}"
    return (
        f'<p class="alone"><a href="{address}" target="_blank" rel="noopener">{words.alone}</a></p>'
        f'<iframe src="{address}" title="{words.report}" '
        'sandbox="allow-scripts allow-popups allow-popups-to-escape-sandbox"></iframe>'
    )
