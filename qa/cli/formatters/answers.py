"""Prints answers, passages and quotes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from qa.cli.console import PlainConsole, count_of, message, one_line, printable, show_json, show_level

if TYPE_CHECKING:
    from qa.schemas import Answer, Citation, RetrievedPassage
    from qa.verification.recheck import RecheckedCitation

# How many nearest passages a declined answer shows, and how many other articles with the same words.
MAX_NEAREST = 3
MAX_DUPLICATES = 5


def show_answer(answer: Answer, question: str) -> None:
    """Prints the text with its citations and their quotes; of a declined answer what is nearest, once."""
    from qa.schemas import DECLINED, NEAREST

    screen = PlainConsole()
    style = "bold" if answer.status == "answered" else ""
    if answer.nearest:  # its quote follows, word for word
        screen.show(f"{DECLINED}\n\n{NEAREST}")
    else:
        for line in answer.text.split("\n"):
            screen.show((printable(line), style))
    for sentence in answer.sentences:
        if sentence.support == "weak":
            screen.show((f"Weakly supported: {printable(sentence.text)}", "yellow"))
    _show_conflicts(screen, answer)
    for citation in answer.citations:
        if not answer.nearest:
            screen.show("")
        _show_citation(screen, citation)
    if answer.status == "declined" and answer.passages:
        _show_nearest(screen, answer.passages[:MAX_NEAREST])
    _show_asked(screen, answer, question)


def _show_conflicts(screen: PlainConsole, answer: Answer) -> None:
    for conflict in answer.conflicts:
        screen.show((f"The sources differ on {printable(conflict.about)}:", "yellow"))
        for position in conflict.positions:
            numbers = "".join(f"[{number}]" for number in position.citations)
            screen.show(f"{printable(position.claim)} {numbers}", prefix="  - ")


def _show_asked(screen: PlainConsole, answer: Answer, question: str) -> None:
    """How the question was understood, and what can be asked next."""
    for followup in answer.followups:
        screen.show("")
        screen.show((f"You can also ask: {printable(followup)}", "dim"))
    corrections = answer.understood.corrections if answer.understood else ()
    for one in corrections:
        screen.show((f"Read “{printable(one.typed)}” as “{printable(one.read_as)}”", "dim"))
    _show_limits(screen, answer)
    if answer.question_searched != question.strip() and not corrections:
        screen.show("")
        screen.show((f"Searched for: {printable(answer.question_searched)}", "dim"))


def _show_limits(screen: PlainConsole, answer: Answer) -> None:
    """What the question's own words limited the articles to, with the option that switches it off."""
    understood = answer.understood
    if not understood:
        return
    days = " to ".join(str(day) for day in (understood.after, understood.before) if day)
    limits = {"outlet": understood.source, "dates": days, "article": understood.article_title}
    for limit, text in limits.items():
        if text:
            screen.show((f"Limited to {printable(text)} (--ignore {limit} for all)", "dim"))


def _show_citation(screen: PlainConsole, citation: Citation) -> None:
    mark = f"[{citation.number}] "
    screen.show(f"“{one_line(citation.quote)}”", prefix=mark)
    screen.show((describe_source(citation) + _duplicates(citation), "dim"), prefix=" " * len(mark))


def _show_nearest(screen: PlainConsole, passages: Sequence[RetrievedPassage]) -> None:
    screen.show("")
    screen.show(("Nearest passages", "bold"))
    for passage in passages:
        screen.show((describe_source(passage) + _duplicates(passage), "dim"), prefix="  - ")
        screen.show(_excerpt(passage.text), prefix="    ")


def show_passages(hits: Sequence[RetrievedPassage], query: str) -> None:
    """Prints passages with rank and score, and the words of the query in bold."""
    from index.text.normalization import content_words, stem

    query_stems = {stem(word) for word in content_words(query)}
    screen = PlainConsole()
    for rank, hit in enumerate(hits, 1):
        if rank > 1:
            screen.show("")
        title = _highlighted(hit.title or hit.article_id, query_stems)
        rest = "".join(
            f" · {one_line(part)}" for part in (str(hit.date or hit.period), hit.source, hit.url) if part
        )
        about = (rest + _duplicates(hit), "dim")
        screen.show((f"{hit.score:.3f}", "green"), "  ", *title, about, prefix=f"{rank:>2}. ")
        screen.show(*_highlighted(hit.text, query_stems), prefix="    ")
    if not hits:
        message("no passages found")


def _highlighted(text: str, query_stems: set[str]) -> Iterator[tuple[str, str]]:
    """The text in parts with their styles; words with a stem of the query are bold."""
    from index.text.normalization import WORD, is_stop_word, stem

    line, end = one_line(text), 0
    for word in WORD.finditer(line):
        if stem(word[0]) in query_stems and not is_stop_word(word[0]):
            yield line[end : word.start()], ""
            yield word[0], "bold"
            end = word.end()
    yield line[end:], ""


def show_rechecks(
    rechecked: Sequence[RecheckedCitation], missing: Sequence[str] = (), *, as_json: bool
) -> None:
    """Prints which quotes of an answer are still in their articles, and which articles it names are gone."""
    if as_json:
        show_json(
            {
                "holds": not missing and all(one.holds for one in rechecked),
                "missing_articles": list(missing),
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
        show_level(
            screen,
            "ok" if one.holds else "problem",
            f"[{one.citation.number}] “{one_line(one.citation.quote)}”",
        )
        screen.show((describe_source(one.citation), "dim"), prefix="  ")
        if one.reason:
            screen.show(one.reason, prefix="  ")
    for article_id in missing:
        show_level(screen, "problem", f"the article '{one_line(article_id)}' is gone")
    failed = sum(not one.holds for one in rechecked)
    passed = "every quote holds" if rechecked else "the answer has no quotes"
    message(f"{failed} of {count_of(len(rechecked), 'quote')} no longer hold" if failed else passed)


def describe_source(source: Citation | RetrievedPassage) -> str:
    """Title, outlet, day and address of an article, as far as they are known."""
    parts = (source.title, source.source, str(source.date or source.period), source.url)
    return " · ".join(one_line(part) for part in parts if part) or source.article_id


def _duplicates(found: Citation | RetrievedPassage) -> str:
    """` · also in Tide Times, Harbour Herald and 3 more`, or empty."""
    from qa.schemas import also_in

    names = [one_line(name) for name in also_in(found)]
    more = f" and {len(names) - MAX_DUPLICATES} more" if len(names) > MAX_DUPLICATES else ""
    return f" · also in {', '.join(names[:MAX_DUPLICATES])}{more}" if names else ""


def _excerpt(text: str) -> str:
    words = one_line(text).split()
    return " ".join(words[:25]) + (" …" if len(words) > 25 else "")
