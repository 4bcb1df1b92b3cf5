"""RSS and Atom feeds: one article per entry."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from io import BytesIO
from typing import Any

from index.errors import SourceUnreadable
from index.readers.article_fields import article_from_fields, read_date, read_period
from index.readers.charset import decoded_text
from index.readers.dates import DayOrder, parse_day, told_order
from index.readers.html.visible_text import html_to_text
from index.readers.paragraphs import headline
from index.readers.source_file import PendingArticle, PendingArticles, SourceFile
from index.schemas import Article
from index.text.messages.phrase import Phrase

MAX_LINKED = 200
"""Linked pages that are fetched for one feed."""
FULL_TEXT_CHARACTERS = 1_000
"""A summary of this length counts as the full text: many feeds have no other element for it."""
_TRUNCATED = re.compile(r"(?:…|\.\.\.|\[…\]|\[\.\.\.\])\s*$")
_ROOT = re.compile(r"<(?:\w+:)?(?:rss|feed|RDF)[\s>]")
_XML_DECLARATION = re.compile(r"\A\s*<\?xml.*?\?>", re.DOTALL)

ReadLinked = Callable[[str], Article]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Dating:
    """How a feed writes dates such as 03/04/2022."""

    order: DayOrder | None
    locale: str


def read_feed(file: SourceFile, read_linked: ReadLinked | None) -> PendingArticles:
    """The entries of a feed. `read_linked` reads the page at an address; without it nothing is fetched.

    An entry has its full text if it comes as content, or as a summary of FULL_TEXT_CHARACTERS, that does
    not end in an ellipsis. For other entries the linked page is read. If that fails, the entry is skipped,
    because its summary would stand for an article that says more. Feeds on disk fetch nothing, so
    their summaries become articles.

    Title, date (as written, whatever the time zone) and link come from the entry, the `source` is the
    feed's title. Raises SourceUnreadable.
    """
    feed = _parse(file)
    source = _one_line(feed.feed.get("title") or "")
    written = (day for entry in feed.entries for day in _dates(entry))
    dating = _Dating(order=told_order(written), locale=str(feed.feed.get("language") or ""))
    seen: set[str] = set()
    linked = 0
    for number, entry in enumerate(feed.entries, 1):
        text, is_full = _text(entry)
        link = str(entry.get("link") or "")
        link = link if "://" in link else ""  # feedparser takes any id for an address
        fields = {
            "url": link,
            "title": _one_line(entry.get("title") or ""),
            "date": _date(entry, dating),
            "source": source,
            "text": text,
        }
        if is_full or not read_linked or not link:
            anchor = str(entry.get("id") or link or "")
            # Some feeds give several entries the same id.
            anchor = f"{anchor}#{number}" if anchor in seen else anchor
            seen.add(anchor)
            part = replace(file, origin=f"{file.origin}#{anchor}" if anchor else "", address="")
            yield PendingArticle(
                source=link or f"{file.name}#{number}", read=partial(_entry, fields, part, dating)
            )
        else:
            linked += 1
            read = partial(_linked_page, fields, read_linked, dating) if linked <= MAX_LINKED else _over_limit
            yield PendingArticle(source=link, read=read)


def is_feed(text: str) -> bool:
    """Whether a document starts like a feed."""
    return bool(_ROOT.search(text[:2000]))


def _parse(file: SourceFile) -> Any:
    """The feed as feedparser returns it, with at least one entry. Raises SourceUnreadable."""
    import feedparser

    text = _XML_DECLARATION.sub("", decoded_text(file, declares_charset=True))
    if not is_feed(text):
        raise SourceUnreadable(Phrase("not an RSS or Atom feed"))
    if "<!ENTITY" in text:
        raise SourceUnreadable(Phrase("declares XML entities, which are a security risk; remove them"))
    headers = {"content-type": "application/xml; charset=utf-8", "content-location": file.address}
    try:
        # A stream, since feedparser takes a string for an address or a path. Its sanitizer would remove the
        # attributes that mark hidden elements, and only text is used.
        feed = feedparser.parse(BytesIO(text.encode()), sanitize_html=False, response_headers=headers)
    except Exception as error:
        # feedparser guesses where XML is broken, which may raise any error.
        raise SourceUnreadable(
            Phrase("the feed cannot be parsed ({error})", error=type(error).__name__)
        ) from error
    if not feed.entries:
        raise SourceUnreadable(Phrase("the feed has no entries"))
    return feed


def _entry(fields: dict[str, Any], part: SourceFile, dating: _Dating) -> Article:
    if not fields["text"]:
        raise SourceUnreadable(Phrase("the entry has no text"))
    titled = {**fields, "title": fields["title"] or headline(fields["text"])}
    place = fields["url"] or part.origin
    return article_from_fields(titled, part, place=place, order=dating.order, locale=dating.locale)


def _linked_page(fields: dict[str, Any], read_linked: ReadLinked, dating: _Dating) -> Article:
    page = read_linked(fields["url"])
    day = read_date(fields["date"], page.text, order=dating.order, locale=dating.locale)
    period = read_period(fields["date"], page.text, locale=dating.locale)
    return replace(
        page,
        title=fields["title"] or page.title,
        date=day or page.date,
        period="" if day or page.date else period or page.period,
        source=fields["source"] or page.source,
    )


def _over_limit() -> Article:
    raise SourceUnreadable(
        Phrase("more than {limit} linked pages in one feed; add its address separately", limit=MAX_LINKED)
    )


def _text(entry: Any) -> tuple[str, bool]:
    """The longest text of the entry, and whether it is the full text."""
    contents = [_content(one.get("value"), one.get("type")) for one in entry.get("content", [])]
    detail = entry.get("summary_detail", {})
    summary = _content(entry.get("summary"), detail.get("type"))
    text = max([*contents, summary], key=len)
    is_long = text in contents or len(text) >= FULL_TEXT_CHARACTERS
    return text, bool(text) and is_long and not _TRUNCATED.search(text)


def _content(value: str | None, media_type: str | None) -> str:
    if not value:  # feedparser has None for some broken elements
        return ""
    if media_type == "text/plain" and not re.search(r"</?\w[^<>]*>|&\w+;", value):
        return value.strip()
    return html_to_text(value)


def _one_line(value: str) -> str:
    text = html_to_text(value) if "<" in value or "&" in value else value
    return " ".join(text.split())


def _dates(entry: Any) -> list[str]:
    # `entry.get("updated")` would take "published" in its place, with a warning.
    written = [entry[name] for name in ("published", "updated") if name in entry]
    return [str(one) for one in written if one]


def _date(entry: Any, dating: _Dating) -> str:
    """The first date of the entry that names a day, else the first one."""
    written = _dates(entry)
    return next((one for one in written if parse_day(one, order=dating.order, locale=dating.locale)), "") or (
        written[0] if written else ""
    )
