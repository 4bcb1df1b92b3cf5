"""A checked text as Markdown, and as a web page that needs nothing else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date

from index.text.messages.messages import Messages
from qa.pipeline.checking.statements import heading_title
from qa.schemas import CheckedSentence, CheckedText
from qa.web.ui.export import plain, quoted
from qa.web.ui.html.checked import SIGNS, side_told, verdict_names
from qa.web.ui.html.rendering import render


def markdown(messages: Messages, checked: CheckedText, day: date) -> str:
    """Each sentence after its sign, with what the articles say instead and the quotes."""
    verdicts = verdict_names(messages)
    counts: Counter[str] = Counter(sentence.verdict for sentence in checked.sentences)
    tally = ", ".join(f"{counts[verdict]} {verdicts[verdict]}" for verdict in SIGNS if SIGNS[verdict])
    checked_on = messages.gettext("Checked on {day}", day=messages.day(day))
    title = messages.gettext("Checked sentences")
    parts = [f"# {title}", f"*{checked_on}: {tally}*"]
    return "\n\n".join([*parts, *(_item(messages, one) for one in checked.sentences)]) + "\n"


def _item(messages: Messages, sentence: CheckedSentence) -> str:
    text, sign = plain(sentence.text), SIGNS[sentence.verdict]
    if not sign:
        title = heading_title(sentence.text)
        return f"## {plain(title)}" if title else text
    return "\n\n".join(
        [f"{sign} {text} *({verdict_names(messages)[sentence.verdict]})*", *_evidence(messages, sentence)]
    )


def _evidence(messages: Messages, sentence: CheckedSentence) -> Iterator[str]:
    told = filter(None, (side_told(messages, side, sentence.sides) for side in sentence.sides))
    yield from map(plain, told)
    for citation in sentence.citations:
        yield quoted(messages, citation)


def page(messages: Messages, checked: CheckedText, day: date) -> str:
    """The same as HTML, with its style in it and no script."""
    return render(
        "check/page.html",
        messages,
        sentences=checked.sentences,
        counts=Counter(sentence.verdict for sentence in checked.sentences),
        signs=SIGNS,
        verdicts=verdict_names(messages),
        side_told=side_told,
        heading_title=heading_title,
        day=day,
    )
