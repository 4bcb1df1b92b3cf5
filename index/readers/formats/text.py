"""What a text file or a Markdown file says as an article.

Only what the file itself says is taken. Every function raises `SourceUnreadable`, whose message is
the reason.
"""

from __future__ import annotations

import re

import yaml

from index.errors import SourceUnreadable
from index.readers.charset import decode
from index.readers.fields import BLANK_LINE, article_of, headline
from index.readers.file import SourceFile, refuse_misnamed
from index.schemas import Article

_DATELINE = re.compile(r"date[ \t]+(\d{4}-\d\d-\d\d\S*)[ \t]*(.{0,200})(?:\n|\Z)", re.IGNORECASE)
_HEADER = re.compile(r"(title|date|source|url):(.*)", re.IGNORECASE)
_FRONT_MATTER = re.compile(r"\A---[ \t]*\n(.*?)^---[ \t]*$", re.DOTALL | re.MULTILINE)
_FENCED = re.compile(r"^(```|~~~).*?^\1", re.DOTALL | re.MULTILINE)
_HEADING = re.compile(r"^#[ \t]+(.+?)[ \t]*#*[ \t]*$", re.MULTILINE)


def article_of_text(file: SourceFile) -> Article:
    """A .txt file; the text is stripped of surrounding whitespace and of its header.

    The header is a first line ` date 2022-10-27 Home page politics`, whose words after the date
    become `source`, since they are all the file says about where it appeared; or lines
    `Title: …`, `Date: …`, `Source: …`, `URL: …` ended by a blank line. Without a given title
    it is `headline`.
    """
    text = _text(file).strip()
    fields: dict[str, object] = {}
    if dateline := _DATELINE.match(text):
        fields = {"date": dateline[1], "source": dateline[2].strip()}
        text = text[dateline.end() :].strip()
    else:
        head, *body = BLANK_LINE.split(text, maxsplit=1)
        headers = [header for line in head.split("\n") if (header := _HEADER.fullmatch(line.strip()))]
        if len(headers) == head.count("\n") + 1:
            fields = {header[1].lower(): header[2].strip() for header in headers}
            text = "".join(body).strip()
    fields["title"] = fields.get("title") or headline(text)
    return article_of({**fields, "text": text}, file)


def article_of_markdown(file: SourceFile) -> Article:
    """A .md file; the text is the Markdown as written, without surrounding whitespace.

    YAML front matter between `---` lines may give id, title, date, source and url. Without a
    title it is the first `# heading`, or else what it would be in a .txt.
    """
    text = _text(file)
    fields: dict[str, object] = {}
    if front := _FRONT_MATTER.match(text):
        try:
            # BaseLoader leaves `1984`, `yes` and `2022-10-27` the strings that were written.
            loaded = yaml.load(front[1], Loader=yaml.BaseLoader) or {}
        except (yaml.YAMLError, RecursionError) as error:
            mark = getattr(error, "problem_mark", None)
            where = f" at line {mark.line + 2}" if mark else ""
            raise SourceUnreadable(
                f"broken front matter{where}; make it YAML and add the file again"
            ) from error
        # Anything but keys and values is prose between two horizontal rules.
        if isinstance(loaded, dict):
            fields = {key: None if value in ("~", "null") else value for key, value in loaded.items()}
            text = text[front.end() :]
    text = text.strip()
    if not fields.get("title"):
        heading = _HEADING.search(_FENCED.sub("", text))
        fields["title"] = heading[1] if heading else headline(text)
    return article_of({**fields, "text": text}, file)


def _text(file: SourceFile) -> str:
    raw = file.read()
    refuse_misnamed(raw)
    return decode(raw, charset=file.charset)
