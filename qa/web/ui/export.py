"""A conversation as Markdown, with its quotes and their sources."""

from __future__ import annotations

import re
from collections.abc import Iterator

from index.text.messages.messages import Messages
from qa.schemas import Answer, Citation
from qa.web.ui.conversation import Conversation, Exchange
from qa.web.ui.html.links import fragment, is_web_address
from qa.web.ui.html.text import origin


def markdown(messages: Messages, conversation: Conversation) -> str:
    """The whole conversation, oldest question first."""
    parts = [f"# {plain(conversation.name)}"]
    for exchange in conversation.exchanges:
        asked_on = messages.gettext("Asked on {day}", day=messages.day(exchange.day))
        parts += [f"## {plain(exchange.question)}", f"*{asked_on}*", *_answer(messages, exchange)]
    return "\n\n".join(parts) + "\n"


def _answer(messages: Messages, exchange: Exchange) -> Iterator[str]:
    answer = exchange.answer
    if not answer:
        yield plain(exchange.trouble or messages.gettext("Stopped before the quotes were checked."))
    elif answer.status == "declined":
        declined = messages.gettext("The articles do not say.")
        nearest = messages.gettext("The nearest they say:")
        yield f"{declined} {nearest}" if answer.nearest else declined
        yield from _quotes(messages, answer)
    else:
        weak = messages.gettext("weakly supported")
        marked = (
            " ".join(filter(None, (plain(sentence.text), "".join(f"[{n}]" for n in sentence.citations))))
            + (f" *({weak})*" if sentence.support == "weak" else "")
            for sentence in answer.sentences
        )
        yield ("\n".join(f"- {line}" for line in marked) if answer.is_list else " ".join(marked))
        yield from _quotes(messages, answer)


def _quotes(messages: Messages, answer: Answer) -> Iterator[str]:
    for citation in answer.citations:
        yield quoted(messages, citation)


def quoted(messages: Messages, citation: Citation) -> str:
    """The quote as a block, with its number and where it stands."""
    where = plain(origin(messages, citation))
    if is_web_address(citation.url):
        url = "".join(fragment(citation.url, citation.quote).split())
        where = f"[{where}](<{url.replace('<', '%3C').replace('>', '%3E')}>)"
    return f"> {plain(citation.quote)}\n>\n> [{citation.number}] {where}"


def plain(text: str) -> str:
    """The text in one line, with characters that mean something in Markdown or HTML escaped."""
    return re.sub(r"([\\`*_{}\[\]<>#|~&!])", r"\\\1", " ".join(text.split()))
