"""Paragraphs, separated by blank lines as in every article's text, and titles made from them."""

from __future__ import annotations

import re
from collections.abc import Iterable

PARAGRAPH_BREAK = "\n\n"
BLANK_LINE = re.compile(r"\n[ \t]*\n")
MAX_TITLE_LINE = 200
MAX_TITLE_SENTENCE = 120
_SENTENCE = re.compile(r""".{20,}?(?:[.!?…]["'”\u2019»)]*(?=\s|\Z)|[。\uff01\uff1f])""")


def join_paragraphs(paragraphs: Iterable[str]) -> str:
    """The paragraphs that are not empty, stripped, with a blank line between them."""
    return PARAGRAPH_BREAK.join(filter(None, (paragraph.strip() for paragraph in paragraphs)))


def headline(text: str) -> str:
    """The title of a text that has none.

    Its first line, if a blank line follows and it has at most MAX_TITLE_LINE characters; else its first
    sentence, shortened to MAX_TITLE_SENTENCE.
    """
    first, *rest = text.split("\n", 2)
    if len(first) <= MAX_TITLE_LINE and rest and not rest[0].strip():
        return first.strip()
    paragraph = " ".join(BLANK_LINE.split(text[:2000])[0].split())
    sentence = found[0] if (found := _SENTENCE.match(paragraph)) else paragraph
    if len(sentence) <= MAX_TITLE_SENTENCE:
        return sentence
    cut = sentence[: MAX_TITLE_SENTENCE - 1]
    return (cut.rpartition(" ")[0] or cut) + "…"
