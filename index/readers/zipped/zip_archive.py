"""Safe access to zip archives from untrusted sources; nothing is unpacked to disk.

Besides .zip files these are the documents that are zips: .docx and .epub.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import BinaryIO, cast
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from index.errors import SourceUnreadable
from index.readers.source_file import MAX_DOCUMENT_BYTES, SourceFile, check_signature
from index.text.messages.phrase import Phrase

MAX_ENTRIES = 100_000
MAX_UNPACKED_BYTES = 2_000_000_000
"""The unpacked size of all entries together, whether they are read or not."""
MAX_COMPRESSION_RATIO = 200
"""Unpacked size over compressed size, of one entry and of the whole archive; text has 3 to 30."""
DAMAGED = Phrase("damaged; unpack it and add what can be saved")
COMPRESSED_LIKE_A_BOMB = (
    f"compressed to less than 1/{MAX_COMPRESSION_RATIO}, like a zip bomb; unpack it yourself"
)
_SMALL_BYTES = 1_000_000  # an entry, or an archive, of this size is harmless at any ratio
_HEADER_BYTES = 30  # of an entry, without its name
_ENCRYPTED_FLAG = 0x1


@contextmanager
def open_zip(file: SourceFile) -> Iterator[ZipFile]:
    """The archive, if it is within the limits above. Raises SourceUnreadable."""
    if not file.size:
        raise SourceUnreadable(Phrase("empty"))
    with file.open() as opened:
        try:
            archive = ZipFile(opened)
        except (BadZipFile, ValueError, NotImplementedError) as error:
            opened.seek(0)
            check_signature(opened.read(1000), b"PK\x03\x04")
            raise SourceUnreadable(Phrase("not a zip, or a damaged one")) from error
        with archive:
            entries = archive.infolist()
            if len(entries) > MAX_ENTRIES:
                raise SourceUnreadable(
                    Phrase(
                        "{number} entries, over the limit of {limit}; split it",
                        number=len(entries),
                        limit=MAX_ENTRIES,
                    )
                )
            size = sum(entry.file_size for entry in entries)
            if size > MAX_UNPACKED_BYTES:
                limit = f"{MAX_UNPACKED_BYTES / 1e9:.0f} GB"
                raise SourceUnreadable(
                    Phrase(
                        "{size} GB unpacked, over the limit of {limit}; split it",
                        size=f"{size / 1e9:.1f}",
                        limit=limit,
                    )
                )
            _check_whole(entries, file.size)
            yield archive


def _check_whole(entries: Sequence[ZipInfo], archive_size: int) -> None:
    """Raises SourceUnreadable if entries share their data, or give too much together, each being harmless."""
    end = 0
    for entry in sorted(entries, key=lambda entry: entry.header_offset):
        if entry.header_offset < end:
            raise SourceUnreadable(Phrase("its entries overlap, as in a zip bomb; unpack it yourself"))
        end = entry.header_offset + _HEADER_BYTES + entry.compress_size
    # An entry that is a bomb by itself is refused alone.
    size = sum(entry.file_size for entry in entries if not _is_bomb(entry.file_size, entry.compress_size))
    if _is_bomb(size, archive_size):
        raise SourceUnreadable(COMPRESSED_LIKE_A_BOMB)


def _is_bomb(size: int, compressed: int) -> bool:
    return size > max(_SMALL_BYTES, MAX_COMPRESSION_RATIO * compressed)


def read_entry(archive: ZipFile, name: str) -> bytes:
    """The content of one entry. Raises SourceUnreadable if it is missing, damaged or too large."""
    try:
        entry = archive.getinfo(name)
    except KeyError as error:
        raise SourceUnreadable(Phrase("damaged; {name} is missing in it", name=repr(name[:100]))) from error
    check_entry(entry)
    if entry.file_size > MAX_DOCUMENT_BYTES:
        raise SourceUnreadable(
            Phrase(
                "{name} in it is {size} MB, over the limit of {limit} MB",
                name=repr(name[:100]),
                size=f"{entry.file_size / 1e6:.0f}",
                limit=f"{MAX_DOCUMENT_BYTES / 1e6:.0f}",
            )
        )
    try:
        with open_entry(archive, entry) as opened:
            return opened.read()
    except (BadZipFile, zlib.error, EOFError) as error:
        raise SourceUnreadable(DAMAGED) from error


def check_entry(entry: ZipInfo) -> None:
    """Raises SourceUnreadable if the entry is encrypted, compressed by a rare method, or a zip bomb."""
    if entry.flag_bits & _ENCRYPTED_FLAG:
        raise SourceUnreadable(Phrase("encrypted; pack it again without a password"))
    if entry.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
        raise SourceUnreadable(Phrase("unsupported compression method; pack it again as an ordinary zip"))
    if _is_bomb(entry.file_size, entry.compress_size):
        raise SourceUnreadable(COMPRESSED_LIKE_A_BOMB)


def open_entry(archive: ZipFile, entry: ZipInfo) -> BinaryIO:
    """The content of an entry as a stream. Raises BadZipFile."""
    try:
        return cast(BinaryIO, archive.open(entry))
    except (ValueError, NotImplementedError) as error:  # an impossible offset, or an undecodable name
        raise BadZipFile(str(error)) from error
