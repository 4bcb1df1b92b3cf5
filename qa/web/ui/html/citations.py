"""The sources panel as HTML: quotes in their passages, and passages. Everything of an article is escaped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from html import escape

from index.schemas import ArticleSummary
from qa.schemas import Citation, RetrievedPassage, also_in
from qa.web.ui.conversation import Exchange
from qa.web.ui.html.reader import on_the_web, place, place_of
from qa.web.ui.phrases.window import Phrases

PASSAGE_CHARACTERS = 300
COPIES = 5
# How much of the passage is shown before and after a quote.
AROUND_CHARACTERS = 110


def no_sources(say: Phrases, note: str) -> str:
    """The panel while there is nothing in it."""
    return _panel(say.sources, "", f'<p class="hint">{escape(note)}</p>')


def newest(say: Phrases, articles: Sequence[ArticleSummary], collection: str) -> str:
    """The panel before the first question: articles to read."""
    if not articles:
        return no_sources(say, say.first_note)
    cards = "".join(
        f'<li class="card"><p class="imprint"><cite dir="auto"><a href="{place(article.id, collection)}">'
        f"{escape(article.title or say.untitled)}</a></cite>{where(say, article)}</p></li>"
        for article in articles
    )
    note = f'<p class="hint">{say.first_note}</p>'
    return _panel(say.newest, "", f'{note}<ol class="cards newest">{cards}</ol>')


def evidence(say: Phrases, passages: Sequence[RetrievedPassage], collection: str, day: date) -> str:
    """The panel while an answer is written: what it is written from."""
    note = say.found.format(say.count(len(passages), say.passages))
    return _panel(say.sources, note, _passages(say, passages, collection, day))


def sources(say: Phrases, whole: Exchange) -> str:
    """The panel of a checked answer: its quotes, and what else was found, folded."""
    given = whole.answer
    if not given:
        return no_sources(say, "")
    if given.status == "declined":
        note = say.count(len(given.passages), say.passages) if given.passages else say.none_found
        return _panel(say.nearest, note, nearest(say, whole))
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
            f"{_passages(say, others, whole.collection, whole.day)}</details>"
        )
    quotes, cited = say.count(len(given.citations), say.quotes), say.count(len(articles), say.articles)
    return _panel(say.sources, say.quotes_from.format(quotes, cited), quoted(say, whole) + rest)


def quoted(say: Phrases, whole: Exchange) -> str:
    """The quotes of an answer, in the order of their numbers."""
    if not whole.answer:
        return ""
    passages = whole.answer.passages
    cards = "".join(_citation(say, citation, passages, whole) for citation in whole.answer.citations)
    return f'<ol class="cards">{cards}</ol>'


def nearest(say: Phrases, whole: Exchange) -> str:
    """The passages that were found for a question."""
    return _passages(say, whole.answer.passages if whole.answer else (), whole.collection, whole.day)


def clipped(text: str, limit: int) -> str:
    """The text in one line, cut after a word and with an ellipsis where it is longer than `limit`."""
    line = " ".join(text.split())
    if len(line) <= limit:
        return line
    head = line[:limit]
    # A script without spaces, or one endless word, is cut where it is.
    space = head.rfind(" ")
    return (head[:space] if space > limit // 2 else head).rstrip(" ,;:–-") + "…"


def origin(say: Phrases, found: Citation | RetrievedPassage) -> str:
    """Title, outlet and day in one line."""
    return ", ".join(filter(None, (found.title or say.untitled, found.source, say.day(found.date))))


def where(say: Phrases, found: Citation | RetrievedPassage | ArticleSummary) -> str:
    """Outlet and day."""
    parts = (found.source, say.day(found.date))
    return f'<span class="where">{"".join(f"<span>{escape(part)}</span>" for part in parts if part)}</span>'


def _panel(title: str, note: str, body: str) -> str:
    beside = f'<span class="count">{escape(note)}</span>' if note else ""
    return f'<section class="panel" aria-label="{title}"><h2>{title}{beside}</h2>{body}</section>'


def _citation(say: Phrases, citation: Citation, passages: Iterable[RetrievedPassage], whole: Exchange) -> str:
    before, after = _around(citation, passages)
    address = place_of(citation, whole.collection, whole.day)
    return (
        f'<li class="card cited"><span class="number" aria-hidden="true">{citation.number}</span>'
        f'<blockquote dir="auto"><span class="around">{escape(before)}</span>'
        f'<mark>{escape(citation.quote)}</mark><span class="around">{escape(after)}</span></blockquote>'
        f"{_imprint(say, citation, address)}</li>"
    )


def _around(citation: Citation, passages: Iterable[RetrievedPassage]) -> tuple[str, str]:
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


def _passages(say: Phrases, passages: Iterable[RetrievedPassage], collection: str, day: date) -> str:
    cards = "".join(
        f'<li class="card"><p class="text" dir="auto">{escape(clipped(passage.text, PASSAGE_CHARACTERS))}</p>'
        f"{_imprint(say, passage, place_of(passage, collection, day))}</li>"
        for passage in passages
    )
    return f'<ol class="cards found">{cards}</ol>'


def _imprint(say: Phrases, found: Citation | RetrievedPassage, address: str) -> str:
    """Title, which opens the article here, outlet and day, and who else has it."""
    title = escape(found.title or say.untitled)
    out = ""
    if on_the_web(found.url):
        out = (
            f' <a class="out" href="{escape(found.url)}" target="_blank" rel="noopener noreferrer">'
            f'{say.original}<span aria-hidden="true"> ↗</span></a>'
        )
    return (
        f'<p class="imprint"><cite dir="auto"><a href="{address}">{title}</a></cite>'
        f"{where(say, found)}{out}{_also(say, found)}</p>"
    )


def _also(say: Phrases, found: Citation | RetrievedPassage) -> str:
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
    if not on_the_web(url):
        return escape(name)
    return (
        f'<a href="{escape(url)}" target="_blank" rel="noopener noreferrer">{escape(name)}'
        f'<span aria-hidden="true"> ↗</span><span class="unseen"> {say.opens_original}</span></a>'
    )
