"""Prints checked texts."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from qa.cli.console import PlainConsole, count_of, message, one_line
from qa.cli.formatters.answers import describe_source

if TYPE_CHECKING:
    from qa.schemas import CheckedText

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
        for citation in sentence.citations:
            screen.show(f"“{one_line(citation.quote)}”", prefix="    ")
            screen.show((describe_source(citation), "dim"), prefix="    ")
    counts: Counter[str] = Counter(sentence.verdict for sentence in checked.sentences)
    told = ", ".join(f"{counts[verdict]} {verdict}" for verdict in _SIGNS)
    claims = len(checked.sentences) - counts["no_claim"]
    message(f"{count_of(claims, 'claim')}: {told}" if claims else "the text claims nothing")
