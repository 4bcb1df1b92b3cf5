"""What an article is read from: bytes with a name, wherever they lie, and the pieces they hold."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import BinaryIO

from index.errors import SourceUnreadable
from index.schemas import Article, Skipped

MAX_TEXT_BYTES = 20_000_000
"""The largest text of one article: a whole .txt, .md or .html, or one line of a .jsonl or .csv."""
MAX_DOCUMENT_BYTES = 100_000_000
"""The largest .pdf, .docx, .epub or feed, which may be pictures for the most part."""

# How files begin that are often given a wrong ending, and what they are.
_SIGNATURES = {
    b"%PDF-": "a PDF",
    b"PK\x03\x04": "a zip, or a document made of one",
    b"\xd0\xcf\x11\xe0": "an old or encrypted Office document",
    b"{\\rtf": "an RTF document",
    b"\x1f\x8b": "gzip",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
}
_MARKUP = re.compile(rb"\s*(?:\xef\xbb\xbf)?\s*<(?:!doctype|html|\?xml)", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFile:
    """Bytes with a name: on the disk, in a zip, from an address, or uploaded.

    `name` is what people call it, and `suffix` its format, such as `.txt`. `origin` is what
    `Article.origin` will be, or what it begins with where the file holds several articles. `address`
    is where on the web it was read, and `charset` what was said of it there.
    """

    name: str
    suffix: str
    origin: str
    size: int
    open: Callable[[], BinaryIO]
    address: str = ""
    charset: str = ""

    @classmethod
    def of_bytes(
        cls,
        content: bytes,
        *,
        name: str,
        suffix: str,
        origin: str,
        address: str = "",
        charset: str = "",
    ) -> SourceFile:
        """A file that is in memory already."""
        return cls(
            name=name,
            suffix=suffix,
            origin=origin,
            size=len(content),
            open=lambda: BytesIO(content),
            address=address,
            charset=charset,
        )

    def read(self, limit: int = MAX_TEXT_BYTES) -> bytes:
        """All of it. Raises SourceUnreadable where it is larger than `limit`."""
        if self.size > limit:
            raise SourceUnreadable(too_large(self.size, limit))
        with self.open() as opened:
            content = opened.read(limit + 1)
        if len(content) > limit:  # it grew, or said less than it has
            raise SourceUnreadable(too_large(len(content), limit))
        return content


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingArticle:
    """One article to be: `read` makes it, or raises SourceUnreadable or OSError."""

    source: str
    read: Callable[[], Article]


Pieces = Iterator[PendingArticle | Skipped]


def too_large(size: int, limit: int = MAX_TEXT_BYTES) -> str:
    """The reason why something of `size` bytes is not read."""
    return (
        f"{size / 1e6:.1f} MB, more than the {limit / 1e6:.0f} MB of one article; split it and add the parts"
    )


def refuse_misnamed(content: bytes, wanted: bytes = b"") -> None:
    """Raises SourceUnreadable where the bytes begin as those of another format than `wanted`, one of
    the beginnings of _SIGNATURES; without one, a text is wanted.
    """
    if not content or content.isspace():
        raise SourceUnreadable("empty")
    beginning = content[:8]
    for signature, what in _SIGNATURES.items():
        if beginning.startswith(signature) and signature != wanted:
            raise SourceUnreadable(f"its content is {what}; give it the ending that says so, or convert it")
    if wanted and _MARKUP.match(content[:200]):
        raise SourceUnreadable("its content is a page; give it the ending .html")
