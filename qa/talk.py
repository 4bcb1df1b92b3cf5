"""The conversation as HTML. Whatever an article or a person wrote is escaped here."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from index.articles import Summary
from qa.answers import Answer, Citation, Conflict, Sentence
from qa.cards import day, many, origin, quoted

OUTLETS = 4
# The name under which answers say that no model wrote them.
NO_MODEL = "none"

WORDMARK = '<a class="wordmark" href="./" aria-label="Quoth"><span aria-hidden="true">“</span>Quoth</a>'


def masthead(articles: Sequence[Summary]) -> str:
    """The name and what is in the library: how many articles, of which days, from which outlets."""
    days = sorted(article.date for article in articles if article.date)
    outlets = list(dict.fromkeys(article.source for article in articles if article.source))
    facts = [many(len(articles), "article")]
    if days:
        facts.append(day(days[0]) if days[0] == days[-1] else f"{day(days[0])} – {day(days[-1])}")
    if outlets:
        more = len(outlets) - OUTLETS
        facts.append(", ".join(outlets[:OUTLETS]) + (f" and {more} more" if more > 0 else ""))
    line = "".join(f"<span>{escape(fact)}</span>" for fact in facts)
    return (
        f'<header class="masthead"><h1>{WORDMARK}</h1><p class="library">{line}</p>'
        '<a class="anew" href="./">New conversation</a></header>'
    )


def welcome(articles: Sequence[Summary]) -> str:
    """What the empty window says."""
    if not articles:
        return (
            '<h2 class="greeting">There are no articles yet.</h2>'
            "<p>Add some with <code>quoth add FILE_OR_FOLDER</code>, "
            "or send them to <code>/api/articles</code>; then reload this page.</p>"
        )
    return (
        '<h2 class="greeting">Ask the articles.</h2>'
        "<p>Every sentence of an answer rests on a quote, word for word. "
        "Where the articles do not say, Quoth says so.</p>"
    )


def status(exchange: int, doing: str, seconds: float) -> str:
    """What is being done just now; the page counts the seconds on."""
    return (
        f'<p class="status"><span class="pulse" aria-hidden="true"></span>{escape(doing)} '
        f'<span class="clock" aria-hidden="true" data-run="{exchange}" data-seconds="{seconds:.2f}">'
        f"{seconds:.0f} s</span></p>"
    )


def asked(question: str, searched: str, said: str) -> str:
    """One question with what is said to it, which is HTML already."""
    other = searched and " ".join(searched.split()) != " ".join(question.split())
    line = (
        f'<p class="searched">Searched for: <span dir="auto">{escape(searched)}</span></p>' if other else ""
    )
    return (
        f'<article class="exchange"><h2 class="asked" dir="auto">{escape(question)}</h2>'
        f"{line}{said}</article>"
    )


def draft(text: str) -> str:
    """What the model wrote so far, plainly not checked."""
    return (
        f'<div class="draft" dir="auto">{escape(text)}</div>'
        '<p class="hint">A draft: its quotes are checked when it is whole.</p>'
    )


def trouble(message: str) -> str:
    """One line for what went wrong."""
    line = message[:1].upper() + message[1:]
    return f'<p class="trouble" role="alert">{escape(line)}</p>'


def answer(exchange: int, given: Answer, *, folded_quotes: bool = False) -> str:
    """A checked answer; `folded_quotes` puts its quotes below it, for answers whose sources have left
    the panel.
    """
    if given.status == "declined":
        near = given.passages and not folded_quotes
        hint = '<p class="hint">What comes nearest is under “Nearest passages”.</p>' if near else ""
        return f'<div class="declined"><p>{escape(given.text)}</p>{hint}</div>'
    body = "".join(_sentences(exchange, given))
    weak = any(sentence.support == "weak" for sentence in given.sentences)
    legend = '<p class="hint">Dotted sentences are only weakly supported by their quotes.</p>' if weak else ""
    conflicts = "".join(_conflict(exchange, conflict, given) for conflict in given.conflicts)
    quotes = ""
    if folded_quotes:
        quotes = (
            f'<details class="fold"><summary>{many(len(given.citations), "quote")}</summary>'
            f"{quoted(exchange, given)}</details>"
        )
    by = "Quoted without a model" if given.model == NO_MODEL else f"Written by {given.model}, quotes checked"
    meta = f'<p class="meta">{escape(by)} · {given.timings.total_ms / 1000:.1f} s</p>'
    return f'<div class="answer"><p dir="auto">{body}</p>{conflicts}{legend}{meta}{quotes}</div>'


def _sentences(exchange: int, given: Answer) -> Iterator[str]:
    """The sentences with their marks; the first mark of each number can be linked back to."""
    quotes = {citation.number: citation for citation in given.citations}
    linked: set[int] = set()
    for sentence in given.sentences:
        marks = ""
        for number in sentence.citations:
            marks += _mark(exchange, quotes[number], first=number not in linked)
            linked.add(number)
        yield f"{_sentence(sentence)}{marks} "


def _sentence(sentence: Sentence) -> str:
    if sentence.support == "weak":
        return (
            f'<span class="weak" title="weakly supported">{escape(sentence.text)}'
            '<span class="unseen"> (weakly supported)</span></span>'
        )
    return escape(sentence.text)


def _mark(exchange: int, citation: Citation, *, first: bool) -> str:
    number = citation.number
    name = f' id="mark-{exchange}-{number}"' if first else ""
    label = f"Quote {number}: {origin(citation)}"
    return (
        f'<a class="mark"{name} href="#quote-{exchange}-{number}" aria-label="{escape(label)}" '
        f'title="“{escape(" ".join(citation.quote.split()))}”">[{number}]</a>'
    )


def _conflict(exchange: int, conflict: Conflict, given: Answer) -> str:
    quotes = {citation.number: citation for citation in given.citations}
    sides = "".join(
        f'<li dir="auto">{escape(position.claim)}'
        + "".join(_mark(exchange, quotes[number], first=False) for number in position.citations)
        + "</li>"
        for position in conflict.positions
    )
    about = f"<p>The articles disagree on {escape(conflict.about)}:</p>"
    return f'<div class="conflict">{about}<ul>{sides}</ul></div>'
