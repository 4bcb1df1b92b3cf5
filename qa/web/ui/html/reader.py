"""An article to be read beside the talk, and the ways into it. Everything of an article is escaped."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from html import escape
from urllib.parse import quote, urlencode, urlsplit

from index.schemas import Article
from qa.schemas import Citation, RetrievedPassage
from qa.web.ui.phrases.window import Phrases

# Words at each end that a link to a long quote names.
FRAGMENT_WORDS = 5


def place(article_id: str, collection: str, *, start: int = 0, end: int = 0, day: date | None = None) -> str:
    """The address that opens an article of the library in the reader, at a quote, as from a day."""
    named = {"article": article_id, "collection": collection, "start": start, "end": end}
    return escape("?" + urlencode(named | ({"day": day.isoformat()} if day else {})))


def place_of(found: Citation | RetrievedPassage, collection: str, day: date) -> str:
    """The address of what was found."""
    return place(found.article_id, collection, start=found.start, end=found.end, day=day)


def article(say: Phrases, whole: Article, start: int, end: int, day: date | None) -> str:
    """The article with `text[start:end]` marked, and its age on that day."""
    about = [whole.source, say.day(whole.date)]
    if whole.date and day:
        about.append(say.age(whole.date, day))
    facts = "".join(f"<span>{escape(fact)}</span>" for fact in about if fact)
    original = ""
    if on_the_web(whole.url):
        address = escape(fragment(whole.url, whole.text[start:end]))
        original = (
            f'<p class="original"><a href="{address}" target="_blank" rel="noopener noreferrer">'
            f'{say.original}<span aria-hidden="true"> ↗</span></a></p>'
        )
    return (
        f'<header><button type="button" class="close" aria-label="{say.close}">×</button>'
        f'<h2 id="reader-title" dir="auto">{escape(whole.title or say.untitled)}</h2>'
        f'<p class="where">{facts}</p>{original}</header>'
        f'<div class="text" dir="auto">{"".join(_paragraphs(whole.text, start, end))}</div>'
    )


def fragment(url: str, words: str) -> str:
    """The address with a text fragment, by which a browser shows the words on the page."""
    said = words.split()
    if not said:
        return url
    ends = [said] if len(said) <= 2 * FRAGMENT_WORDS else [said[:FRAGMENT_WORDS], said[-FRAGMENT_WORDS:]]
    # A hyphen and a comma have a meaning of their own there.
    text = ",".join(quote(" ".join(part), safe="").replace("-", "%2D") for part in ends)
    return f"{url}{'' if '#' in url else '#'}:~:text={text}"


def on_the_web(url: str) -> bool:
    """Whether the address may be a link."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.netloc)


def _paragraphs(text: str, start: int, end: int) -> Iterator[str]:
    at = 0
    for line in text.split("\n"):
        first, last = max(start - at, 0), min(end - at, len(line))
        at += len(line) + 1
        if not line.strip():
            continue
        if first < last:
            yield (
                f"<p>{escape(line[:first])}<mark tabindex='-1'>{escape(line[first:last])}</mark>"
                f"{escape(line[last:])}</p>"
            )
        else:
            yield f"<p>{escape(line)}</p>"
