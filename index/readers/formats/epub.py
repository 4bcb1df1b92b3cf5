"""EPUB books: one article per chapter.

Chapters make better articles than books: a citation leads to its chapter, whose title says where the quote
stands, and a corrected chapter is embedded again alone. The book's title is the `source`, so
that a filter by source searches one book.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any
from urllib.parse import unquote
from zipfile import ZipFile

from index.errors import SourceUnreadable
from index.readers.article_fields import article_from_fields
from index.readers.dates import document_date
from index.readers.paragraphs import headline, join_paragraphs
from index.readers.safe_xml import first_text, local_name, parse_xml
from index.readers.source_file import MAX_TEXT_BYTES, NO_TEXT, PendingArticle, PendingArticles, SourceFile
from index.readers.visible_html import roles_of, visible_text
from index.readers.zip_archive import open_zip, read_entry

_CONTAINER = "META-INF/container.xml"
_ENCRYPTION = "META-INF/encryption.xml"
_PAGE_TYPES = {"application/xhtml+xml", "text/html"}
_NCX_TYPE = "application/x-dtbncx+xml"
# Pages that are not part of a chapter, as EPUB 3 and (with a dash) EPUB 2 call them.
_FRONT_MATTER = {"cover", "titlepage", "halftitlepage", "title-page", "toc", "landmarks", "copyright-page"}
_FONT_OBFUSCATION = {"http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC"}


@dataclass(frozen=True, slots=True)
class _Chapter:
    title: str
    paths: list[str] = field(default_factory=list)


def read_epub(file: SourceFile) -> PendingArticles:
    """The chapters of an .epub in reading order.

    A chapter is a page that the table of contents names, with the pages up to the next such page; without a
    table of contents it is each page. Cover, title page, contents and pages without text are left out.
    The book's title and date come from the package; a year alone is not a date. Raises SourceUnreadable.
    """
    with open_zip(file) as archive:
        _check_encryption(archive)
        package_path = _package_path(archive)
        package = parse_xml(read_entry(archive, package_path))
        book = {"source": first_text(package, "title"), "date": document_date(first_text(package, "date"))}
        empty = True
        for chapter in _chapters(archive, package, posixpath.dirname(package_path)):
            text = join_paragraphs(_page_text(archive, path) for path in chapter.paths)
            if not text:
                continue
            empty = False
            if len(text) > MAX_TEXT_BYTES:
                raise SourceUnreadable("a chapter has more text than one article may have")
            fields = {**book, "title": chapter.title or headline(text), "text": text}
            first = chapter.paths[0]
            address = f"{file.address}#{first}" if file.address else ""
            part = replace(file, origin=f"{file.origin}/{first}", address=address)
            yield PendingArticle(
                source=f"{file.name}/{first}", read=partial(article_from_fields, fields, part)
            )
    if empty:
        raise SourceUnreadable(NO_TEXT)


def _check_encryption(archive: ZipFile) -> None:
    if _ENCRYPTION in archive.namelist():
        for method in parse_xml(read_entry(archive, _ENCRYPTION)).iter("{*}EncryptionMethod"):
            if method.get("Algorithm") not in _FONT_OBFUSCATION:
                raise SourceUnreadable("encrypted with DRM; only its shop's reading software can open it")


def _package_path(archive: ZipFile) -> str:
    if _CONTAINER not in archive.namelist():
        raise SourceUnreadable("a zip, but not an EPUB; rename it with the right suffix")
    for rootfile in parse_xml(read_entry(archive, _CONTAINER)).iter("{*}rootfile"):
        return str(rootfile.get("full-path", ""))
    raise SourceUnreadable("damaged; its container names no package")


def _chapters(archive: ZipFile, package: Any, folder: str) -> Iterator[_Chapter]:
    items = {item.get("id"): item for item in package.iter("{*}item")}
    titles = _contents(archive, items, folder)
    chapter = _Chapter("")
    for path in _reading_order(package, items, folder):
        if chapter.paths and (not titles or path in titles):
            yield chapter
            chapter = _Chapter("")
        if not chapter.paths:
            chapter = _Chapter(titles.get(path, ""))
        chapter.paths.append(path)
    if chapter.paths:
        yield chapter


def _reading_order(package: Any, items: dict[str, Any], folder: str) -> Iterator[str]:
    """The paths of the book's pages, without front matter."""
    front_matter = {
        _resolve(folder, reference.get("href", ""))
        for reference in package.iter("{*}reference")
        if reference.get("type") in _FRONT_MATTER
    }
    for reference in package.iter("{*}itemref"):
        item = items.get(reference.get("idref"))
        if item is None or item.get("media-type") not in _PAGE_TYPES or reference.get("linear") == "no":
            continue
        path = _resolve(folder, item.get("href", ""))
        if not _is_navigation(item) and path not in front_matter:
            yield path


def _contents(archive: ZipFile, items: dict[str, Any], folder: str) -> dict[str, str]:
    """Titles by path, from the navigation page (EPUB 3) or the NCX (EPUB 2); the first title of each path."""
    titles: dict[str, str] = {}
    for item in items.values():
        path = _resolve(folder, item.get("href", ""))
        if _is_navigation(item):
            links = _navigation_links(parse_xml(read_entry(archive, path), lenient=True))
        elif item.get("media-type") == _NCX_TYPE and not titles:
            links = _ncx_links(parse_xml(read_entry(archive, path)))
        else:
            continue
        for href, label in links:
            title = " ".join("".join(label.itertext()).split())
            titles.setdefault(_resolve(posixpath.dirname(path), href), title)
    return titles


def _is_navigation(item: Any) -> bool:
    return "nav" in item.get("properties", "").split()


def _navigation_links(page: Any) -> Iterator[tuple[str, Any]]:
    for nav in page.iter("{*}nav"):
        if "toc" in roles_of(nav):
            for link in nav.iter("{*}a"):
                yield link.get("href", ""), link


def _ncx_links(ncx: Any) -> Iterator[tuple[str, Any]]:
    for point in ncx.iter("{*}navPoint"):
        contents, labels = point.iterfind("{*}content"), point.iterfind("{*}navLabel")
        for content, label in zip(contents, labels, strict=False):
            yield content.get("src", ""), label


def _page_text(archive: ZipFile, path: str) -> str:
    page = parse_xml(read_entry(archive, path), lenient=True)
    for body in page.iter("{*}body"):
        marked = [body, *(child for child in body if local_name(child) in {"section", "div"})][:2]
        if any(_FRONT_MATTER & roles_of(element) for element in marked):
            return ""
        return visible_text(body)
    return ""


def _resolve(folder: str, href: str) -> str:
    return posixpath.normpath(posixpath.join(folder, unquote(href.partition("#")[0])))
