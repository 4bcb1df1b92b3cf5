"""The conversation as HTML. Whatever an article or a person wrote is escaped here."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from qa.schemas import Answer, AnswerSentence, Citation, Conflict
from qa.web.ui.conversation import Exchange
from qa.web.ui.html.citations import nearest, origin, quoted, where
from qa.web.ui.html.reader import place_of
from qa.web.ui.phrases.window import Phrases

# The name under which answers say that no model wrote them.
NO_MODEL = "none"


def status(run: int, doing: str, seconds: float) -> str:
    """What is being done just now; the page counts the seconds on."""
    return (
        f'<p class="status"><span class="pulse" aria-hidden="true"></span>{escape(doing)} '
        f'<span class="clock" aria-hidden="true" data-run="{run}" data-seconds="{seconds:.2f}">'
        f"{seconds:.0f} s</span></p>"
    )


def done(say: Phrases) -> str:
    """That nothing is being done any more, for those who do not see it."""
    return f'<p class="unseen">{say.done}</p>'


def exchange(say: Phrases, nth: int, whole: Exchange, *, past: bool = False) -> str:
    """A question with what came of it. One that is `past` has its quotes below it, and is kept already."""
    given = whole.answer
    said = _answer(say, whole, given, past=past) if given else trouble(whole.trouble or say.stopped)
    kept = "" if past else f' data-kept="{escape(whole.model_dump_json())}"'
    searched = given.question_searched if given else ""
    return asked(say, whole.question, searched, said + _actions(say, whole), f' data-nth="{nth}"{kept}')


def asked(say: Phrases, question: str, searched: str, said: str, attributes: str = "") -> str:
    """One question with what is said to it; `said` and `attributes` are HTML already."""
    line = ""
    if searched and " ".join(searched.split()) != " ".join(question.split()):
        line = (
            f'<p class="searched">{say.searched_for} <span dir="auto">{escape(searched)}</span> '
            f'<button type="button" data-deed="change">{say.change}</button></p>'
        )
    return (
        f'<article class="exchange"{attributes}><h2 class="asked" dir="auto">{escape(question)}</h2>'
        f"{line}{said}</article>"
    )


def draft(text: str) -> str:
    """What the model wrote so far, paler than an answer, and in its place."""
    return f'<div class="draft" dir="auto">{escape(text)}</div>'


def trouble(message: str) -> str:
    """One line for what went wrong."""
    return f'<p class="trouble" role="alert">{escape(message[:1].upper() + message[1:])}</p>'


def _answer(say: Phrases, whole: Exchange, given: Answer, *, past: bool) -> str:
    if given.status == "declined":
        hint = f'<p class="hint">{say.nearest_hint}</p>' if given.passages and not past else ""
        near = _folded(say.nearest, nearest(say, whole)) if given.passages else ""
        return f'<div class="declined"><p>{say.declined}</p>{hint}</div>{near}'
    body = "".join(_sentences(say, whole, given))
    weak = any(sentence.support == "weak" for sentence in given.sentences)
    legend = f'<p class="hint">{say.weak_hint}</p>' if weak else ""
    conflicts = "".join(_conflict(say, whole, conflict, given) for conflict in given.conflicts)
    quotes = _folded(say.count(len(given.citations), say.quotes), quoted(say, whole))
    by = say.quoted_by_none if given.model == NO_MODEL else say.written_by.format(given.model)
    return (
        f'<div class="answer"><p class="said" dir="auto">{body}</p>{conflicts}{legend}'
        f'<p class="meta">{escape(by)} · {say.seconds(given.timings.total_ms / 1000)} s</p>'
        f"{quotes}</div>"
    )


def _folded(title: str, cards: str) -> str:
    """What is in the panel while the exchange is the current one, and hidden here as long."""
    return f'<details class="fold"><summary>{title}</summary>{cards}</details>'


def _actions(say: Phrases, whole: Exchange) -> str:
    buttons = [("again", say.again, "")]
    if whole.answer:
        up, down = (f' aria-pressed="{str(whole.verdict == way).lower()}"' for way in ("up", "down"))
        buttons = [("copy", say.copy, ""), *buttons, ("up", say.good, up), ("down", say.bad, down)]
    line = "".join(
        f'<button type="button" data-deed="{do}"{pressed}>{label}</button>' for do, label, pressed in buttons
    )
    return f'<div class="actions">{line}<span role="status"></span></div>'


def _sentences(say: Phrases, whole: Exchange, given: Answer) -> Iterator[str]:
    quotes = {citation.number: citation for citation in given.citations}
    for sentence in given.sentences:
        marks = "".join(_mark(say, whole, quotes[number]) for number in sentence.citations)
        yield f"{_sentence(say, sentence)}{marks} "


def _sentence(say: Phrases, sentence: AnswerSentence) -> str:
    if sentence.support == "weak":
        return (
            f'<span class="weak" title="{say.weak}">{escape(sentence.text)}'
            f'<span class="unseen"> ({say.weak})</span></span>'
        )
    return escape(sentence.text)


def _mark(say: Phrases, whole: Exchange, citation: Citation) -> str:
    label = say.quote_of.format(citation.number, origin(say, citation))
    return (
        f'<a class="mark" href="{place_of(citation, whole.collection, whole.day)}" '
        f'data-quote="{escape(citation.quote)}" data-origin="{escape(origin(say, citation))}" '
        f'aria-label="{escape(label)}">[{citation.number}]</a>'
    )


def _conflict(say: Phrases, whole: Exchange, conflict: Conflict, given: Answer) -> str:
    quotes = {citation.number: citation for citation in given.citations}
    sides = ""
    for position in conflict.positions:
        cited = [quotes[number] for number in position.citations]
        marks = "".join(_mark(say, whole, citation) for citation in cited)
        outlets = " ".join(where(say, citation) for citation in cited)
        sides += f'<li dir="auto"><p>{escape(position.claim)}{marks}</p>{outlets}</li>'
    about = say.disagree.format(escape(conflict.about))
    return f'<section class="conflict"><h3>{about}</h3><ul>{sides}</ul></section>'
