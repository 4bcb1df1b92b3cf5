"""The fields of an article, as a line of a .jsonl or a row of a .csv gives them, checked."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from index.errors import SourceUnreadable
from index.readers.file import SourceFile
from index.schemas import Article, content_id

FIELDS = ("id", "url", "title", "date", "source", "text")
BLANK_LINE = re.compile(r"\n[ \t]*\n")
_SENTENCE = re.compile(r""".{20,}?(?:[.!?…]["'”\u2019»)]*(?=\s|\Z)|[。\uff01\uff1f])""")


def article_of(fields: Mapping[str, Any], file: SourceFile | None = None) -> Article:
    """The article of these FIELDS, any of which may be missing but `text`.

    `file` is what it was read from, where that holds nothing else: its origin is the article's, its
    address is the url of one that has none. Without an id it gets `content_id`. Raises SourceUnreadable.
    """
    given: dict[str, str] = {}
    for name in FIELDS:
        value = fields.get(name)
        if value is not None and not isinstance(value, str):
            raise SourceUnreadable(f'"{name}" is not a string')
        given[name] = value or ""
        try:
            given[name].encode("utf-8")
        except UnicodeEncodeError as error:
            raise SourceUnreadable(f'"{name}" has half a surrogate pair, which UTF-8 cannot store') from error
    if not given["text"].strip():
        raise SourceUnreadable("empty")
    if file:
        given["url"] = given["url"] or file.address
    own = given["id"]
    # An id travels in addresses and on terminals; "." and ".." are folders there.
    if own and (len(own) > 200 or not own.isprintable() or own != own.strip() or own in {".", ".."}):
        raise SourceUnreadable(f"id {own[:60]!r} is not 1 to 200 printable characters")
    return Article(
        id=own or content_id(url=given["url"], text=given["text"]),
        text=given["text"],
        title=given["title"],
        url=given["url"],
        date=_day(given["date"]) if given["date"] else None,
        source=given["source"],
        origin=file.origin if file else "",
    )


def _day(written: str) -> date:
    try:
        # The day as written, whatever the zone; `10:00 +0200`, as Jekyll writes it, loses its blank.
        return datetime.fromisoformat(re.sub(r"\s+(?=[+-]\d\d:?\d\d$)", "", written.strip())).date()
    except ValueError as error:
        raise SourceUnreadable(f"date {written[:60]!r} is not ISO 8601, such as 2022-10-27") from error


def headline(text: str) -> str:
    """What stands for the title of a text without one: its first line (at most 200 characters, a blank
    line after it) or its first sentence.
    """
    first, *rest = text.split("\n", 2)
    if len(first) <= 200 and rest and not rest[0].strip():
        return first.strip()
    paragraph = " ".join(BLANK_LINE.split(text[:2000])[0].split())
    sentence = found[0] if (found := _SENTENCE.match(paragraph)) else paragraph
    if len(sentence) <= 120:
        return sentence
    return (sentence[:119].rpartition(" ")[0] or sentence[:119]) + "…"


def article_of_line(raw: bytes) -> Article:
    """A line of a .jsonl: `{"id"?, "url"?, "title"?, "date"?, "source"?, "text"}`, other keys ignored.

    Everything is kept exactly as given; there is no origin.
    """
    try:
        given = json.loads(raw.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise SourceUnreadable("not UTF-8; save the file as UTF-8 and add it again") from error
    except (ValueError, RecursionError) as error:
        raise SourceUnreadable(f"not JSON ({error})") from error
    if not isinstance(given, dict):
        raise SourceUnreadable("not a JSON object")
    if given.get("text") is None:
        raise SourceUnreadable('no "text"')
    return article_of(given)


def asks_question(raw: bytes) -> bool:
    """Whether a line of a .jsonl is a test question rather than an article."""
    try:
        given = json.loads(raw)
    except (ValueError, RecursionError):
        return False
    return isinstance(given, dict) and "question" in given and "text" not in given
