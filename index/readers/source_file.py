"""The input of every reader, a named file of bytes, and the output, articles that are read on demand."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from io import BytesIO
from typing import BinaryIO

from index.errors import SourceUnreadable
from index.schemas import Article, Skipped
from index.text.messages.phrase import Phrase

MAX_TEXT_BYTES = 20_000_000
"""The largest text of one article: a whole .txt, .md or .html, or one line of a .jsonl or .csv."""
MAX_DOCUMENT_BYTES = 100_000_000
"""The largest .pdf, .docx or .epub, which may consist mostly of images."""
NO_TEXT = Phrase("contains no text; if its pages are images, run OCR on it and add the result")

# The first bytes of formats that often have a wrong suffix.
_SIGNATURES = {
    b"%PDF-": "a PDF",
    b"PK\x03\x04": "a zip archive or a document based on one",
    b"\xd0\xcf\x11\xe0": "an old or encrypted Office document",
    b"{\\rtf": "an RTF document",
    b"\x1f\x8b": "gzip",
    b"\x89PNG": "an image",
    b"\xff\xd8\xff": "an image",
    b"GIF8": "an image",
}
_MARKUP = re.compile(rb"\s*+(?:\xef\xbb\xbf\s*+)?<(?:!doctype|html|\?xml)", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFile:
    """A named file of bytes: on disk, in a zip, fetched or uploaded.

    `name` is shown to users, `suffix` is its format, such as `.txt`. `origin` becomes `Article.origin`, or
    its prefix where the file holds several articles. `address` is the URL it was fetched from, `charset`
    the encoding that the server declared. `columns` are those of a table that the user chose, by field.
    `open` can be pickled, except in a file that stands in a zip.
    """

    name: str
    suffix: str
    origin: str
    size: int
    open: Callable[[], BinaryIO]
    address: str = ""
    charset: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of_bytes(
        cls, content: bytes, *, name: str, suffix: str, origin: str, address: str = "", charset: str = ""
    ) -> SourceFile:
        """A file in memory."""
        return cls(
            name=name,
            suffix=suffix,
            origin=origin,
            size=len(content),
            open=partial(BytesIO, content),
            address=address,
            charset=charset,
        )

    def read(self, limit: int = MAX_TEXT_BYTES) -> bytes:
        """The whole content. Raises SourceUnreadable if it has more than `limit` bytes."""
        if self.size > limit:
            raise SourceUnreadable(too_large(self.size, limit))
        with self.open() as opened:
            content = opened.read(limit + 1)
        if len(content) > limit:  # it grew since `size` was read, or `size` was wrong
            raise SourceUnreadable(too_large(len(content), limit))
        return content


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingArticle:
    """An article that was found but not read yet. `read` raises SourceUnreadable or OSError."""

    source: str
    read: Callable[[], Article]


PendingArticles = Iterator[PendingArticle | Skipped]


def too_large(size: int, limit: int = MAX_TEXT_BYTES) -> str:
    """Why a file of `size` bytes is skipped."""
    return Phrase(
        "{size} MB, over the limit of {limit} MB; split it and add the parts",
        size=f"{size / 1e6:.1f}",
        limit=f"{limit / 1e6:.0f}",
    )


def check_signature(content: bytes, expected: bytes = b"") -> None:
    """Raises SourceUnreadable if the bytes are empty or begin like another format.

    `expected` is the signature of the wanted format; empty for text formats.
    """
    if not content or content.isspace():
        raise SourceUnreadable(Phrase("empty"))
    for signature, format_ in _SIGNATURES.items():
        if content.startswith(signature) and signature != expected:
            raise SourceUnreadable(
                Phrase(
                    "its content is {format}; rename it with the right suffix or convert it", format=format_
                )
            )
    if expected and _MARKUP.match(content[:200]):
        raise SourceUnreadable(Phrase("its content is HTML or XML; rename it with the right suffix"))
