"""Files and folders become articles, one at a time."""

from __future__ import annotations

import codecs
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from index.articles import Article, Skipped
from index.errors import SourceUnreadable
from index.formats import READERS, article_of_line, asks_question

MAX_FILE_BYTES = 20_000_000
"""The largest article that is read: a whole file, or one line of a .jsonl."""

FORMATS = (*READERS, ".jsonl")
LEFT_OUT = ("readme.md", "questions.jsonl")
"""What a folder of articles has about them, and to test them with."""


@dataclass(frozen=True, slots=True)
class _Line:
    source: str
    raw: bytes


def read_sources(sources: Sequence[str | Path]) -> Iterator[Article | Skipped]:
    """The articles of files and folders, in order, one in memory at a time.

    A folder is read with all below it, sorted by name; links are followed, each folder is read
    once. Hidden files and folders, and what is named as in LEFT_OUT, are left out of a folder without
    a word; all else that is no article is `Skipped` with its reason, and the rest goes on. Blank lines of
    a .jsonl are nothing; one that begins with a test question is `Skipped` as a whole.

    `origin` is the absolute path, links resolved; an article from a .jsonl has none.
    """
    for item in _items(sources):
        if isinstance(item, Skipped):
            yield item
            continue
        try:
            article = _article_of_file(item) if isinstance(item, Path) else article_of_line(item.raw)
        except OSError as error:
            yield Skipped(source=str(item), reason=_reason(error))
        except SourceUnreadable as error:
            yield Skipped(source=item.source if isinstance(item, _Line) else str(item), reason=str(error))
        else:
            yield article


def count_sources(sources: Sequence[str | Path]) -> int:
    """How many items `read_sources` will yield; a .jsonl is passed through, but not parsed."""
    return sum(1 for _ in _items(sources))


def _items(sources: Sequence[str | Path]) -> Iterator[Path | _Line | Skipped]:
    for source in sources:
        if str(source).lower().startswith(("http://", "https://")):
            yield Skipped(
                source=str(source),
                reason="addresses cannot be added in this version; save the page as .html and add the file",
            )
        elif not str(source) or "\0" in str(source):  # Path("") would be the current folder
            yield Skipped(source=str(source), reason="no such file")
        else:
            yield from _below(Path(source))


def _below(source: Path) -> Iterator[Path | _Line | Skipped]:
    waiting = [source]
    folders: set[tuple[int, int]] = set()
    while waiting:
        path = waiting.pop()
        name = str(path).encode("utf-8", "backslashreplace").decode()
        if name != str(path):
            yield Skipped(source=name, reason="the name is not UTF-8; rename it and add it again")
            continue
        try:
            found = path.stat()
            if stat.S_ISDIR(found.st_mode):
                if (found.st_dev, found.st_ino) in folders:
                    yield Skipped(source=name, reason="a link to a folder that was read already")
                    continue
                folders.add((found.st_dev, found.st_ino))
                waiting.extend(sorted((e for e in path.iterdir() if _belongs(e)), reverse=True))
            elif not stat.S_ISREG(found.st_mode):
                yield Skipped(source=name, reason="not a regular file")
            elif path.suffix.lower() == ".jsonl":
                yield from _lines(path)
            elif path.suffix.lower() in READERS:
                yield path
            else:
                format_ = f"format {path.suffix}" if path.suffix else "a file without a suffix"
                yield Skipped(source=name, reason=f"{format_} is not read ({' '.join(FORMATS)})")
        except FileNotFoundError:
            yield Skipped(source=name, reason="broken link" if path.is_symlink() else "no such file")
        except OSError as error:
            yield Skipped(source=name, reason=_reason(error))


def _belongs(path: Path) -> bool:
    return not path.name.startswith(".") and path.name.lower() not in LEFT_OUT


def _lines(path: Path) -> Iterator[_Line | Skipped]:
    with path.open("rb") as file:
        number, empty = 0, True
        while raw := file.readline(MAX_FILE_BYTES + 1):
            number += 1
            source = f"{path}:{number}"
            if number == 1:
                raw = raw.removeprefix(codecs.BOM_UTF8)
            if not raw or raw.isspace():
                continue
            if empty:
                refusal = "binary or UTF-16; a .jsonl is UTF-8" if b"\0" in raw else ""
                refusal = refusal or ("test questions, not articles" if asks_question(raw) else "")
                if refusal:
                    yield Skipped(source=str(path), reason=refusal)
                    return
                empty = False
            if len(raw) <= MAX_FILE_BYTES or raw.endswith(b"\n"):
                yield _Line(source, raw)
                continue
            size = len(raw)
            while raw and not raw.endswith(b"\n"):
                raw = file.readline(1 << 20)
                size += len(raw)
            yield Skipped(source=source, reason=_too_large(size))
        if empty:
            yield Skipped(source=str(path), reason="empty")


def _article_of_file(path: Path) -> Article:
    size = path.stat().st_size
    if size > MAX_FILE_BYTES:
        raise SourceUnreadable(_too_large(size))
    return READERS[path.suffix.lower()](path.read_bytes(), str(path.resolve()))


def _too_large(size: int) -> str:
    limit = MAX_FILE_BYTES / 1e6
    return f"{size / 1e6:.1f} MB, more than the {limit:.0f} MB of one article; split it and add the parts"


def _reason(error: OSError) -> str:
    return (error.strerror or str(error)).lower()
