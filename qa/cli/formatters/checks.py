"""Prints checked texts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from qa.cli.console import PlainConsole, count_of, message, one_line
from qa.cli.formatters.answers import describe_source

if TYPE_CHECKING:
    from qa.schemas import CheckedText, Citation, Side

_SIGNS = {"proven": ("✓", "green"), "contradicted": ("✗", "red"), "unproven": ("?", "yellow")}


def show_checked(checked: CheckedText) -> None:
    """Prints each sentence after the sign of its verdict, with the quotes that prove or contradict it, and
    how many there are of each verdict.
    """
    screen = PlainConsole()
    for sentence in checked.sentences:
        if sentence.verdict == "no_claim":
            screen.show((one_line(sentence.text), "dim"), prefix="  ")
            continue
        sign, style = _SIGNS[sentence.verdict]
        probability = "" if sentence.probability is None else f"  {sentence.probability:.2f}"
        screen.show(
            (f"{sign} ", style), one_line(sentence.text), (f"  {sentence.verdict}{probability}", "dim")
        )
        told = [number for side in sentence.sides for number in side.citations]
        for side in sentence.sides:
            if line := side_told(side, sentence.sides):
                screen.show(line, prefix="    ")
            _show_quotes(screen, [one for one in sentence.citations if one.number in side.citations])
        _show_quotes(screen, [one for one in sentence.citations if one.number not in told])
    _show_tally(checked)


def side_told(side: Side, sides: Sequence[Side]) -> str:
    """What the articles of a side say: "the newer article says 16 March 2024"; empty if it is no value."""
    if not side.says:
        return ""
    days = [one.date for one in sides if one.date]
    if len(days) < 2 or min(days) == max(days) or side.date is None:
        return f"the article says {side.says}"
    return f"the {'newer' if side.date == max(days) else 'older'} article says {side.says}"


def _show_quotes(screen: PlainConsole, citations: Sequence[Citation]) -> None:
    for citation in citations:
        screen.show(f"“{one_line(citation.quote)}”", prefix="    ")
        screen.show((describe_source(citation), "dim"), prefix="    ")


def _show_tally(checked: CheckedText) -> None:
    counts: Counter[str] = Counter(sentence.verdict for sentence in checked.sentences)
    told = ", ".join(f"{counts[verdict]} {verdict}" for verdict in _SIGNS)
    claims = len(checked.sentences) - counts["no_claim"]
    message(f"{count_of(claims, 'claim')}: {told}" if claims else "the text claims nothing")
