"""What the page asks of the server beside questions: articles, old exchanges, exports, thumbs."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import gradio as gr
from pydantic import ValidationError

from index.errors import QuothError
from qa.assistant import Assistant
from qa.web.schemas import FeedbackRequest
from qa.web.ui import export
from qa.web.ui.conversation import Conversation, Exchange
from qa.web.ui.html import conversation, reader
from qa.web.ui.phrases.window import Phrases


def build(assistant: Assistant, say: Phrases) -> gr.HTML:
    """The reader, empty, whose functions the page calls; what they give is HTML, or a `trouble`."""

    def article(place: dict[str, str]) -> str:
        """The article of a place, as `reader.place` made it."""
        try:
            whole = assistant.article(place["article"], collection=place.get("collection", "default"))
            start, end = int(place.get("start", 0)), int(place.get("end", 0))
            day = date.fromisoformat(place["day"]) if place.get("day") else None
        except (QuothError, KeyError, ValueError) as error:
            return conversation.trouble(str(error))
        return reader.article(say, whole, start, end, day)

    def earlier(exchanges: list[Any]) -> str:
        """Exchanges that the browser has kept."""
        return "".join(_past(say, nth, kept) for nth, kept in enumerate(exchanges))

    def markdown(kept: Any) -> str:
        """A conversation to be read elsewhere."""
        return export.markdown(say, Conversation.model_validate(kept))

    def judge(thumb: Any) -> str:
        """Keeps a thumb as `/api/feedback` does; what went wrong, or nothing."""
        try:
            assistant.keep_feedback(FeedbackRequest.model_validate(thumb).to_feedback(datetime.now(UTC)))
        except ValidationError as error:
            return str(error.errors()[0]["msg"])
        except QuothError as error:
            return str(error)
        return ""

    return gr.HTML(
        f'<aside class="reader" role="dialog" aria-labelledby="reader-title" hidden></aside>'
        f'<div class="peek" id="peek" role="tooltip" hidden></div><template id="why">{_why(say)}</template>',
        elem_id="reader",
        apply_default_css=False,
        server_functions=[article, earlier, markdown, judge],
        js_on_load="quoth.connect(server)",
    )


def _past(say: Phrases, nth: int, kept: Any) -> str:
    try:
        return conversation.exchange(say, nth, Exchange.model_validate(kept), past=True)
    except (ValidationError, KeyError):  # another version kept it
        return ""


def _why(say: Phrases) -> str:
    return (
        f'<form class="why"><label>{say.why}<textarea name="reason" rows="2" maxlength="2000"></textarea>'
        f'</label><button type="submit">{say.send}</button></form>'
    )
