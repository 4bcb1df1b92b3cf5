"""Functions on the server that the page's script calls: articles, saved exchanges, exports, feedback."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import gradio as gr
from pydantic import ValidationError

from index.errors import QuothError
from index.text.messages.messages import Messages
from qa.assistant import Assistant
from qa.schemas import CheckedText
from qa.web.schemas import FeedbackRequest
from qa.web.ui import check_export, export
from qa.web.ui.conversation import Conversation, Exchange
from qa.web.ui.html import conversation, reader
from qa.web.ui.html.rendering import error, render


def build(assistant: Assistant, messages: Messages) -> gr.HTML:
    """The empty reader, as the component that connects the page to the functions."""

    def article(place: dict[str, str]) -> str:
        """Renders the article at the query parameters of a `links.place`."""
        try:
            collection = place.get("collection", "default")
            found = assistant.article(place["article"], collection=collection)
            start, end = int(place.get("start", 0)), int(place.get("end", 0))
            day = date.fromisoformat(place["day"]) if place.get("day") else None
        except (QuothError, KeyError, ValueError) as failure:
            return error(_told(messages, failure))
        return reader.article(messages, found, start, end, day, collection)

    def exchanges(saved: list[Any]) -> str:
        """Renders exchanges that the browser has saved."""
        return "".join(_saved(messages, nth, exchange) for nth, exchange in enumerate(saved))

    def markdown(saved: Any) -> str:
        """Exports a conversation as Markdown."""
        return export.markdown(messages, Conversation.model_validate(saved))

    def checked_markdown(saved: Any) -> str:
        """Exports a checked text as Markdown."""
        return check_export.markdown(messages, CheckedText.model_validate(saved), date.today())

    def checked_page(saved: Any) -> str:
        """Exports a checked text as a web page."""
        return check_export.page(messages, CheckedText.model_validate(saved), date.today())

    def feedback(sent: Any) -> str:
        """Records feedback as `/api/feedback` does. Returns an error message, or nothing."""
        try:
            assistant.keep_feedback(FeedbackRequest.model_validate(sent).to_feedback(datetime.now(UTC)))
        except ValidationError as failure:
            return str(failure.errors()[0]["msg"])
        except QuothError as failure:
            return messages.told(failure.message)
        return ""

    return gr.HTML(
        render("ask/reader.html"),
        elem_id="reader",
        apply_default_css=False,
        server_functions=[article, exchanges, markdown, checked_markdown, checked_page, feedback],
        js_on_load="quoth.connect(server)",
    )


def _told(messages: Messages, failure: Exception) -> str:
    return messages.told(failure.message) if isinstance(failure, QuothError) else str(failure)


def _saved(messages: Messages, nth: int, saved: Any) -> str:
    try:
        return conversation.exchange(messages, nth, Exchange.model_validate(saved), past=True)
    except (ValidationError, KeyError):  # saved by an incompatible version
        return ""
