"""The sources panel as HTML: quotes in their passages, and passages. Everything of an article is escaped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from urllib.parse import urlsplit

from qa.answers import Answer, Citation, FoundPassage, also_in
from qa.ui.phrases import Phrases

PASSAGE_CHARACTERS = 300
COPIES = 5
# How much of the passage is shown before and after a quote.
AROUND_CHARACTERS = 110


def no_sources(say: Phrases, note: str) -> str:
    """The panel while there is nothing in it."""
    return _panel(say.sources, "", f'<p class="hint">{escape(note)}</p>')


def evidence(say: Phrases, passages: Sequence[FoundPassage]) -> str:
    """The panel while an answer is written: what it is written from."""
    return _panel(
        say.sources, say.found.format(say.count(len(passages), say.passages)), _passages(say, passages)
    )


def sources(say: Phrases, exchange: int, given: Answer) -> str:
    """The panel of a checked answer: its quotes, and what else was found, folded."""
    if given.status == "declined":
        note = say.count(len(given.passages), say.passages) if given.passages else say.none_found
        return _panel(say.nearest, note, _passages(say, given.passages))
    places = {(citation.article_id, citation.start) for citation in given.citations}
    articles = {citation.article_id for citation in given.citations}
    others = [
        passage
        for passage in given.passages
        if not any(passage.article_id == id_ and passage.start <= at < passage.end for id_, at in places)
    ]
    rest = ""
    if others:
        rest = (
            f'<details class="fold"><summary>{say.count(len(others), say.others_found)}</summary>'
            f"{_passages(say, others)}</details>"
        )
    note = say.quotes_from.format(
        say.count(len(given.citations), say.quotes), say.count(len(articles), say.articles)
    )
    return _panel(say.sources, note, quoted(say, exchange, given) + rest)


def quoted(say: Phrases, exchange: int, given: Answer) -> str:
    """The quotes of an answer, in the order of their numbers."""
    cards = "".join(_citation(say, exchange, citation, given.passages) for citation in given.citations)
    return f'<ol class="cards">{cards}</ol>'


def clipped(text: str, limit: int) -> str:
    """The text in one line, cut after a word and with an ellipsis where it is longer than `limit`."""
    line = " ".join(text.split())
    if len(line) <= limit:
        return line
    head = line[:limit]
    # A script without spaces, or one endless word, is cut where it is.
    space = head.rfind(" ")
    return (head[:space] if space > limit // 2 else head).rstrip(" ,;:–-") + "…"


def origin(say: Phrases, found: Citation | FoundPassage) -> str:
    """Title, outlet and day in one line."""
    return ", ".join(filter(None, (found.title or say.untitled, found.source, say.day(found.date))))


def _panel(title: str, note: str, body: str) -> str:
    beside = f'<span class="count">{escape(note)}</span>' if note else ""
    return f'<section class="panel" aria-label="{title}"><h2>{title}{beside}</h2>{body}</section>'


def _citation(say: Phrases, exchange: int, citation: Citation, passages: Iterable[FoundPassage]) -> str:
    number = citation.number
    before, after = _around(citation, passages)
    back = say.back_to_mark.format(number)
    return (
        f'<li class="card cited" id="quote-{exchange}-{number}" tabindex="-1">'
        f'<a class="number" href="#mark-{exchange}-{number}" aria-label="{back}">{number}</a>'
        f'<blockquote dir="auto"><span class="around">{escape(before)}</span>'
        f'<mark>{escape(citation.quote)}</mark><span class="around">{escape(after)}</span></blockquote>'
        f"{_imprint(say, citation)}</li>"
    )


def _around(citation: Citation, passages: Iterable[FoundPassage]) -> tuple[str, str]:
    """What stands before and after the quote in the passage it was found in."""
    for passage in passages:
        inside = passage.start <= citation.start and citation.end <= passage.end
        if passage.article_id == citation.article_id and inside:
            before = " ".join(passage.text[: citation.start - passage.start].split())
            after = " ".join(passage.text[citation.end - passage.start :].split())
            if len(before) > AROUND_CHARACTERS:
                before = "…" + before[-AROUND_CHARACTERS:].partition(" ")[2]
            return before and before + " ", after and " " + clipped(after, AROUND_CHARACTERS)
    return "", ""


def _passages(say: Phrases, passages: Iterable[FoundPassage]) -> str:
    cards = "".join(
        f'<li class="card"><p class="text" dir="auto">{escape(clipped(passage.text, PASSAGE_CHARACTERS))}</p>'
        f"{_imprint(say, passage)}</li>"
        for passage in passages
    )
    return f'<ol class="cards found">{cards}</ol>'


def _imprint(say: Phrases, found: Citation | FoundPassage) -> str:
    """Title, outlet and day, and who else has it, with links where the addresses are of the web."""
    title = linked(say, found.title or say.untitled, found.url)
    where = "".join(f"<span>{escape(part)}</span>" for part in (found.source, say.day(found.date)) if part)
    return (
        f'<p class="imprint"><cite dir="auto">{title}</cite><span class="where">{where}</span>'
        f"{_also(say, found)}</p>"
    )


def _also(say: Phrases, found: Citation | FoundPassage) -> str:
    """As `also in Tide Times, Harbour Herald and 3 more`, or nothing."""
    copies = list(also_in(found).items())
    if not copies:
        return ""
    names = ", ".join(f"<bdi>{linked(say, name, url)}</bdi>" for name, url in copies[:COPIES])
    if len(copies) > COPIES:
        names = say.more.format(names, len(copies) - COPIES)
    return f'<span class="also">{say.also_in.format(names)}</span>'


def linked(say: Phrases, name: str, url: str) -> str:
    """The name, escaped, and a link where the address is one of the web."""
    if not _on_the_web(url):
        return escape(name)
    return (
        f'<a href="{escape(url)}" target="_blank" rel="noopener noreferrer">{escape(name)}'
        '<span class="out" aria-hidden="true"> ↗</span>'
        f'<span class="unseen"> {say.opens_original}</span></a>'
    )


def _on_the_web(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.netloc)
