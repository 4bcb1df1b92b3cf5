"""Functions that read files of one or several articles."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

from index.readers.registry import count_sources, read_sources
from index.schemas import Article, Skipped

STORY = "".join(
    f"<p>Paragraph {n}: the town council met on Monday and decided that the bridge will be built "
    "with money from the state, said the mayor.</p>"
    for n in range(6)
)
GERMAN = "Der Bürgermeister von Köln sagte, die Brücke werde gebaut – für „drei“ Mio. €. Große Hoffnungen. "
# XML that expands to a large text, and includes a file of this machine.
BOMB = (
    '<!DOCTYPE x [<!ENTITY a "UNSEEN words "><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
    '<!ENTITY c "&b;&b;&b;&b;&b;&b;">'
    '<!ENTITY f SYSTEM "file:///etc/hostname">]>'
)


def read(*sources: str | Path) -> list[Article | Skipped]:
    items = list(read_sources(sources))
    assert count_sources(sources) == len(items)
    return items


def write_and_read(path: Path, content: str | bytes | None = None) -> list[Article | Skipped]:
    """The items of a file, with this content if there is one."""
    if content is not None:
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read(path)


def read_article(path: Path, content: str | bytes | None = None) -> Article:
    [item] = write_and_read(path, content)
    assert isinstance(item, Article), item
    return item


def skip_reason(path: Path, content: str | bytes | None = None) -> str:
    [item] = write_and_read(path, content)
    assert isinstance(item, Skipped), item
    assert item.source == str(path)
    return item.reason


def texts(items: list[Article | Skipped]) -> list[str]:
    return [item.text for item in items if isinstance(item, Article)]


def reasons(items: list[Article | Skipped]) -> list[str]:
    return [item.reason for item in items if isinstance(item, Skipped)]


def lines(path: Path, *objects: object) -> list[Article | Skipped]:
    """The items of a .jsonl file with these lines."""
    path.write_text("\n".join(o if isinstance(o, str) else json.dumps(o) for o in objects), "utf-8")
    return read(path)


def page(body: str, head: str = "") -> str:
    return f"<html><head><title>The bridge</title>{head}</head><body><article>{body}</article></body></html>"


def changed(path: Path, source: Path, **parts: bytes | None) -> Path:
    """A copy of a zip with some of its entries replaced (by `a__b_c` is meant `a/b.c`) or left out."""
    given = {name.replace("__", "/").replace("_", "."): content for name, content in parts.items()}
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name in dict.fromkeys([*old.namelist(), *given]):
            content = given.get(name, old.read(name) if name in old.namelist() else None)
            if content is not None:
                new.writestr(name, content)
    return path
