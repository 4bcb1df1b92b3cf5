"""A conversation as Markdown, with its quotes and their sources."""

from __future__ import annotations

import re
from collections.abc import Iterator

from qa.schemas import Answer, Citation
from qa.web.ui.conversation import Conversation, Exchange
from qa.web.ui.html.links import fragment, is_web_address
from qa.web.ui.phrases.window import Phrases


def markdown(phrases: Phrases, conversation: Conversation) -> str:
    """The whole conversation, oldest question first."""
    parts = [f"# {plain(conversation.name)}"]
    for exchange in conversation.exchanges:
        asked_on = phrases.asked_on.format(phrases.day(exchange.day))
        parts += [f"## {plain(exchange.question)}", f"*{asked_on}*", *_answer(phrases, exchange)]
    return "\n\n".join(parts) + "\n"


def _answer(phrases: Phrases, exchange: Exchange) -> Iterator[str]:
    answer, words = exchange.answer, phrases.ask
    if not answer:
        yield plain(exchange.trouble or words.stopped)
    elif answer.status == "declined":
        yield f"{words.declined} {words.nearest}" if answer.nearest else words.declined
        yield from _quotes(phrases, answer)
    else:
        marked = (
            " ".join(filter(None, (plain(sentence.text), "".join(f"[{n}]" for n in sentence.citations))))
            + (f" *({words.weak})*" if sentence.support == "weak" else "")
            for sentence in answer.sentences
        )
        yield ("\n".join(f"- {line}" for line in marked) if answer.is_list else " ".join(marked))
        yield from _quotes(phrases, answer)


def _quotes(phrases: Phrases, answer: Answer) -> Iterator[str]:
    for citation in answer.citations:
        yield quoted(phrases, citation)


def quoted(phrases: Phrases, citation: Citation) -> str:
    """The quote as a block, with its number and where it stands."""
    origin = plain(phrases.origin(citation))
    if is_web_address(citation.url):
        url = "".join(fragment(citation.url, citation.quote).split())
        origin = f"[{origin}](<{url.replace('<', '%3C').replace('>', '%3E')}>)"
    return f"> {plain(citation.quote)}\n>\n> [{citation.number}] {origin}"


def plain(text: str) -> str:
    """The text in one line, with characters that mean something in Markdown or HTML escaped."""
    return re.sub(r"([\\`*_{}\[\]<>#|~&!])", r"\\\1", " ".join(text.split()))
