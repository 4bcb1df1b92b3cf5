"""What the command line shows: results on standard output, the rest on standard error.

Into a pipe or a file goes the same text, without the colours and line breaks of a terminal.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from index.articles import Article, IngestReport, Listing
    from qa.answers import Answer, Citation, FoundPassage
    from qa.doctor import Finding
    from qa.verifying import Rechecked
    from qa.weights import Listed

MAX_SKIPPED_LINES = 20
NEAREST = 3
COPIES = 5
# Controls, and marks that turn the text behind them round.
_STEERING = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_SIGNS = {"ok": ("✓", "green"), "warning": ("!", "yellow"), "problem": ("✗", "red")}


class Screen(Console):
    """Shows text as it is: no markup, no guessed colours."""

    def __init__(self, *, stderr: bool = False) -> None:
        super().__init__(stderr=stderr, highlight=False, markup=False, emoji=False)

    def on_broken_pipe(self) -> None:
        raise  # rich calls this while it handles a BrokenPipeError, which is for qa.cli

    def say(self, *parts: str | tuple[str, str], mark: str = "") -> None:
        """One paragraph of parts, each with its style; its lines hang at the end of `mark`."""
        text = Text.assemble(*parts)
        room = max(20, self.width - len(mark))
        lines = text.wrap(self, room) if self.is_terminal else [text]
        for nth, piece in enumerate(lines):
            piece.rstrip()
            self.print(Text(mark if nth == 0 else " " * len(mark)) + piece, soft_wrap=True)


def error(text: str) -> None:
    """An error, in one line."""
    Screen(stderr=True).say(("error: ", "bold red"), _safe(text))


def message(text: str) -> None:
    """Something the person should know that is no result."""
    Screen(stderr=True).say(_safe(text))


def many(count: int, what: str) -> str:
    """`1 quote`, `1,000 quotes`."""
    return f"{count:,} {what}" + ("" if count == 1 else "s")


def show_text(text: str) -> None:
    """A result that is text already."""
    sys.stdout.write(_safe(text) + "\n")


def show_json(value: Any) -> None:
    """A result as JSON, in which what would steer the terminal is escaped."""
    written = json.dumps(value, ensure_ascii=False, indent=2, default=str)
    sys.stdout.write(_STEERING.sub(lambda found: f"\\u{ord(found[0]):04x}", written) + "\n")


def show_report(report: IngestReport, *, as_json: bool) -> None:
    """What adding did, and on standard error what was skipped and why."""
    if as_json:
        show_json(asdict(report))
        return
    for skipped in report.skipped[:MAX_SKIPPED_LINES]:
        message(f"skipped {skipped.source}: {skipped.reason}")
    if (more := len(report.skipped) - MAX_SKIPPED_LINES) > 0:
        message(f"and {more} more; --json lists all")
    for warning in report.warnings:
        message(f"warning: {warning}")
    show_text(str(report))


def show_answer(answer: Answer, question: str) -> None:
    """The text with its marks, and the quotes under it; or that there is none, and what comes nearest."""
    screen = Screen()
    screen.say((_safe(answer.text), "bold" if answer.status == "answered" else ""))
    for sentence in answer.sentences:
        if sentence.support == "weak":
            screen.say((f"Weakly supported: {_safe(sentence.text)}", "yellow"))
    for conflict in answer.conflicts:
        screen.say((f"The sources differ on {_safe(conflict.about)}:", "yellow"))
        for position in conflict.positions:
            numbers = "".join(f"[{number}]" for number in position.citations)
            screen.say(f"{_safe(position.claim)} {numbers}", mark="  - ")
    for citation in answer.citations:
        mark = f"[{citation.number}] "
        screen.say("")
        screen.say(f"“{_flat(citation.quote)}”", mark=mark)
        screen.say((_origin(citation) + _also(citation), "dim"), mark=" " * len(mark))
    if answer.status == "declined" and answer.passages:
        screen.say("")
        screen.say(("Nearest passages", "bold"))
        for passage in answer.passages[:NEAREST]:
            screen.say((_origin(passage) + _also(passage), "dim"), mark="  - ")
            screen.say(_beginning(passage.text), mark="    ")
    if answer.question_searched != question.strip():
        screen.say("")
        screen.say((f"Searched for: {_safe(answer.question_searched)}", "dim"))


def show_passages(hits: Sequence[FoundPassage], query: str) -> None:
    """Passages, best first, with rank and score; in bold the words of the query."""
    from index.words import content_words, stem

    sought = {stem(word) for word in content_words(query)}
    screen = Screen()
    for rank, hit in enumerate(hits, 1):
        if rank > 1:
            screen.say("")
        head = _marked(hit.title or hit.article_id, sought)
        rest = "".join(f" · {_flat(part)}" for part in (str(hit.date or ""), hit.source, hit.url) if part)
        about = (rest + _also(hit), "dim")
        screen.say((f"{hit.score:.3f}", "green"), "  ", *head, about, mark=f"{rank:>2}. ")
        screen.say(*_marked(hit.text, sought), mark="    ")
    if not hits:
        message("nothing found")


def _marked(text: str, sought: set[str]) -> Iterator[tuple[str, str]]:
    """The text in parts, those in bold whose stem is sought."""
    from index.words import WORD, is_form, stem

    flat, end = _flat(text), 0
    for word in WORD.finditer(flat):
        if stem(word[0]) in sought and not is_form(word[0]):
            yield flat[end : word.start()], ""
            yield word[0], "bold"
            end = word.end()
    yield flat[end:], ""


def show_listing(listing: Listing, collection: str, *, search: str, as_json: bool) -> None:
    """A table of articles; into a pipe the same columns, parted by tabs."""
    articles = listing.articles
    if as_json:
        show_json({"articles": [asdict(article) for article in articles]})
        return
    screen = Screen()
    rows = [(a.id, str(a.date or ""), str(a.passages), _flat(a.source), _flat(a.title)) for a in articles]
    if screen.is_terminal and rows:
        table = Table("ID", "Date", "Passages", "Source", "Title", box=None, pad_edge=False)
        table.columns[0].no_wrap = True  # an id is copied in one piece
        table.columns[0].overflow = "fold"
        table.columns[1].no_wrap = True
        table.columns[2].justify = "right"
        for row in rows:
            table.add_row(*map(Text, row))
        screen.print(table)
    elif rows:
        show_text("\n".join("\t".join(row) for row in rows))
    if rows:
        passages = sum(article.passages for article in articles)
        message(f"{many(len(rows), 'article')}, {many(passages, 'passage')} in '{collection}'")
    elif search:
        message(f"no article of '{collection}' has {search!r} in its title or source")
    else:
        message(f"the collection '{collection}' has no articles yet; add some with `quoth add PATH`")


def show_article(article: Article, *, as_json: bool) -> None:
    """What is known of an article, and its text as it is kept."""
    if as_json:
        show_json(_about(article) | {"text": article.text})
        return
    screen = Screen()
    for name, value in _about(article).items():
        if value:
            screen.say((f"{name:8}", "dim"), _flat(str(value)))
    screen.say("")
    show_text(article.text)


def show_rechecks(rechecked: Sequence[Rechecked], *, as_json: bool) -> None:
    """Which quotes of an answer still stand."""
    if as_json:
        show_json(
            {
                "holds": all(one.holds for one in rechecked),
                "citations": [
                    {"number": one.citation.number, "article_id": one.citation.article_id}
                    | {"holds": one.holds, "reason": one.reason}
                    for one in rechecked
                ],
            }
        )
        return
    screen = Screen()
    for one in rechecked:
        _signed(
            screen, "ok" if one.holds else "problem", f"[{one.citation.number}] “{_flat(one.citation.quote)}”"
        )
        screen.say((_origin(one.citation), "dim"), mark="  ")
        if one.reason:
            screen.say(one.reason, mark="  ")
    failed = sum(not one.holds for one in rechecked)
    held = "every quote holds" if rechecked else "the answer has no quotes"
    message(f"of {many(len(rechecked), 'quote')}, {failed} no longer hold" if failed else held)


def show_findings(findings: Sequence[Finding], *, as_json: bool) -> None:
    """What was looked at, and how to mend it."""
    if as_json:
        show_json({"findings": [asdict(finding) for finding in findings]})
        return
    screen = Screen()
    for finding in findings:
        _signed(screen, finding.level, f"{finding.about}: {finding.text}")
        if finding.mend:
            screen.say(("to mend: ", "bold"), _safe(finding.mend), mark="  ")


def show_models(listed: Sequence[Listed], answering: str, *, as_json: bool) -> None:
    """The known models, where their weights lie or could come from, and which of them are used."""
    if as_json:
        show_json({"answering": answering, "models": [_model(one) for one in listed]})
        return
    screen = Screen()
    for one in listed:
        model, use = one.weights, ", in use" if one.used else ""
        style = "green" if one.state == "verified" else "red" if use and one.state == "missing" else "yellow"
        screen.say((model.name, "bold"), f"  {model.purpose}  ", (one.state + use, style))
        digest = model.sha256 or "(not looked at yet)"
        screen.say((f"{model.size / 1e6:,.0f} MB  sha256 {digest}", "dim"), mark="    ")
        for place in [str(one.path)] if one.path else [f"from {way}" for way in model.sources]:
            screen.say(_safe(place), mark="    ")
    screen.say(f"QUOTH_MODEL is {_safe(answering)}.")


def _signed(screen: Screen, level: str, text: str) -> None:
    sign, style = _SIGNS[level]
    screen.say((f"{sign} ", style), _safe(text))


def _origin(source: Citation | FoundPassage) -> str:
    parts = (source.title, source.source, str(source.date or ""), source.url)
    return " · ".join(_flat(part) for part in parts if part) or source.article_id


def _also(found: Citation | FoundPassage) -> str:
    """As ` · also in Tide Times, Harbour Herald and 3 more`, or nothing."""
    from qa.answers import also_in

    names = [_flat(name) for name in also_in(found)]
    more = f" and {len(names) - COPIES} more" if len(names) > COPIES else ""
    return f" · also in {', '.join(names[:COPIES])}{more}" if names else ""


def _about(article: Article) -> dict[str, Any]:
    names = ("id", "title", "date", "source", "url", "origin")
    return {name: getattr(article, name) for name in names}


def _model(one: Listed) -> dict[str, Any]:
    names = ("name", "purpose", "size", "sha256", "sources")
    about = {name: getattr(one.weights, name) for name in names}
    return about | {"used": one.used, "state": one.state, "path": one.path}


def _beginning(text: str) -> str:
    words = _flat(text).split()
    return " ".join(words[:25]) + (" …" if len(words) > 25 else "")


def _flat(text: str) -> str:
    return " ".join(_safe(text).split())


def _safe(text: str) -> str:
    """The text without what would steer the terminal: an article may hold escape sequences."""
    return _STEERING.sub("�", text.replace("\r\n", "\n"))
