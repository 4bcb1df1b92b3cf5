"""Plain text files."""

from __future__ import annotations

import re

from index.readers.article_fields import article_from_fields
from index.readers.charset import decoded_text
from index.readers.paragraphs import BLANK_LINE, headline
from index.readers.source_file import SourceFile
from index.schemas import Article

_DATELINE = re.compile(r"date[ \t]+(\d{4}-\d\d-\d\d\S*)[ \t]*(.{0,200})(?:\n|\Z)", re.IGNORECASE)
_HEADER = re.compile(r"(title|date|source|url):(.*)", re.IGNORECASE)


def read_text(file: SourceFile) -> Article:
    """The article of a .txt file: its text without the header and surrounding whitespace.

    The header is either a first line like `date 2022-10-27 Home page politics`, whose words after the
    date become the `source`, or the lines `Title: …`, `Date: …`, `Source: …` and `URL: …`, followed by a
    blank line. The default title is `headline`. Raises SourceUnreadable.
    """
    fields, text = _split_header(decoded_text(file).strip())
    return article_from_fields({**fields, "title": fields.get("title") or headline(text), "text": text}, file)


def _split_header(text: str) -> tuple[dict[str, str], str]:
    """The fields of the header, if there is one, and the text after it."""
    if dateline := _DATELINE.match(text):
        return {"date": dateline[1], "source": dateline[2].strip()}, text[dateline.end() :].strip()
    head, *body = BLANK_LINE.split(text, maxsplit=1)
    headers = [_HEADER.fullmatch(line.strip()) for line in head.split("\n")]
    if all(headers):
        fields = {header[1].lower(): header[2].strip() for header in headers if header}
        return fields, "".join(body).strip()
    return {}, text
