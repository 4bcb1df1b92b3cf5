"""The chat window: a question goes in, the evidence, the draft and the checked answer come out."""

from __future__ import annotations

import logging
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import gradio as gr
from fastapi import FastAPI

from index.articles import Summary
from index.errors import QuothError
from qa import cards, talk
from qa.answers import MAX_QUESTION_CHARACTERS, Answer, Evidence, Token, Turn, checked_question
from qa.assistant import Assistant

logger = logging.getLogger(__name__)

EXAMPLES = 4
EXAMPLE_CHARACTERS = 80
# How many earlier messages a question is asked with.
TURNS = 6
# How many questions may run at once; the rest wait in line.
AT_ONCE = 8
FIRST_NOTE = "What an answer is written from appears here, then the exact quotes it rests on."
STOPPED = "Stopped before the quotes were checked."
FAILED = "Quoth failed on this question; the server’s log says why."
SANS = ("system-ui", "-apple-system", "Segoe UI", "Roboto", "Liberation Sans", "sans-serif")
MONO = ("ui-monospace", "Menlo", "Consolas", "Liberation Mono", "monospace")
PAPER, DARK_PAPER = "#f7f4ee", "#191714"
# Events are the window's own: no names for programs, which have /api, and no veil over what is shown.
QUIET: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """A question with its answer, with what went wrong, or with neither while it runs."""

    question: str
    answer: Answer | None = None
    trouble: str = ""

    def shown(self, nth: int, *, past: bool = False) -> str:
        """The exchange as HTML."""
        if self.answer:
            searched = self.answer.question_searched
            return talk.asked(self.question, searched, talk.answer(nth, self.answer, folded_quotes=past))
        return talk.asked(self.question, "", talk.trouble(self.trouble or STOPPED))


Conversation = tuple[Exchange, ...]


def mount(app: FastAPI, assistant: Assistant) -> FastAPI:
    """Puts the window at `/`, behind every route the app has already."""
    here = Path(__file__).parent
    style, script = ((here / name).read_text("utf-8") for name in ("window.css", "window.js"))
    gr.mount_gradio_app(
        app,
        window(assistant),
        path="/",
        ssr_mode=False,
        show_error=False,
        footer_links=[],
        run_history=False,
        enable_monitoring=False,
        mcp_server=False,
        pwa=False,
        favicon_path=str(here / "window.svg"),
        # Gradio's upload route stands open, though nothing here takes a file.
        max_file_size=1,
        # Named fonts are system fonts; Gradio's own would be fetched.
        theme=gr.themes.Base(font=SANS, font_mono=MONO).set(
            body_background_fill=PAPER, body_background_fill_dark=DARK_PAPER
        ),
        # In the head, where Gradio does not rewrite the selectors.
        head=f"<style>{style}</style><script>{script}</script>",
    )
    return app


def window(assistant: Assistant) -> gr.Blocks:
    """The window's parts and what happens between them."""
    blocks = gr.Blocks(title="Quoth", analytics_enabled=False, fill_width=True)
    with blocks, gr.Column(elem_id="quoth"):
        conversation = gr.State(())
        masthead = _html("masthead", talk.masthead(()))
        with gr.Column(elem_id="talk"):
            with gr.Column(elem_id="welcome"):
                greeting = _html("greeting")
                examples = [gr.Button(visible=False, elem_classes="example") for _ in range(EXAMPLES)]
            past, current, status = _html("past"), _html("current"), _html("status")
        sources = _html("sources", cards.no_sources(FIRST_NOTE))
        with gr.Row(elem_id="ask"):
            box = gr.Textbox(
                placeholder="Ask a question",
                label="Your question",
                show_label=False,
                container=False,
                max_lines=5,
                max_length=MAX_QUESTION_CHARACTERS,
                autofocus=True,
                elem_id="box",
            )
            send, stop = gr.Button("Ask", elem_id="send"), gr.Button("Stop", elem_id="stop")

        asking: dict[str, Any] = {
            "fn": partial(asked, assistant),
            "outputs": [box, conversation, past, current, status, sources],
            "concurrency_id": "ask",
            "trigger_mode": "once",
            **QUIET,
        }
        runs = [gr.on([box.submit, send.click], inputs=[box, conversation], **asking)]
        runs += [button.click(inputs=[button, conversation], **asking) for button in examples]
        cut = [conversation, current, status]
        stop.click(stopped, conversation, cut, cancels=runs, queue=False, **QUIET)
        blocks.load(partial(opened, assistant), None, [masthead, greeting, *examples], **QUIET)
    blocks.queue(default_concurrency_limit=AT_ONCE, api_open=False)
    return blocks


def opened(assistant: Assistant) -> list[object]:
    """The masthead, the greeting and the examples of a window that opens now."""
    articles = assistant.articles().articles
    buttons = [gr.Button(question, visible=True) for question in example_questions(articles)]
    hidden = [gr.Button(visible=False)] * (EXAMPLES - len(buttons))
    return [talk.masthead(articles), talk.welcome(articles), *buttons, *hidden]


async def asked(
    assistant: Assistant, text: str, earlier: Conversation
) -> AsyncGenerator[tuple[object, ...], None]:
    """The question box and the views of `answering`."""
    box: object = ""
    async with aclosing(answering(assistant, text, earlier)) as views:
        async for view in views:
            yield (box, *view)
            # Emptied once: what is typed while an answer is written stays.
            box = gr.skip()


View = tuple[Conversation, str, str, str, str]


async def answering(assistant: Assistant, text: str, earlier: Conversation) -> AsyncGenerator[View, None]:
    """What the window shows while a question is answered: the conversation, and the HTML of the past
    exchanges, the current one, what is being done, and the sources. Closing it stops the model.
    """
    question = text.strip()
    if not question:
        return
    began = time.perf_counter()
    nth = len(earlier)
    exchange = Exchange(question=question)
    past = "".join(each.shown(at, past=True) for at, each in enumerate(earlier))
    current, sources = talk.asked(question, "", ""), cards.no_sources("")

    def view(doing: str) -> View:
        status = talk.status(nth, doing, time.perf_counter() - began) if doing else ""
        return (*earlier, exchange), past, current, status, sources

    yield view("Searching…")
    searched, written = "", ""
    # Without a model the draft comes whole; the end of a model's draft is not told.
    writing = "Checking quotes…" if assistant.model_name == talk.NO_MODEL else "Writing…"
    try:
        checked = checked_question(text, history=history(earlier))
        async with aclosing(assistant.stream(checked)) as events:
            async for event in events:
                match event:
                    case Evidence():
                        searched = event.question_searched
                        current, sources = talk.asked(question, searched, ""), cards.evidence(event.passages)
                        yield view(f"Reading {cards.many(len(event.passages), 'passage')}…")
                    case Token():
                        written += event.text
                        current = talk.asked(question, searched, talk.draft(written))
                        yield view(writing)
                    case Answer():
                        exchange = replace(exchange, answer=event)
                        sources = cards.sources(nth, event)
    except QuothError as error:
        exchange = replace(exchange, trouble=str(error))
    except Exception:
        logger.exception("a question in the window failed")
        exchange = replace(exchange, trouble=FAILED)
    current = exchange.shown(nth)
    yield view("")


def stopped(conversation: Conversation) -> tuple[Conversation, str, str]:
    """The conversation, the current exchange and the status after its run was cut off."""
    *earlier, last = conversation
    if not last.answer and not last.trouble:
        last = replace(last, trouble=STOPPED)
    return (*earlier, last), last.shown(len(earlier)), ""


def history(earlier: Conversation) -> tuple[Turn, ...]:
    """The last messages of the exchanges that were answered, without their marks."""
    turns: list[Turn] = []
    for exchange in earlier:
        if given := exchange.answer:
            said = " ".join(sentence.text for sentence in given.sentences) or given.text
            turns += [Turn(role="user", content=exchange.question), Turn(role="assistant", content=said)]
    return tuple(turns[-TURNS:])


def example_questions(articles: Sequence[Summary]) -> list[str]:
    """A question about each of the newest articles that have a title."""
    titles = list(dict.fromkeys(article.title for article in articles if article.title))[:EXAMPLES]
    return [
        f"What do the articles say about “{cards.clipped(title, EXAMPLE_CHARACTERS).rstrip('.')}”?"
        for title in titles
    ]


def _html(name: str, value: str = "") -> gr.HTML:
    return gr.HTML(value, elem_id=name, apply_default_css=False, js_on_load=None)
