"""Files, folders, zips, feeds and addresses become articles, one at a time."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from zipfile import BadZipFile

from index.errors import SourceUnreadable
from index.readers.file import PendingArticle, Pieces, SourceFile
from index.readers.formats.docx import article_of_docx
from index.readers.formats.epub import chapters_of
from index.readers.formats.html import article_of_page
from index.readers.formats.jsonl_csv import lines_of, rows_of
from index.readers.formats.pdf import article_of_pdf
from index.readers.formats.rss import entries_of, is_feed
from index.readers.formats.text import article_of_markdown, article_of_text
from index.readers.sources.filesystem import belongs, files_at, reason
from index.readers.sources.web import fetch
from index.readers.zip import files_of
from index.schemas import Article, Skipped

_ONE: Mapping[str, Callable[[SourceFile], Article]] = {
    ".txt": article_of_text,
    ".md": article_of_markdown,
    ".html": article_of_page,
    ".htm": article_of_page,
    ".pdf": article_of_pdf,
    ".docx": article_of_docx,
}
_SEVERAL: Mapping[str, Callable[[SourceFile], Pieces]] = {
    ".epub": chapters_of,
    ".jsonl": lines_of,
    ".csv": rows_of,
}
_FEEDS = (".rss", ".atom", ".xml")
FORMATS = (*_ONE, *_SEVERAL, *_FEEDS, ".zip")

Fetch = Callable[[str], SourceFile]


def read_sources(
    sources: Sequence[str | Path | SourceFile], *, private_urls: bool = False
) -> Iterator[Article | Skipped]:
    """The articles of files, folders, patterns such as `news/*.html` and http(s) addresses, in order, one
    in memory at a time.

    A folder or pattern is read as `files_at` says. All that is no article is `Skipped` with its reason,
    and the rest goes on. Addresses of private networks are refused unless `private_urls`.

    `origin` is the absolute path, links resolved, or the address; for one of several in a file, that and its
    name in there; an article from a .jsonl or .csv has none.
    """
    for piece in _pieces(sources, partial(fetch, private=private_urls)):
        if isinstance(piece, Skipped):
            yield piece
            continue
        try:
            article = piece.read()
        except (SourceUnreadable, *_BROKEN) as error:
            yield Skipped(source=piece.source, reason=_why(error))
        else:
            yield article


def count_sources(sources: Sequence[str | Path | SourceFile]) -> int:
    """How many items `read_sources` will yield, but that each address counts as one: nothing is fetched.

    Files that hold several articles are passed through.
    """
    return sum(1 for _ in _pieces(sources, None))


def _pieces(sources: Sequence[str | Path | SourceFile], fetch: Fetch | None) -> Pieces:
    for source in sources:
        if isinstance(source, SourceFile):
            yield from _pieces_of(source, None)
        elif str(source).lower().startswith(("http://", "https://")):
            yield from _pieces_at(str(source), fetch)
        elif "://" in str(source):
            yield Skipped(source=str(source), reason="only addresses with http:// or https:// are read")
        else:
            for file in files_at(source):
                yield from [file] if isinstance(file, Skipped) else _pieces_of(file, None)


def _pieces_at(address: str, fetch: Fetch | None) -> Pieces:
    if fetch is None:
        yield Skipped(source=address, reason="not fetched")
        return
    try:
        file = _typed(fetch(address))
    except SourceUnreadable as error:
        yield Skipped(source=address, reason=str(error))
    else:
        yield from _pieces_of(file, fetch)


def _pieces_of(file: SourceFile, fetch: Fetch | None) -> Pieces:
    """What the file holds; only a feed that was itself fetched may `fetch` more."""
    try:
        if file.suffix in _ONE:
            yield PendingArticle(source=file.name, read=partial(_ONE[file.suffix], file))
        elif file.suffix in _SEVERAL:
            yield from _SEVERAL[file.suffix](file)
        elif file.suffix in _FEEDS:
            yield from entries_of(file, partial(_linked, fetch) if fetch else None)
        elif file.suffix == ".zip":
            yield from files_of(file, belongs, partial(_pieces_of, fetch=None))
        else:
            format_ = f"format {file.suffix}" if file.suffix else "a file without a suffix"
            raise SourceUnreadable(f"{format_} is not read ({' '.join(FORMATS)})")
    except (SourceUnreadable, *_BROKEN) as error:
        yield Skipped(source=file.name, reason=_why(error))


def _linked(fetch: Fetch, address: str) -> Article:
    """The one article at an address that a feed names."""
    file = fetch(address)
    if file.suffix not in _ONE:
        raise SourceUnreadable(
            f"the entry leads to {file.suffix}, which is not one article; add it by itself"
        )
    return _ONE[file.suffix](file)


def _typed(file: SourceFile) -> SourceFile:
    """Feeds are often sent as pages, or as text."""
    if file.suffix in {".html", ".txt"}:
        beginning = file.read()[:2000].decode("utf-8", "replace").lstrip("\ufeff \t\r\n")
        if beginning.startswith(("<?xml", "<rss", "<feed", "<rdf")) and is_feed(beginning):
            return replace(file, suffix=".xml")
    return file


# What comes out of a disk, and of a zip that is not what it says, in the middle of reading.
_BROKEN = (OSError, BadZipFile, zlib.error, EOFError)


def _why(error: Exception) -> str:
    if isinstance(error, SourceUnreadable):
        return str(error)
    return reason(error) if isinstance(error, OSError) else "damaged; unpack it to see what is left"
