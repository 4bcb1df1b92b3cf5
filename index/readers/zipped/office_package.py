"""Packages of Office documents: zips whose parts are found by their relationships (ECMA-376, part 2)."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from email import message_from_bytes
from email.message import Message
from typing import Any
from urllib.parse import unquote
from zipfile import ZipFile

from index.readers.html.visible_text import html_to_text
from index.readers.safe_xml import parse_xml
from index.readers.zipped.zip_archive import read_entry

_HTML = (".htm", ".html", ".xhtml")
_MIME_HTML = (".mht", ".mhtml")


class Package:
    """The parts of an opened package. Names are compared as the standard has it: without regard to case."""

    def __init__(self, archive: ZipFile) -> None:
        self._archive = archive
        # Some programs write backslashes.
        self._entries = {name.replace("\\", "/").lower(): name for name in archive.namelist()}

    def related(self, part: str, kind: str) -> str:
        """The part that `part` (the package itself if empty) names as its `kind`, the last word of the
        relationship's type such as "footnotes"; empty if there is none.
        """
        return next((target for _, type_, target in self._relationships(part) if type_ == kind), "")

    def part(self, name: str) -> Any:
        """The root of an XML part, an empty one for an empty name. Raises SourceUnreadable."""
        return parse_xml(self._read(name) if name else b"<none/>")

    def chunks(self, name: str, body: Any) -> Iterator[str]:
        """The text of the HTML documents that a part includes, in order."""
        targets = {id_: target for id_, type_, target in self._relationships(name) if type_ == "aFChunk"}
        for chunk in body.iter("{*}altChunk"):
            target = next((targets[value] for value in chunk.attrib.values() if value in targets), "")
            if target.lower().endswith(_HTML):
                yield _html_text(self._read(target))
            elif target.lower().endswith(_MIME_HTML):
                for message in message_from_bytes(self._read(target)).walk():
                    if message.get_content_type() == "text/html":
                        yield _html_text(_payload(message))

    def _relationships(self, part: str) -> Iterator[tuple[str, str, str]]:
        """Id, last word of the type, and target of the relationships of a part."""
        folder, name = posixpath.split(part)
        path = posixpath.join(folder, "_rels", f"{name}.rels")
        if path.lower() not in self._entries:
            return
        for relationship in parse_xml(self._read(path)).iter("{*}Relationship"):
            if relationship.get("TargetMode") != "External":
                target = unquote(relationship.get("Target", "").replace("\\", "/"))
                resolved = posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
                type_ = relationship.get("Type", "").rpartition("/")[2]
                yield relationship.get("Id", ""), type_, resolved

    def _read(self, name: str) -> bytes:
        return read_entry(self._archive, self._entries.get(name.lower(), name))


def _payload(message: Message) -> bytes:
    payload = message.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _html_text(raw: bytes) -> str:
    return html_to_text(raw.decode("utf-8-sig", "replace"))
