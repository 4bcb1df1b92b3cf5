"""The contents of EPUB books: what their navigation page (EPUB 3), NCX (EPUB 2) and guide name."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote
from zipfile import ZipFile

from index.readers.html.visible_text import roles_of
from index.readers.safe_xml import parse_xml
from index.readers.zipped.zip_archive import read_entry

Target = tuple[str, str]
"""A path in the book and the id of an element of that page, empty for the whole page."""

# Parts that are not the book's text, as EPUB 3 and (with a dash) EPUB 2 call them.
FRONT_MATTER = {"cover", "titlepage", "halftitlepage", "title-page", "toc", "landmarks", "copyright-page"}
_PAGE_TYPES = {"application/xhtml+xml", "text/html"}
_NCX_TYPE = "application/x-dtbncx+xml"


@dataclass(frozen=True, slots=True)
class Contents:
    """`pages` are the paths of the spine in reading order, and `navigation` those of navigation pages.
    `titles` are the entries of the table of contents. `front_matter` is what the guide calls cover, contents
    or imprint, with its name.
    """

    pages: tuple[str, ...]
    navigation: frozenset[str]
    titles: dict[Target, str]
    front_matter: dict[Target, str]

    @classmethod
    def of(cls, archive: ZipFile, package: Any, folder: str) -> Contents:
        """The contents of a book. `folder` is that of its package. Raises SourceUnreadable."""
        items = {item.get("id"): item for item in package.iter("{*}item")}
        references = [
            (
                _target(folder, reference.get("href", "")),
                reference.get("type", ""),
                reference.get("title", ""),
            )
            for reference in package.iter("{*}reference")
        ]
        titles = _titles(_links(archive, items.values(), folder))
        for target, kind, title in references:
            # "text" is where a reading program opens the book.
            if kind not in FRONT_MATTER and (kind != "text" or not titles):
                titles.setdefault(target, title.strip())
        return cls(
            pages=tuple(_pages(package, items, folder)),
            navigation=frozenset(_path(folder, item) for item in items.values() if _is_navigation(item)),
            titles=titles,
            front_matter={target: kind for target, kind, _ in references if kind in FRONT_MATTER},
        )


def _pages(package: Any, items: dict[str, Any], folder: str) -> Iterator[str]:
    for reference in package.iter("{*}itemref"):
        item = items.get(reference.get("idref"))
        if item is not None and item.get("media-type") in _PAGE_TYPES:
            yield _path(folder, item)


def _links(archive: ZipFile, items: Any, folder: str) -> list[tuple[Target, str]]:
    """The entries of the navigation page, or else of the NCX, outer before inner ones."""
    found: dict[bool, list[tuple[Target, str]]] = {True: [], False: []}
    for item in items:
        is_navigation = _is_navigation(item)
        if not is_navigation and item.get("media-type") != _NCX_TYPE:
            continue
        path = _path(folder, item)
        root = parse_xml(read_entry(archive, path), lenient=is_navigation)
        for href, label in _navigation_links(root) if is_navigation else _ncx_links(root):
            title = " ".join("".join(label.itertext()).split())
            found[is_navigation].append((_target(posixpath.dirname(path), href), title))
    return found[True] or found[False]


def _titles(links: list[tuple[Target, str]]) -> dict[Target, str]:
    """The first title of each target; where a part and its first chapter have the same, the chapter's."""
    titles: dict[Target, str] = {}
    before = None
    for target, title in links:
        if title and (target not in titles or target == before):
            titles[target] = title
        before = target
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


def _path(folder: str, item: Any) -> str:
    return _target(folder, item.get("href", ""))[0]


def _target(folder: str, href: str) -> Target:
    path, _, anchor = href.partition("#")
    return posixpath.normpath(posixpath.join(folder, unquote(path))), unquote(anchor)
