"""What the bytes of one file, or of one line of a .jsonl, say as an article.

Only what the file itself says is taken. An article without an id of its own gets `content_id`.
Every function raises `SourceUnreadable`, whose message is the reason.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from copy import deepcopy
from datetime import date, datetime
from typing import Any

import yaml

from index.articles import Article, content_id
from index.decoding import decode
from index.errors import SourceUnreadable

_BLANK_LINE = re.compile(r"\n[ \t]*\n")
_DATELINE = re.compile(r"date[ \t]+(\d{4}-\d\d-\d\d\S*)[ \t]*(.{0,200})(?:\n|\Z)", re.IGNORECASE)
_HEADER = re.compile(r"(title|date|source|url):(.*)", re.IGNORECASE)
_SENTENCE = re.compile(r""".{20,}?(?:[.!?…]["'”\u2019»)]*(?=\s|\Z)|[。\uff01\uff1f])""")
_FRONT_MATTER = re.compile(r"\A---[ \t]*\n(.*?)^---[ \t]*$", re.DOTALL | re.MULTILINE)
_FENCED = re.compile(r"^(```|~~~).*?^\1", re.DOTALL | re.MULTILINE)
_HEADING = re.compile(r"^#[ \t]+(.+?)[ \t]*#*[ \t]*$", re.MULTILINE)
_UNSEEN_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)", re.IGNORECASE)


def article_of_text(raw: bytes, origin: str) -> Article:
    """A .txt file; the text is stripped of surrounding whitespace and of its header.

    The header is a first line ` date 2022-10-27 Home page politics`, whose words after the date
    become `source`, since they are all the file says about where it appeared; or lines
    `Title: …`, `Date: …`, `Source: …`, `URL: …` ended by a blank line. Without a given title
    it is the first line (at most 200 characters, a blank line after it) or the first sentence.
    """
    text = decode(raw).strip()
    fields: dict[str, object] = {}
    if dateline := _DATELINE.match(text):
        fields = {"date": dateline[1], "source": dateline[2].strip()}
        text = text[dateline.end() :].strip()
    else:
        head, *body = _BLANK_LINE.split(text, maxsplit=1)
        headers = [header for line in head.split("\n") if (header := _HEADER.fullmatch(line.strip()))]
        if len(headers) == head.count("\n") + 1:
            fields = {header[1].lower(): header[2].strip() for header in headers}
            text = "".join(body).strip()
    fields["title"] = fields.get("title") or _headline(text)
    return _article({**fields, "text": text}, origin)


def article_of_markdown(raw: bytes, origin: str) -> Article:
    """A .md file; the text is the Markdown as written, without surrounding whitespace.

    YAML front matter between `---` lines may give id, title, date, source and url. Without a
    title it is the first `# heading`, or else what it would be in a .txt.
    """
    text = decode(raw)
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
        fields["title"] = heading[1] if heading else _headline(text)
    return _article({**fields, "text": text}, origin)


def article_of_page(raw: bytes, origin: str) -> Article:
    """An .html file: its main text without what a reader does not see (comments, scripts,
    elements hidden by an attribute or an inline style), title, canonical address, and the site's
    name as `source`. The date comes from markup that names it, never from the running text.
    """
    from trafilatura import bare_extraction, extract_metadata, load_html  # takes 0.3 s

    page = decode(raw, declares_charset=True)
    try:
        tree: Any = load_html(page)
        if tree is None:  # a fragment such as `<p>…</p>`
            tree = load_html(f"<html><body>{page}</body></html>")
        _drop_unseen(tree)
        about = extract_metadata(tree, extensive=False)
        day = extract_metadata(
            _dated_markup(tree),
            date_config={"original_date": True, "extensive_search": False, "min_date": "1800-01-01"},
        ).date
        for script in tree.xpath("//script"):  # till here for what JSON-LD says about the page
            script.drop_tree()
        found = bare_extraction(tree, include_comments=False)
    except Exception as error:
        # Two large parsers meet whatever the world calls HTML; no page may end the whole walk.
        raise SourceUnreadable(f"the page cannot be parsed ({type(error).__name__})") from error
    # A line is a paragraph or a heading there; a blank line between them says so to a reader.
    text = "\n\n".join((getattr(found, "text", None) or "").strip().splitlines())
    if not text:
        raise SourceUnreadable("no article text found")
    return _article(
        {"title": about.title, "date": day, "source": about.sitename, "url": about.url, "text": text}, origin
    )


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
    return _article(given)


def asks_question(raw: bytes) -> bool:
    """Whether a line of a .jsonl is a test question rather than an article."""
    try:
        given = json.loads(raw)
    except (ValueError, RecursionError):
        return False
    return isinstance(given, dict) and "question" in given and "text" not in given


READERS: Mapping[str, Callable[[bytes, str], Article]] = {
    ".txt": article_of_text,
    ".md": article_of_markdown,
    ".html": article_of_page,
    ".htm": article_of_page,
}


def _article(fields: Mapping[str, Any], origin: str = "") -> Article:
    given: dict[str, str] = {}
    for name in ("id", "url", "title", "date", "source", "text"):
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
        origin=origin,
    )


def _day(written: str) -> date:
    try:
        # The day as written, whatever the zone; `10:00 +0200`, as Jekyll writes it, loses its blank.
        return datetime.fromisoformat(re.sub(r"\s+(?=[+-]\d\d:?\d\d$)", "", written.strip())).date()
    except ValueError as error:
        raise SourceUnreadable(f"date {written[:60]!r} is not ISO 8601, such as 2022-10-27") from error


def _headline(text: str) -> str:
    first, *rest = text.split("\n", 2)
    if len(first) <= 200 and rest and not rest[0].strip():
        return first.strip()
    paragraph = " ".join(_BLANK_LINE.split(text[:2000])[0].split())
    sentence = found[0] if (found := _SENTENCE.match(paragraph)) else paragraph
    if len(sentence) <= 120:
        return sentence
    return (sentence[:119].rpartition(" ")[0] or sentence[:119]) + "…"


def _dated_markup(tree: Any) -> Any:
    named = (
        "//meta | //link[@rel='canonical'] | //script[@type='application/ld+json']"
        " | //*[@itemprop='datePublished'] | (//article//time | //main//time)[1]"
    )
    card = tree.makeelement("html")
    for element in tree.xpath(named):
        copied = deepcopy(element)
        copied.tail = None
        card.append(copied)
    return card


def _drop_unseen(tree: Any) -> None:
    for element in list(tree.iterdescendants("*")):
        # Some pages hide their body until a script has run; a reader does see that.
        if element.tag != "body" and (
            element.tag in {"style", "noscript", "template"}
            or element.get("hidden") is not None
            or element.get("aria-hidden", "").strip().lower() == "true"
            or _UNSEEN_STYLE.search(element.get("style", ""))
        ):
            element.drop_tree()
