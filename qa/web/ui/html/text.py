"""Texts of articles, cut to what the window shows of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from index.text.messages.messages import Messages
from qa.schemas import Citation, Limit, RetrievedPassage, Understood

# Characters of the passage that are shown on each side of a quote.
SURROUNDING_CHARACTERS = 110


def shorten(text: str, limit: int) -> str:
    """The text in one line, cut after a word and with an ellipsis if it has more than `limit` characters."""
    line = " ".join(text.split())
    if len(line) <= limit:
        return line
    head = line[:limit]
    # Scripts without spaces and endless words are cut anywhere.
    space = head.rfind(" ")
    return (head[:space] if space > limit // 2 else head).rstrip(" ,;:–-") + "…"


def capitalized(message: str) -> str:
    """The message with its first letter in upper case."""
    return message[:1].upper() + message[1:]


def surroundings(citation: Citation, passages: Iterable[RetrievedPassage]) -> tuple[str, str]:
    """The text before and after the quote in its passage."""
    for passage in passages:
        inside = passage.start <= citation.start and citation.end <= passage.end
        if passage.article_id == citation.article_id and inside:
            before = " ".join(passage.text[: citation.start - passage.start].split())
            after = " ".join(passage.text[citation.end - passage.start :].split())
            if len(before) > SURROUNDING_CHARACTERS:
                before = "…" + before[-SURROUNDING_CHARACTERS:].partition(" ")[2]
            return before and before + " ", after and " " + shorten(after, SURROUNDING_CHARACTERS)
    return "", ""


def marked_paragraphs(text: str, start: int, end: int) -> Iterator[tuple[str, str, str]]:
    """Each paragraph as the text before, inside and after `text[start:end]`."""
    at = 0
    for line in text.split("\n"):
        first, last = max(start - at, 0), min(end - at, len(line))
        at += len(line) + 1
        if line.strip():
            yield (line[:first], line[first:last], line[last:]) if first < last else (line, "", "")


def origin(messages: Messages, found: Citation | RetrievedPassage) -> str:
    """Title, outlet and day in one line."""
    title = found.title or messages.gettext("Untitled")
    return ", ".join(filter(None, (title, found.source, messages.dated(found))))


def limits(messages: Messages, understood: Understood) -> dict[Limit, str]:
    """What the question limited its articles to: an outlet, `1 Mar 2024 – 31 Mar 2024`, a title."""
    days = dict.fromkeys(filter(None, map(messages.day, (understood.after, understood.before))))
    narrowed: dict[Limit, str] = {
        "outlet": understood.source or "",
        "dates": " – ".join(days),
        "article": understood.article_title,
    }
    return {limit: text for limit, text in narrowed.items() if text}
