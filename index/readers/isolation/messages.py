"""What the process that reads files and the one that asks for it tell each other."""

from __future__ import annotations

from dataclasses import dataclass

from index.readers.source_file import SourceFile

CPU_SECONDS = 30
"""Computing time for one article, or for what has to be parsed before the first one."""
MEMORY_BYTES = 1_000_000_000
"""Address space of the process that reads."""


@dataclass(frozen=True, slots=True, order=True)
class ItemPosition:
    """An item of a file: the nth file inside it, where it is a zip, and the nth item of that one. The file
    itself is the member 0.
    """

    member: int = 0
    item: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadRequest:
    """Read the file from this position on; only count its items unless `reading`. With `linked`, the pages
    that a feed links to may be asked for.
    """

    file: SourceFile
    start: ItemPosition
    reading: bool
    linked: bool


@dataclass(frozen=True, slots=True)
class Accepted:
    """The process has the request."""


@dataclass(frozen=True, slots=True)
class Entered:
    """The items of this member follow."""

    member: int
    name: str


@dataclass(frozen=True, slots=True)
class Reading:
    """The item of this position is being read."""

    position: ItemPosition
    source: str


@dataclass(frozen=True, slots=True)
class Counted:
    """An item was found, in place of its article."""


@dataclass(frozen=True, slots=True)
class LinkedPage:
    """A feed needs the page at this address. The response is a SourceFile or a SourceUnreadable."""

    address: str


@dataclass(frozen=True, slots=True)
class Finished:
    """The file has no more items. A `worn` process has used much memory and should not read another."""

    worn: bool
