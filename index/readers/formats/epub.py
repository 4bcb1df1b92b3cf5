"""EPUB books: one article per entry of their contents.

Chapters and poems make better articles than books: a citation leads to its chapter, whose title says where
the quote stands, and a corrected chapter is embedded again alone. The book's title is the `source`, so that
a filter by source searches one book.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any
from zipfile import ZipFile

from index.errors import SourceUnreadable
from index.readers.article_fields import article_from_fields
from index.readers.dates import document_date
from index.readers.formats.epub_contents import FRONT_MATTER, Contents, Target
from index.readers.html.visible_text import roles_of, visible_sections
from index.readers.paragraphs import headline, join_paragraphs
from index.readers.safe_xml import first_text, parse_xml
from index.readers.source_file import MAX_TEXT_BYTES, NO_TEXT, PendingArticle, PendingArticles, SourceFile
from index.readers.zipped.zip_archive import open_zip, read_entry
from index.text.messages.phrase import Phrase

_CONTAINER = "META-INF/container.xml"
_ENCRYPTION = "META-INF/encryption.xml"
_FONT_OBFUSCATION = {"http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC"}
# What Project Gutenberg adds before and after a book.
_ADDED = {"pg-boilerplate"}
_LICENCE = re.compile(
    r"(?:the )?(?:full )?(?:project gutenberg\W{0,3}(?:tm)?\W{0,2})?(?:e-?book )?licen[cs]e(?: agreement)?"
    r"|copyright(?: page| notice)?|imprint|impressum|colophon|legal notice|rechtliche hinweise"
    r"|mentions légales",
    re.IGNORECASE,
)
_CONTENTS = re.compile(
    r"(?:table of )?contents|inhalt(?:sverzeichnis)?|table des matières|sommaire|[íi]ndice"
    r"|cover|title ?page|half ?title|titelseite|umschlag",
    re.IGNORECASE,
)
_IMPRINT_WORDS = re.compile(
    r"©|\bISBN\b|all rights reserved|alle rechte vorbehalten|tous droits réservés", re.I
)
# Longer text before the first entry of a page is a part of its own, not the head of that entry.
_HEAD_CHARACTERS = 200
# Longer parts that are called cover, contents or imprint hold more than that.
_FRONT_MATTER_CHARACTERS = 5_000
# The share of a page's text within links from which on it is a table of contents.
_LINKED_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class _Chapter:
    title: str
    place: str
    texts: list[str] = field(default_factory=list)


def read_epub(file: SourceFile) -> PendingArticles:
    """The chapters of an .epub in reading order.

    A chapter is what stands from an entry of the table of contents, which may be within a page, to the next
    one; without a table of contents it is each page. Every word of the pages is in a chapter, except
    cover, title page, contents, imprint and licence. The book's title and date come from the package; a
    year alone is not a date. Raises SourceUnreadable.
    """
    with open_zip(file) as archive:
        _check_encryption(archive)
        package_path = _package_path(archive)
        package = parse_xml(read_entry(archive, package_path))
        book = {"source": first_text(package, "title"), "date": document_date(first_text(package, "date"))}
        contents = Contents.of(archive, package, posixpath.dirname(package_path))
        empty = True
        for chapter in _chapters(archive, contents):
            text = join_paragraphs(chapter.texts)
            if not text:
                continue
            empty = False
            if len(text) > MAX_TEXT_BYTES:
                raise SourceUnreadable(Phrase("a chapter has more text than one article may have"))
            fields = {**book, "title": chapter.title or headline(text), "text": text}
            address = f"{file.address}#{chapter.place}" if file.address else ""
            part = replace(file, origin=f"{file.origin}/{chapter.place}", address=address)
            yield PendingArticle(
                source=f"{file.name}/{chapter.place}", read=partial(article_from_fields, fields, part)
            )
    if empty:
        raise SourceUnreadable(NO_TEXT)


def _check_encryption(archive: ZipFile) -> None:
    if _ENCRYPTION in archive.namelist():
        for method in parse_xml(read_entry(archive, _ENCRYPTION)).iter("{*}EncryptionMethod"):
            if method.get("Algorithm") not in _FONT_OBFUSCATION:
                raise SourceUnreadable(
                    Phrase("encrypted with DRM; only its shop's reading software can open it")
                )


def _package_path(archive: ZipFile) -> str:
    if _CONTAINER not in archive.namelist():
        raise SourceUnreadable(Phrase("a zip, but not an EPUB; rename it with the right suffix"))
    for rootfile in parse_xml(read_entry(archive, _CONTAINER)).iter("{*}rootfile"):
        return str(rootfile.get("full-path", ""))
    raise SourceUnreadable(Phrase("damaged; its container names no package"))


def _chapters(archive: ZipFile, contents: Contents) -> Iterator[_Chapter]:
    chapter = _Chapter("", "")
    for path in contents.pages:
        sections = _sections(archive, path, contents)
        for nth, (anchor, text) in enumerate(sections):
            title = contents.titles.get((path, anchor))
            if title is None and (contents.titles or nth) and chapter.place:
                chapter.texts.append(text)
                continue
            yield chapter
            place = f"{path}#{anchor}" if anchor and nth else path
            chapter = _Chapter(title or "", place, [text])
    yield chapter


def _sections(archive: ZipFile, path: str, contents: Contents) -> list[tuple[str, str]]:
    """The sections of a page with the ids that the contents name, without front matter."""
    body = _body(archive, path)
    if body is None:
        return []
    named = {anchor for page, anchor in (*contents.titles, *contents.front_matter) if page == path and anchor}
    linked = _linked_text(body)
    sections = visible_sections(body, named)
    if path in contents.navigation and sum(len(text) for _, text in sections) <= _HEAD_CHARACTERS:
        return []
    titled = (path, "") in contents.titles
    if not titled and len(sections) > 1 and len(sections[0][1]) <= _HEAD_CHARACTERS:
        (_, head), (anchor, text), *others = sections
        sections = [(anchor, join_paragraphs([head, text])), *others]
    elif not titled and len(sections) == 1:
        # Entries whose anchors are missing name the page.
        sections = [(next((a for p, a in contents.titles if p == path), ""), sections[0][1])]
    return [
        (anchor, text)
        for anchor, text in sections
        if not _is_front_matter((path, anchor), text, contents, linked)
    ]


def _body(archive: ZipFile, path: str) -> Any:
    """The body of a page, without the elements that are front matter by their role; None without one."""
    page = parse_xml(read_entry(archive, path), lenient=True)
    for body in page.iter("{*}body"):
        for element in list(body.iter("*")):
            if (FRONT_MATTER | _ADDED) & roles_of(element):
                if element is body:
                    return None
                element.drop_tree()
        return body
    return None


def _is_front_matter(target: Target, text: str, contents: Contents, linked: set[str]) -> bool:
    kind, title = contents.front_matter.get(target, ""), contents.titles.get(target, "")
    lines = [line for line in text.splitlines() if line]
    name = title or "".join(lines[:1])
    if _LICENCE.fullmatch(name):
        return True
    is_short = len(text) <= _FRONT_MATTER_CHARACTERS
    if not title or kind == "toc" or _CONTENTS.fullmatch(name):
        within = sum(len(line) for line in lines if line in linked)
        if len(lines) > 3 and within > _LINKED_SHARE * len(text):
            return True
    if not title and is_short and len(set(_IMPRINT_WORDS.findall(text.lower()))) > 1:
        return True
    return is_short and bool(kind not in {"", "toc"} or _CONTENTS.fullmatch(name))


def _linked_text(body: Any) -> set[str]:
    """The texts of the links within the book."""
    links = (link for link in body.iter("{*}a") if "://" not in link.get("href", "://"))
    return {" ".join("".join(link.itertext()).split()) for link in links}
