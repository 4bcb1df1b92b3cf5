"""Articles from their fields, as a line of a .jsonl, a row of a .csv or a document gives them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

from index.errors import SourceUnreadable
from index.readers.dates import parse_iso_date
from index.readers.source_file import SourceFile
from index.schemas import Article, content_id

FIELDS = ("id", "url", "title", "date", "source", "text")
MAX_ID_CHARACTERS = 200
MAX_FIELD_CHARACTERS = 1_000
"""Of title, source and date: longer titles and sources are cut, and a longer date is none."""
MAX_URL_CHARACTERS = 8_000


def article_from_fields(fields: Mapping[str, Any], file: SourceFile | None = None) -> Article:
    """The article with these FIELDS; all but `text` may be missing.

    `file` is the file that holds only this article: it gives the `origin`, and its address is the default
    `url`. The default id is `content_id`. Raises SourceUnreadable.
    """
    given = {name: _string(name, fields.get(name)) for name in FIELDS}
    if not given["text"].strip():
        raise SourceUnreadable("empty")
    url = given["url"] or (file.address if file else "")
    if len(url) > MAX_URL_CHARACTERS:
        raise SourceUnreadable(f"url {url[:60]!r}… has more than {MAX_URL_CHARACTERS:,} characters")
    return Article(
        id=_checked_id(given["id"]) or content_id(url=url, text=given["text"]),
        text=given["text"],
        title=_shortened(given["title"]),
        url=url,
        date=_date(given["date"]) if given["date"] else None,
        source=_shortened(given["source"]),
        origin=file.origin if file else "",
    )


def _string(name: str, value: Any) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise SourceUnreadable(f'"{name}" is not a string')
    try:
        value.encode("utf-8")
    except UnicodeEncodeError as error:
        raise SourceUnreadable(f'"{name}" has an unpaired surrogate, which UTF-8 cannot store') from error
    return value


def _checked_id(id_: str) -> str:
    # Ids appear in addresses and on terminals; "." and ".." are folders in an address.
    if id_ and (
        len(id_) > MAX_ID_CHARACTERS or not id_.isprintable() or id_ != id_.strip() or id_ in {".", ".."}
    ):
        raise SourceUnreadable(f"id {id_[:60]!r} must be 1 to {MAX_ID_CHARACTERS} printable characters")
    return id_


def _shortened(value: str) -> str:
    return value if len(value) <= MAX_FIELD_CHARACTERS else f"{value[: MAX_FIELD_CHARACTERS - 1]}…"


def _date(text: str) -> date:
    try:
        if len(text) > MAX_FIELD_CHARACTERS:
            raise ValueError
        return parse_iso_date(text)
    except ValueError as error:
        raise SourceUnreadable(f"date {text[:60]!r} is not an ISO 8601 date such as 2022-10-27") from error


def article_from_json(line: bytes) -> Article:
    """The article of a .jsonl line: `{"id"?, "url"?, "title"?, "date"?, "source"?, "text"}`.

    Other keys are ignored and the values are kept unchanged; there is no `origin`. Raises SourceUnreadable.
    """
    try:
        fields = json.loads(line.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise SourceUnreadable("not UTF-8; save the file as UTF-8 and add it again") from error
    except (ValueError, RecursionError) as error:
        raise SourceUnreadable(f"not JSON ({error})") from error
    if not isinstance(fields, dict):
        raise SourceUnreadable("not a JSON object")
    if fields.get("text") is None:
        raise SourceUnreadable('no "text"')
    return article_from_fields(fields)


def is_test_question(line: bytes) -> bool:
    """Whether a .jsonl line is a test question of `quoth eval` rather than an article."""
    try:
        fields = json.loads(line)
    except (ValueError, RecursionError):
        return False
    return isinstance(fields, dict) and "question" in fields and "text" not in fields
