"""A conversation as Markdown, with its quotes and where they stand."""

from __future__ import annotations

import re
from collections.abc import Iterator

from qa.schemas import Answer
from qa.web.ui.conversation import Conversation, Exchange
from qa.web.ui.html.citations import origin
from qa.web.ui.html.reader import fragment, on_the_web
from qa.web.ui.phrases.window import Phrases


def markdown(say: Phrases, kept: Conversation) -> str:
    """The whole conversation, oldest question first."""
    parts = [f"# {_plain(kept.name)}"]
    for exchange in kept.exchanges:
        parts += [f"## {_plain(exchange.question)}", f"*{say.asked_on.format(say.day(exchange.day))}*"]
        parts += _answer(say, exchange)
    return "\n\n".join(parts) + "\n"


def _answer(say: Phrases, exchange: Exchange) -> Iterator[str]:
    given = exchange.answer
    if not given:
        yield _plain(exchange.trouble or say.stopped)
    elif given.status == "declined":
        yield say.declined
    else:
        yield " ".join(
            f"{_plain(sentence.text)} {''.join(f'[{number}]' for number in sentence.citations)}"
            + (f" *({say.weak})*" if sentence.support == "weak" else "")
            for sentence in given.sentences
        )
        yield from _quotes(say, given)


def _quotes(say: Phrases, given: Answer) -> Iterator[str]:
    for citation in given.citations:
        about = _plain(origin(say, citation))
        if on_the_web(citation.url):
            address = "".join(fragment(citation.url, citation.quote).split())
            about = f"[{about}](<{address.replace('<', '%3C').replace('>', '%3E')}>)"
        yield f"> {_plain(citation.quote)}\n>\n> [{citation.number}] {about}"


def _plain(text: str) -> str:
    """The text in one line, with what Markdown or HTML would take for marks escaped."""
    return re.sub(r"([\\`*_{}\[\]<>#|~&!])", r"\\\1", " ".join(text.split()))
