"""RSS and Atom feeds: an article an entry."""

from __future__ import annotations

import re
from calendar import timegm
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from functools import partial
from io import BytesIO
from typing import Any

from index.errors import SourceUnreadable
from index.readers.charset import decode
from index.readers.fields import article_of, headline
from index.readers.file import PendingArticle, Pieces, SourceFile
from index.readers.formats.html import text_of_html
from index.schemas import Article

MAX_LINKED = 200
"""How many linked pages of one feed are fetched."""
ENOUGH_CHARACTERS = 1_000
"""A summary of this length is the text itself: many feeds have no other place for it."""
_CUT = re.compile(r"(?:…|\.\.\.|\[…\]|\[\.\.\.\])\s*$")
_FEED = re.compile(r"<(?:\w+:)?(?:rss|feed|RDF)[\s>]")
_DECLARATION = re.compile(r"\A\s*<\?xml.*?\?>", re.DOTALL)

Linked = Callable[[str], Article]


def entries_of(file: SourceFile, linked: Linked | None) -> Pieces:
    """The entries of a feed. `linked` reads the page at an address; without it, nothing is fetched.

    An entry whose text is whole (it comes as content, or as a summary of ENOUGH_CHARACTERS, and does not
    end in an ellipsis) is taken as it is. Of another one the linked page is read, if that is
    possible; should it fail the entry is left out with the reason, for its summary would
    answer for an article that says more. A feed from the disk fetches nothing: its summaries are its texts.

    Title, day (as written, whatever the zone) and link come from the entry, `source` is the feed's title.
    Raises SourceUnreadable.
    """
    import feedparser

    text = _DECLARATION.sub("", decode(file.read(), declares_charset=True, charset=file.charset))
    if not is_feed(text):
        raise SourceUnreadable("not an RSS or Atom feed")
    if "<!ENTITY" in text:
        raise SourceUnreadable("declares entities of its own, as only harmful feeds do")
    # As a stream: a string could be taken for an address or a path. Its cleaning would take away what
    # says that something is hidden, and nothing but text is used.
    headers = {"content-type": "application/xml; charset=utf-8", "content-location": file.address}
    try:
        feed = feedparser.parse(BytesIO(text.encode()), sanitize_html=False, response_headers=headers)
    except Exception as error:
        # It goes on where XML is broken, by guesses that may fail in any way.
        raise SourceUnreadable(f"the feed cannot be parsed ({type(error).__name__})") from error
    if not feed.entries:
        raise SourceUnreadable("no entries in the feed")
    source = _plain(feed.feed.get("title", ""))
    fetched = 0
    for number, entry in enumerate(feed.entries, 1):
        name = f"{file.name}#{number}"
        own, whole = _text(entry)
        link = str(entry.get("link", ""))
        fields = {
            "url": link,
            "title": _plain(entry.get("title", "")),
            "date": _day(entry),
            "source": source,
            "text": own,
        }
        if whole or not linked or not link:
            mark = str(entry.get("id") or link or "")
            place = replace(file, origin=f"{file.origin}#{mark}" if mark else "", address="")
            yield PendingArticle(source=link or name, read=partial(_own, fields, place))
        else:
            fetched += 1
            read = partial(_behind, fields, linked) if fetched <= MAX_LINKED else _one_too_many
            yield PendingArticle(source=link, read=read)


def is_feed(text: str) -> bool:
    """Whether a document begins as a feed does."""
    return bool(_FEED.search(text[:2000]))


def _own(fields: dict[str, Any], place: SourceFile) -> Article:
    if not fields["text"]:
        raise SourceUnreadable("the entry has no text")
    return article_of({**fields, "title": fields["title"] or headline(fields["text"])}, place)


def _behind(fields: dict[str, Any], linked: Linked) -> Article:
    page = linked(fields["url"])
    day = date.fromisoformat(fields["date"]) if fields["date"] else page.date
    return replace(
        page, title=fields["title"] or page.title, date=day, source=fields["source"] or page.source
    )


def _one_too_many() -> Article:
    raise SourceUnreadable(f"more than {MAX_LINKED} linked pages in one feed; add its address by itself")


def _text(entry: Any) -> tuple[str, bool]:
    """The longest text of the entry, and whether it is the whole."""
    contents = [_plain_long(one.get("value", ""), one.get("type", "")) for one in entry.get("content", [])]
    detail = entry.get("summary_detail", {})
    summary = _plain_long(entry.get("summary", ""), detail.get("type", ""))
    text = max([*contents, summary], key=len)
    whole = text in contents or len(text) >= ENOUGH_CHARACTERS
    return text, bool(text) and whole and not _CUT.search(text)


def _plain_long(value: str, kind: str) -> str:
    if kind == "text/plain" and not re.search(r"</?\w+[^>]*>|&\w+;", value):
        return value.strip()
    return text_of_html(value)


def _plain(value: str) -> str:
    text = text_of_html(value) if "<" in value or "&" in value else value
    return " ".join(text.split())


def _day(entry: Any) -> str | None:
    for name in ("published", "updated"):
        if name not in entry:
            continue
        written = str(entry[name]).strip()
        for read in (datetime.fromisoformat, parsedate_to_datetime):
            try:
                return read(written).date().isoformat()
            except ValueError:
                continue
        if parsed := entry.get(f"{name}_parsed"):  # one of the many other ways feeds write a day
            return datetime.fromtimestamp(timegm(parsed), UTC).date().isoformat()
    return None
