"""A checked text as Markdown, and as a web page that needs nothing else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date

from qa.schemas import CheckedSentence, CheckedText
from qa.web.ui.export import plain, quoted
from qa.web.ui.html.checked import SIGNS, side_told
from qa.web.ui.html.rendering import render
from qa.web.ui.phrases.window import Phrases


def markdown(phrases: Phrases, checked: CheckedText, day: date) -> str:
    """Each sentence after its sign, with what the articles say instead and the quotes."""
    words = phrases.check
    counts: Counter[str] = Counter(sentence.verdict for sentence in checked.sentences)
    tally = ", ".join(f"{counts[verdict]} {words.verdicts[verdict]}" for verdict in SIGNS if SIGNS[verdict])
    parts = [f"# {words.result}", f"*{words.checked_on.format(phrases.day(day))}: {tally}*"]
    return "\n\n".join([*parts, *(_item(phrases, one) for one in checked.sentences)]) + "\n"


def _item(phrases: Phrases, sentence: CheckedSentence) -> str:
    text, sign = plain(sentence.text), SIGNS[sentence.verdict]
    if not sign:
        return text
    return "\n\n".join(
        [f"{sign} {text} *({phrases.check.verdicts[sentence.verdict]})*", *_evidence(phrases, sentence)]
    )


def _evidence(phrases: Phrases, sentence: CheckedSentence) -> Iterator[str]:
    told = filter(None, (side_told(phrases, side, sentence.sides) for side in sentence.sides))
    yield from map(plain, told)
    for citation in sentence.citations:
        yield quoted(phrases, citation)


def page(phrases: Phrases, checked: CheckedText, day: date) -> str:
    """The same as HTML, with its style in it and no script."""
    return render(
        "check/page.html",
        phrases=phrases,
        sentences=checked.sentences,
        counts=Counter(sentence.verdict for sentence in checked.sentences),
        signs=SIGNS,
        side_told=side_told,
        day=day,
    )
