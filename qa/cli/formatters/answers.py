"""Answers, passages and quotes on a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from qa.cli.console import PlainConsole, flat, many, message, safe, show_json, signed

if TYPE_CHECKING:
    from qa.schemas import Answer, Citation, RetrievedPassage
    from qa.verification.recheck import RecheckedCitation

NEAREST = 3
COPIES = 5


def show_answer(answer: Answer, question: str) -> None:
    """The text with its marks, and the quotes under it; or that there is none, and what comes nearest."""
    screen = PlainConsole()
    screen.say((safe(answer.text), "bold" if answer.status == "answered" else ""))
    for sentence in answer.sentences:
        if sentence.support == "weak":
            screen.say((f"Weakly supported: {safe(sentence.text)}", "yellow"))
    for conflict in answer.conflicts:
        screen.say((f"The sources differ on {safe(conflict.about)}:", "yellow"))
        for position in conflict.positions:
            numbers = "".join(f"[{number}]" for number in position.citations)
            screen.say(f"{safe(position.claim)} {numbers}", mark="  - ")
    for citation in answer.citations:
        mark = f"[{citation.number}] "
        screen.say("")
        screen.say(f"“{flat(citation.quote)}”", mark=mark)
        screen.say((_origin(citation) + _also(citation), "dim"), mark=" " * len(mark))
    if answer.status == "declined" and answer.passages:
        screen.say("")
        screen.say(("Nearest passages", "bold"))
        for passage in answer.passages[:NEAREST]:
            screen.say((_origin(passage) + _also(passage), "dim"), mark="  - ")
            screen.say(_beginning(passage.text), mark="    ")
    if answer.question_searched != question.strip():
        screen.say("")
        screen.say((f"Searched for: {safe(answer.question_searched)}", "dim"))


def show_passages(hits: Sequence[RetrievedPassage], query: str) -> None:
    """Passages, best first, with rank and score; in bold the words of the query."""
    from index.text.normalization import content_words, stem

    sought = {stem(word) for word in content_words(query)}
    screen = PlainConsole()
    for rank, hit in enumerate(hits, 1):
        if rank > 1:
            screen.say("")
        head = _marked(hit.title or hit.article_id, sought)
        rest = "".join(f" · {flat(part)}" for part in (str(hit.date or ""), hit.source, hit.url) if part)
        about = (rest + _also(hit), "dim")
        screen.say((f"{hit.score:.3f}", "green"), "  ", *head, about, mark=f"{rank:>2}. ")
        screen.say(*_marked(hit.text, sought), mark="    ")
    if not hits:
        message("nothing found")


def _marked(text: str, sought: set[str]) -> Iterator[tuple[str, str]]:
    """The text in parts, those in bold whose stem is sought."""
    from index.text.normalization import WORD, is_stop_word, stem

    line, end = flat(text), 0
    for word in WORD.finditer(line):
        if stem(word[0]) in sought and not is_stop_word(word[0]):
            yield line[end : word.start()], ""
            yield word[0], "bold"
            end = word.end()
    yield line[end:], ""


def show_rechecks(rechecked: Sequence[RecheckedCitation], *, as_json: bool) -> None:
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
    screen = PlainConsole()
    for one in rechecked:
        signed(
            screen,
            "ok" if one.holds else "problem",
            f"[{one.citation.number}] “{flat(one.citation.quote)}”",
        )
        screen.say((_origin(one.citation), "dim"), mark="  ")
        if one.reason:
            screen.say(one.reason, mark="  ")
    failed = sum(not one.holds for one in rechecked)
    held = "every quote holds" if rechecked else "the answer has no quotes"
    message(f"of {many(len(rechecked), 'quote')}, {failed} no longer hold" if failed else held)


def _origin(source: Citation | RetrievedPassage) -> str:
    parts = (source.title, source.source, str(source.date or ""), source.url)
    return " · ".join(flat(part) for part in parts if part) or source.article_id


def _also(found: Citation | RetrievedPassage) -> str:
    """As ` · also in Tide Times, Harbour Herald and 3 more`, or nothing."""
    from qa.schemas import also_in

    names = [flat(name) for name in also_in(found)]
    more = f" and {len(names) - COPIES} more" if len(names) > COPIES else ""
    return f" · also in {', '.join(names[:COPIES])}{more}" if names else ""


def _beginning(text: str) -> str:
    words = flat(text).split()
    return " ".join(words[:25]) + (" …" if len(words) > 25 else "")
