"""Markdown files."""

from __future__ import annotations

import re
from typing import Any

import yaml

from index.errors import SourceUnreadable
from index.readers.article_fields import article_from_fields
from index.readers.charset import decoded_text
from index.readers.paragraphs import headline
from index.readers.source_file import SourceFile
from index.schemas import Article
from index.text.messages.phrase import Phrase

_FRONT_MATTER = re.compile(r"\A---[ \t]*\n(.*?)^---[ \t]*$", re.DOTALL | re.MULTILINE)
_FENCED = re.compile(r"^(```|~~~).*?^\1", re.DOTALL | re.MULTILINE)
_HEADING = re.compile(r"^#[ \t]+(.+)$", re.MULTILINE)
MAX_FRONT_MATTER = 20_000
"""Characters; YAML takes seconds for some hundred thousand."""


def read_markdown(file: SourceFile) -> Article:
    """The article of a .md file: the Markdown as written, without surrounding whitespace.

    YAML front matter between `---` lines may give id, title, date, source and url. The default title is the
    first `# heading`, else `headline`. Raises SourceUnreadable.
    """
    fields, text = _split_front_matter(decoded_text(file))
    title = fields.get("title")
    if not title:
        title = _heading(text) or headline(text)
    return article_from_fields({**fields, "title": title, "text": text}, file)


def _heading(text: str) -> str:
    """The first heading that is not empty, without the marks that may close it."""
    for found in _HEADING.finditer(_FENCED.sub("", text)):
        heading = found[1].strip()
        bare = heading.rstrip("#")
        if title := bare.rstrip() if bare.endswith((" ", "\t")) else heading.strip("#") and heading:
            return title
    return ""


def _split_front_matter(text: str) -> tuple[dict[str, Any], str]:
    """The fields of the front matter, if there is any, and the text after it."""
    front = _FRONT_MATTER.match(text)
    if not front:
        return {}, text.strip()
    if len(front[1]) > MAX_FRONT_MATTER:
        raise SourceUnreadable(
            Phrase(
                "front matter of {number} characters, over the limit of {limit}; shorten it",
                number=len(front[1]),
                limit=MAX_FRONT_MATTER,
            )
        )
    try:
        # BaseLoader keeps `1984`, `yes` and `2022-10-27` as strings.
        loaded = yaml.load(front[1], Loader=yaml.BaseLoader) or {}
    except (yaml.YAMLError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f" at line {mark.line + 2}" if mark else ""
        raise SourceUnreadable(
            Phrase("invalid front matter{where}; correct the YAML and add the file again", where=where)
        ) from error
    if not isinstance(loaded, dict):  # prose between two horizontal rules
        return {}, text.strip()
    fields = {key: None if value in ("~", "null") else value for key, value in loaded.items()}
    return fields, text[front.end() :].strip()
