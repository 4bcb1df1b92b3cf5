"""The conversation as HTML. Whatever an article or a person wrote is escaped here."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from index.articles import Summary
from qa.answers import Answer, Citation, Conflict, Sentence
from qa.ui.cards import origin, quoted
from qa.ui.phrases import Phrases

# The name under which answers say that no model wrote them.
NO_MODEL = "none"


def welcome(say: Phrases, articles: Sequence[Summary]) -> str:
    """What the empty window says."""
    if not articles:
        return (
            f'<h2 class="greeting">{say.nothing_yet}</h2><p>'
            + say.how_to_add.format("<code>quoth add FILE_OR_FOLDER</code>", "<code>/api/articles</code>")
            + "</p>"
        )
    return f'<h2 class="greeting">{say.greeting}</h2><p>{say.promise}</p>'


def status(exchange: int, doing: str, seconds: float) -> str:
    """What is being done just now; the page counts the seconds on."""
    return (
        f'<p class="status"><span class="pulse" aria-hidden="true"></span>{escape(doing)} '
        f'<span class="clock" aria-hidden="true" data-run="{exchange}" data-seconds="{seconds:.2f}">'
        f"{seconds:.0f} s</span></p>"
    )


def asked(say: Phrases, question: str, searched: str, said: str) -> str:
    """One question with what is said to it, which is HTML already."""
    other = searched and " ".join(searched.split()) != " ".join(question.split())
    line = (
        f'<p class="searched">{say.searched_for} <span dir="auto">{escape(searched)}</span></p>'
        if other
        else ""
    )
    return (
        f'<article class="exchange"><h2 class="asked" dir="auto">{escape(question)}</h2>'
        f"{line}{said}</article>"
    )


def draft(say: Phrases, text: str) -> str:
    """What the model wrote so far, plainly not checked."""
    return f'<div class="draft" dir="auto">{escape(text)}</div><p class="hint">{say.draft}</p>'


def trouble(message: str) -> str:
    """One line for what went wrong."""
    line = message[:1].upper() + message[1:]
    return f'<p class="trouble" role="alert">{escape(line)}</p>'


def answer(say: Phrases, exchange: int, given: Answer, *, folded_quotes: bool = False) -> str:
    """A checked answer; `folded_quotes` puts its quotes below it, for answers whose sources have left
    the panel.
    """
    if given.status == "declined":
        near = given.passages and not folded_quotes
        hint = f'<p class="hint">{say.nearest_hint}</p>' if near else ""
        return f'<div class="declined"><p>{say.declined}</p>{hint}</div>'
    body = "".join(_sentences(say, exchange, given))
    weak = any(sentence.support == "weak" for sentence in given.sentences)
    legend = f'<p class="hint">{say.weak_hint}</p>' if weak else ""
    conflicts = "".join(_conflict(say, exchange, conflict, given) for conflict in given.conflicts)
    quotes = ""
    if folded_quotes:
        quotes = (
            f'<details class="fold"><summary>{say.count(len(given.citations), say.quotes)}</summary>'
            f"{quoted(say, exchange, given)}</details>"
        )
    by = say.quoted_by_none if given.model == NO_MODEL else say.written_by.format(given.model)
    meta = f'<p class="meta">{escape(by)} · {say.seconds(given.timings.total_ms / 1000)} s</p>'
    return f'<div class="answer"><p dir="auto">{body}</p>{conflicts}{legend}{meta}{quotes}</div>'


def _sentences(say: Phrases, exchange: int, given: Answer) -> Iterator[str]:
    """The sentences with their marks; the first mark of each number can be linked back to."""
    quotes = {citation.number: citation for citation in given.citations}
    linked: set[int] = set()
    for sentence in given.sentences:
        marks = ""
        for number in sentence.citations:
            marks += _mark(say, exchange, quotes[number], first=number not in linked)
            linked.add(number)
        yield f"{_sentence(say, sentence)}{marks} "


def _sentence(say: Phrases, sentence: Sentence) -> str:
    if sentence.support == "weak":
        return (
            f'<span class="weak" title="{say.weak}">{escape(sentence.text)}'
            f'<span class="unseen"> ({say.weak})</span></span>'
        )
    return escape(sentence.text)


def _mark(say: Phrases, exchange: int, citation: Citation, *, first: bool) -> str:
    number = citation.number
    name = f' id="mark-{exchange}-{number}"' if first else ""
    label = say.quote_of.format(number, origin(say, citation))
    return (
        f'<a class="mark"{name} href="#quote-{exchange}-{number}" aria-label="{escape(label)}" '
        f'title="“{escape(" ".join(citation.quote.split()))}”">[{number}]</a>'
    )


def _conflict(say: Phrases, exchange: int, conflict: Conflict, given: Answer) -> str:
    quotes = {citation.number: citation for citation in given.citations}
    sides = "".join(
        f'<li dir="auto">{escape(position.claim)}'
        + "".join(_mark(say, exchange, quotes[number], first=False) for number in position.citations)
        + "</li>"
        for position in conflict.positions
    )
    about = f"<p>{say.disagree.format(escape(conflict.about))}</p>"
    return f'<div class="conflict">{about}<ul>{sides}</ul></div>'
