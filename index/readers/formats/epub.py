"""What an EPUB says as articles, one a chapter.

A chapter, not the book: who follows a quote wants to stand where it is said, and a chapter's title says where
that is; its sentences are compared with those of a story as long as other articles; and a corrected
chapter is embedded again alone. The book's title is the `source`, so that `--source` asks one book.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any
from urllib.parse import unquote
from zipfile import ZipFile

from index.errors import SourceUnreadable
from index.readers.fields import article_of, headline
from index.readers.file import MAX_TEXT_BYTES, PendingArticle, Pieces, SourceFile
from index.readers.formats.html import roles_of, text_of
from index.readers.safe_xml import first_text, local_name, parsed
from index.readers.zip import entry_bytes, opened_zip

_PAGE_TYPES = {"application/xhtml+xml", "text/html"}
# What stands around the chapters, by the names of EPUB 3 and, with a dash, of EPUB 2.
_AROUND = {"cover", "titlepage", "halftitlepage", "title-page", "toc", "landmarks", "copyright-page"}
_ONLY_FONTS = {"http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC"}


@dataclass(frozen=True, slots=True)
class _Chapter:
    title: str
    paths: list[str] = field(default_factory=list)


def chapters_of(file: SourceFile) -> Pieces:
    """The chapters of an .epub in reading order: what its table of contents names, with what follows
    up to the next name; each page, where it has none. Cover, title page and contents are left out, and so
    are pages without text.

    Title of the book and its day come from the package; a year alone is no day. Raises SourceUnreadable.
    """
    with opened_zip(file) as archive:
        _refuse_locked(archive)
        path = _package_path(archive)
        package = parsed(entry_bytes(archive, path))
        book = first_text(package, "title")
        day = re.match(r"\d{4}-\d\d-\d\d", first_text(package, "date"))
        empty = True
        for chapter in _chapters(archive, package, posixpath.dirname(path)):
            text = "\n\n".join(filter(None, (_page_text(archive, page) for page in chapter.paths)))
            if not text:
                continue
            empty = False
            if len(text) > MAX_TEXT_BYTES:
                raise SourceUnreadable("a chapter has more text than one article may have")
            fields = {
                "title": chapter.title or headline(text),
                "source": book,
                "date": day[0] if day else None,
                "text": text,
            }
            name = f"{file.name}/{chapter.paths[0]}"
            address = f"{file.address}#{chapter.paths[0]}" if file.address else ""
            place = replace(file, origin=f"{file.origin}/{chapter.paths[0]}", address=address)
            yield PendingArticle(source=name, read=partial(article_of, fields, place))
    if empty:
        raise SourceUnreadable(
            "no text in it; if it holds pictures of pages, run OCR on it and add the result"
        )


def _refuse_locked(archive: ZipFile) -> None:
    if "META-INF/encryption.xml" in archive.namelist():
        for method in parsed(entry_bytes(archive, "META-INF/encryption.xml")).iter("{*}EncryptionMethod"):
            if method.get("Algorithm") not in _ONLY_FONTS:
                raise SourceUnreadable("encrypted by its shop (DRM), so that only its own readers open it")


def _package_path(archive: ZipFile) -> str:
    if "META-INF/container.xml" not in archive.namelist():
        raise SourceUnreadable("a zip, but not an EPUB; give it the ending that says what it is")
    for rootfile in parsed(entry_bytes(archive, "META-INF/container.xml")).iter("{*}rootfile"):
        return str(rootfile.get("full-path", ""))
    raise SourceUnreadable("damaged; its container names no package")


def _chapters(archive: ZipFile, package: Any, folder: str) -> Iterator[_Chapter]:
    items = {item.get("id"): item for item in package.iter("{*}item")}
    titles = _contents(archive, package, items, folder)
    around = {
        _joined(folder, reference.get("href", ""))
        for reference in package.iter("{*}reference")
        if reference.get("type") in _AROUND
    }
    chapter = _Chapter("")
    for reference in package.iter("{*}itemref"):
        item = items.get(reference.get("idref"))
        if item is None or item.get("media-type") not in _PAGE_TYPES or reference.get("linear") == "no":
            continue
        path = _joined(folder, item.get("href", ""))
        if "nav" in item.get("properties", "").split() or path in around:
            continue
        if chapter.paths and (not titles or path in titles):
            yield chapter
            chapter = _Chapter("")
        if not chapter.paths:
            chapter = _Chapter(titles.get(path, ""))
        chapter.paths.append(path)
    if chapter.paths:
        yield chapter


def _contents(archive: ZipFile, package: Any, items: dict[str, Any], folder: str) -> dict[str, str]:
    """Titles by path, from the navigation page (EPUB 3) or the NCX (EPUB 2); the first one of a path."""
    titles: dict[str, str] = {}
    for item in items.values():
        path = _joined(folder, item.get("href", ""))
        kind = item.get("media-type")
        if "nav" in item.get("properties", "").split():
            page = parsed(entry_bytes(archive, path), lenient=True)
            lists = [nav for nav in page.iter("{*}nav") if "toc" in roles_of(nav)]
            named = [(link.get("href", ""), link) for nav in lists for link in nav.iter("{*}a")]
        elif kind == "application/x-dtbncx+xml" and not titles:
            points = parsed(entry_bytes(archive, path)).iter("{*}navPoint")
            named = [
                (content.get("src", ""), label)
                for point in points
                for content, label in zip(
                    point.iterfind("{*}content"), point.iterfind("{*}navLabel"), strict=False
                )
            ]
        else:
            continue
        for href, label in named:
            titles.setdefault(
                _joined(posixpath.dirname(path), href), " ".join("".join(label.itertext()).split())
            )
    return titles


def _page_text(archive: ZipFile, path: str) -> str:
    page = parsed(entry_bytes(archive, path), lenient=True)
    for body in page.iter("{*}body"):
        marked = [body, *(child for child in body if local_name(child) in {"section", "div"})][:2]
        if any(_AROUND & roles_of(element) for element in marked):
            return ""
        return text_of(body)
    return ""


def _joined(folder: str, href: str) -> str:
    return posixpath.normpath(posixpath.join(folder, unquote(href.partition("#")[0])))
