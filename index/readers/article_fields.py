"""Articles from their fields, as a line of a .jsonl, a row of a .csv or a document gives them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from index.errors import SourceUnreadable
from index.readers.charset import REPLACEMENT
from index.readers.dates import DayOrder, parse_day, parse_period
from index.readers.source_file import SourceFile
from index.readers.tables.columns import FIELDS
from index.schemas import Article, Remark, content_id
from index.text.languages import language_of
from index.text.messages.phrase import Phrase

MAX_ID_CHARACTERS = 200
MAX_FIELD_CHARACTERS = 1_000
"""Of title and source; longer ones are cut."""
MAX_URL_CHARACTERS = 8_000
NO_DAY = Phrase("its date names no certain day, so it has none")
UNDECODED = Phrase("some characters could not be decoded, and stand as \ufffd")


def article_from_fields(
    fields: Mapping[str, Any],
    file: SourceFile | None = None,
    *,
    place: str = "",
    order: DayOrder | None = None,
    locale: str = "",
) -> Article:
    """The article with these FIELDS; all but `text` may be missing. Values are strings; an id or a title
    may be a number, and a date anything.

    `file` is the file that holds only this article: it gives the `origin`, and its address is the default
    `url`. `place` is what remarks call the article, by default the file's name. The default id is
    `content_id`. `order` and `locale` help to read the date; see `parse_day`. Raises SourceUnreadable.
    """
    given = {name: _string(name, fields.get(name)) for name in FIELDS}
    text = given["text"]
    if not text.strip():
        raise SourceUnreadable(Phrase("empty"))
    url = given["url"] or (file.address if file else "")
    if len(url) > MAX_URL_CHARACTERS:
        raise SourceUnreadable(
            Phrase(
                "url {url}… has more than {limit} characters", url=repr(url[:60]), limit=MAX_URL_CHARACTERS
            )
        )
    place = place or (file.name if file else given["title"] or given["id"] or "the article")
    day = read_date(given["date"], text, order=order, locale=locale)
    period = "" if day else read_period(given["date"], text, locale=locale)
    remarks = []
    if given["date"].strip() and not (day or period):
        remarks.append(Remark(place=place, kind=NO_DAY, detail=f"'{given['date'].strip()[:60]}'"))
    if count := text.count(REPLACEMENT) + given["title"].count(REPLACEMENT):
        remarks.append(Remark(place=place, kind=UNDECODED, detail=f"{count:,}"))
    return Article(
        id=checked_id(given["id"]) or content_id(url=url, text=text),
        text=text,
        title=_shortened(given["title"]),
        url=url,
        date=day,
        period=period,
        source=_shortened(given["source"]),
        origin=file.origin if file else "",
        remarks=tuple(remarks),
    )


def read_date(written: str, text: str, *, order: DayOrder | None, locale: str) -> date | None:
    """The day of a date; one that can be read in several ways, as the text's language has it."""
    if not written.strip():
        return None
    return parse_day(written, order=order, locale=locale) or (
        None if locale else parse_day(written, order=order, locale=language_of(text))
    )


def read_period(written: str, text: str, *, locale: str) -> str:
    """The month or year of a date that names no day."""
    return parse_period(written, locale=locale or (language_of(text) if written.strip() else ""))


def _string(name: str, value: Any) -> str:
    if value is None:
        return ""
    if name == "date" or (name in {"id", "title"} and type(value) in {int, float}):
        value = str(value)
    if not isinstance(value, str):
        raise SourceUnreadable(Phrase('"{name}" is not a string', name=name))
    try:
        value.encode("utf-8")
    except UnicodeEncodeError as error:
        raise SourceUnreadable(
            Phrase('"{name}" has an unpaired surrogate, which UTF-8 cannot store', name=name)
        ) from error
    return value


def checked_id(id_: str) -> str:
    """The id, which may be empty. Raises SourceUnreadable if addresses and terminals cannot show it."""
    # "." and ".." are folders in an address.
    if id_ and (
        len(id_) > MAX_ID_CHARACTERS or not id_.isprintable() or id_ != id_.strip() or id_ in {".", ".."}
    ):
        raise SourceUnreadable(
            Phrase(
                "id {id} must be 1 to {limit} printable characters",
                id=repr(id_[:60]),
                limit=MAX_ID_CHARACTERS,
            )
        )
    return id_


def with_remark(article: Article, remark: Remark) -> Article:
    """The article with one more remark, before its own."""
    return replace(article, remarks=(remark, *article.remarks))


def _shortened(value: str) -> str:
    return value if len(value) <= MAX_FIELD_CHARACTERS else f"{value[: MAX_FIELD_CHARACTERS - 1]}…"
