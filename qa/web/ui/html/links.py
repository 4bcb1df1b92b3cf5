"""Addresses of articles: in the reader, and on the web."""

from __future__ import annotations

from datetime import date
from urllib.parse import quote, urlencode, urlsplit

from qa.schemas import Citation, RetrievedPassage

# A link to a long quote names this many words at each end.
FRAGMENT_WORDS = 5


def place(article_id: str, collection: str, *, start: int = 0, end: int = 0, day: date | None = None) -> str:
    """The address that opens an article in the reader at `text[start:end]`, with its age on `day`."""
    query = {"article": article_id, "collection": collection, "start": start, "end": end}
    return "?" + urlencode(query | ({"day": day.isoformat()} if day else {}))


def place_of(found: Citation | RetrievedPassage, collection: str, day: date) -> str:
    """The address that opens a quote or a passage in the reader."""
    return place(found.article_id, collection, start=found.start, end=found.end, day=day)


def fragment(url: str, quoted: str) -> str:
    """The URL with a text fragment, which makes a browser scroll to the quoted words.

    See https://wicg.github.io/scroll-to-text-fragment/
    """
    words = quoted.split()
    if not words:
        return url
    long = len(words) > 2 * FRAGMENT_WORDS
    ends = [words[:FRAGMENT_WORDS], words[-FRAGMENT_WORDS:]] if long else [words]
    # Hyphens and commas separate the fragment's parts.
    text = ",".join(quote(" ".join(part), safe="").replace("-", "%2D") for part in ends)
    return f"{url}{'' if '#' in url else '#'}:~:text={text}"


def is_web_address(url: str) -> bool:
    """Whether the URL is safe to link: http or https, with a host."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.netloc)
