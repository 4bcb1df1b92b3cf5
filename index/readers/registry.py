"""Readers by format, and the articles of any source: files, folders, patterns and web addresses.

A new format is one module in `formats` and one line in the tables below; `sources.web` maps its media type.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from zipfile import BadZipFile

from index.errors import SourceUnreadable
from index.readers.formats.csv import read_csv
from index.readers.formats.docx import read_docx
from index.readers.formats.epub import read_epub
from index.readers.formats.feed import is_feed, read_feed
from index.readers.formats.html import read_html
from index.readers.formats.json import read_json
from index.readers.formats.jsonl import read_jsonl
from index.readers.formats.markdown import read_markdown
from index.readers.formats.pdf import read_pdf
from index.readers.formats.text import read_text
from index.readers.formats.zip import read_zip
from index.readers.isolation.reading import count_isolated, read_isolated
from index.readers.source_file import PendingArticle, PendingArticles, SourceFile
from index.readers.sources.filesystem import describe_error, find_files, is_included
from index.readers.zipped.zip_archive import DAMAGED
from index.schemas import Article, Skipped
from index.text.messages.phrase import Phrase

# Formats with one article per file.
SINGLE: Mapping[str, Callable[[SourceFile], Article]] = {
    ".txt": read_text,
    ".md": read_markdown,
    ".html": read_html,
    ".htm": read_html,
    ".pdf": read_pdf,
    ".docx": read_docx,
}
# Formats with several articles per file.
MULTIPLE: Mapping[str, Callable[[SourceFile], PendingArticles]] = {
    ".epub": read_epub,
    ".jsonl": read_jsonl,
    ".ndjson": read_jsonl,
    ".json": read_json,
    ".csv": read_csv,
    ".tsv": read_csv,
}
# Feeds may fetch the pages they link to, and zips contain files of all other formats.
FEEDS = (".rss", ".atom", ".xml")
FORMATS = (*SINGLE, *MULTIPLE, *FEEDS, ".zip")

Fetch = Callable[[str], SourceFile]
ReadMember = Callable[[SourceFile], PendingArticles]

# What readers raise, reading a disk does, and reading a damaged zip at any point.
UNREADABLE = (SourceUnreadable, OSError, BadZipFile, zlib.error, EOFError)


def read_sources(
    sources: Sequence[str | Path | SourceFile],
    *,
    private_urls: bool = False,
    columns: Mapping[str, str] | None = None,
) -> Iterator[Article | Skipped]:
    """The articles of files, folders, patterns such as `news/*.html` and http(s) addresses, in order, with
    one article in memory at a time.

    Folders and patterns are expanded by `find_files`. What cannot be read is Skipped with the reason, and
    reading continues. Addresses of private networks are skipped unless `private_urls`. `columns` are the
    columns of tables by field, where their names do not tell.

    Every file is read in a child process: one that takes too much time or memory, or that crashes its parser,
    is Skipped too. See `index.readers.isolation`.

    `origin` is the absolute path with links resolved, or the address. For one of several articles of a file
    it also has the article's name inside the file; articles of .jsonl and .csv files have none.
    """
    for source in sources:
        if _is_address(source):
            yield from _read_address(str(source), columns or {}, private=private_urls)
            continue
        for file in _files(source, columns or {}):
            yield from [file] if isinstance(file, Skipped) else read_isolated(file)


def count_sources(
    sources: Sequence[str | Path | SourceFile], *, columns: Mapping[str, str] | None = None
) -> int:
    """The number of items that `read_sources` will yield, except that an address counts as one.

    Nothing is fetched; files with several articles are read through.
    """
    return sum(
        1 if _is_address(source) else sum(map(_count, _files(source, columns or {}))) for source in sources
    )


def _count(file: SourceFile | Skipped) -> int:
    return 1 if isinstance(file, Skipped) or file.suffix in SINGLE else count_isolated(file)


def _is_address(source: str | Path | SourceFile) -> bool:
    return not isinstance(source, SourceFile) and str(source).lower().startswith(("http://", "https://"))


def _files(source: str | Path | SourceFile, columns: Mapping[str, str]) -> Iterator[SourceFile | Skipped]:
    if isinstance(source, SourceFile):
        yield source
    elif "://" in str(source):
        yield Skipped(source=str(source), reason=Phrase("only http:// and https:// addresses are supported"))
    else:
        for file in find_files(source):
            yield file if isinstance(file, Skipped) else replace(file, columns=columns)


def _read_address(address: str, columns: Mapping[str, str], *, private: bool) -> Iterator[Article | Skipped]:
    from index.readers.sources.web import fetch  # takes 0.2 s, which the process that reads files is spared

    try:
        file = replace(_with_feed_suffix(fetch(address, private=private)), columns=columns)
    except SourceUnreadable as error:
        yield Skipped(source=address, reason=error.message)
    else:
        yield from read_isolated(file, partial(fetch, private=private))


def read_file(
    file: SourceFile, *, fetch: Fetch | None = None, read_member: ReadMember | None = None
) -> PendingArticles:
    """The articles of a file, in this process.

    `fetch` gets the pages that a feed links to; without it none is fetched. `read_member` reads the files in
    a zip, instead of this function.
    """
    try:
        if file.suffix in SINGLE:
            yield PendingArticle(source=file.name, read=partial(SINGLE[file.suffix], file))
        elif file.suffix in MULTIPLE:
            yield from MULTIPLE[file.suffix](file)
        elif file.suffix in FEEDS:
            yield from read_feed(file, partial(_read_linked, fetch) if fetch else None)
        elif file.suffix == ".zip":
            yield from read_zip(file, included=is_included, read_file=read_member or read_file)
        else:
            formats = " ".join(FORMATS)
            raise SourceUnreadable(
                Phrase("format {suffix} is not supported ({formats})", suffix=file.suffix, formats=formats)
                if file.suffix
                else Phrase("files without a suffix are not supported ({formats})", formats=formats)
            )
    except UNREADABLE as error:
        yield Skipped(source=file.name, reason=reason_of(error))


def _read_linked(fetch: Fetch, address: str) -> Article:
    """The article at an address that a feed links to."""
    file = fetch(address)
    if file.suffix not in SINGLE:
        raise SourceUnreadable(
            Phrase(
                "the entry links to {suffix}, which is not a single article; add it separately",
                suffix=file.suffix,
            )
        )
    return SINGLE[file.suffix](file)


def _with_feed_suffix(file: SourceFile) -> SourceFile:
    """The file, with the suffix of a feed if it is one: many servers send feeds as HTML or plain text."""
    if file.suffix in {".html", ".txt"}:
        start = file.read()[:2000].decode("utf-8", "replace").lstrip("\ufeff \t\r\n")
        if start.startswith(("<?xml", "<rss", "<feed", "<rdf")) and is_feed(start):
            return replace(file, suffix=".xml")
    return file


def reason_of(error: Exception) -> str:
    """Why a file is skipped whose reader raised one of UNREADABLE."""
    if isinstance(error, SourceUnreadable):
        return error.message
    return describe_error(error) if isinstance(error, OSError) else DAMAGED
