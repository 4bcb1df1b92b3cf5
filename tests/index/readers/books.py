"""Small EPUB books for the readers' tests."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path

CONTAINER = '<container><rootfiles><rootfile full-path="book/book.opf"/></rootfiles></container>'


def write_book(
    path: Path, pages: Mapping[str, str], *, nav: str = "", ncx: str = "", guide: str = ""
) -> Path:
    """A book of these pages (the body of each by its name, in order), with the inner markup of its navigation
    page, NCX and guide.
    """
    items = "".join(f'<item id="{name}" href="{name}" media-type="application/xhtml+xml"/>' for name in pages)
    spine = "".join(f'<itemref idref="{name}"/>' for name in pages)
    files = {
        "META-INF/container.xml": CONTAINER,
        **{f"book/{name}": f"<html><body>{body}</body></html>" for name, body in pages.items()},
    }
    if nav:
        items += '<item id="nav" href="nav.xhtml" properties="nav" media-type="application/xhtml+xml"/>'
        files["book/nav.xhtml"] = (
            '<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops"><body>'
            f'<nav epub:type="toc">{nav}</nav></body></html>'
        )
    if ncx:
        items += '<item id="ncx" href="toc.ncx" media-type="application/x-dtbncx+xml"/>'
        files["book/toc.ncx"] = f"<ncx><navMap>{ncx}</navMap></ncx>"
    files["book/book.opf"] = (
        f"<package><metadata><title>Songs of the Quell</title></metadata><manifest>{items}</manifest>"
        f"<spine>{spine}</spine><guide>{guide}</guide></package>"
    )
    with zipfile.ZipFile(path, "w") as book:
        for name, content in files.items():
            book.writestr(name, content)
    return path


def point(title: str, target: str, *inner: str) -> str:
    """An entry of an NCX."""
    label = f"<navLabel><text>{title}</text></navLabel>"
    return f'<navPoint>{label}<content src="{target}"/>{"".join(inner)}</navPoint>'


def link(title: str, target: str, *inner: str) -> str:
    """An entry of a navigation page."""
    nested = f"<ol>{''.join(inner)}</ol>" if inner else ""
    return f'<li><a href="{target}">{title}</a>{nested}</li>'
