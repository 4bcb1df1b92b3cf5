"""Zips, and documents that are zips, without a bomb going off: nothing is unpacked to the disk."""

from __future__ import annotations

import stat
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import PurePosixPath
from typing import BinaryIO, cast
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from index.errors import SourceUnreadable
from index.readers.file import MAX_DOCUMENT_BYTES, Pieces, SourceFile, refuse_misnamed
from index.schemas import Skipped

MAX_ENTRIES = 100_000
MAX_UNPACKED_BYTES = 2_000_000_000
"""All entries of a zip together, whether they are read or not."""
MAX_RATIO = 200
"""How many times smaller than itself an entry may be packed; text is by 3 to 30."""
_SMALL = 1_000_000  # what is this small does no harm, however it is packed
_ENCRYPTED = 0x1


def files_of(
    file: SourceFile, belongs: Callable[[str], bool], pieces: Callable[[SourceFile], Pieces]
) -> Pieces:
    """The `pieces` of each entry of a .zip that `belongs` by its name, in the zip's order; no zip in it.

    Raises SourceUnreadable where it is broken or larger than the limits above.
    """
    with opened_zip(file) as archive:
        empty = True
        for entry in archive.infolist():
            parts = PurePosixPath(entry.filename).parts
            if (
                entry.is_dir()
                or not all(belongs(part) for part in parts if part != "..")
                or "__MACOSX" in parts
            ):
                continue
            empty = False
            name = f"{file.name}/{entry.filename}"
            try:
                member = _member(archive, entry, file)
            except SourceUnreadable as error:
                yield Skipped(source=_printable(name), reason=str(error))
                continue
            yield from pieces(member)
    if empty:
        raise SourceUnreadable("nothing in it to read")


def _member(archive: ZipFile, entry: ZipInfo, file: SourceFile) -> SourceFile:
    path = PurePosixPath(entry.filename)
    # Nothing is written anywhere; but a name that lies would be shown to people and kept as an origin.
    if path.is_absolute() or ".." in path.parts or "\\" in entry.filename or not entry.filename.isprintable():
        raise SourceUnreadable("its path is not one inside the zip; pack it again")
    if stat.S_ISLNK(entry.external_attr >> 16):
        raise SourceUnreadable("a link; pack what it leads to")
    if path.suffix.lower() == ".zip":
        raise SourceUnreadable("a zip in a zip; unpack it and add it by itself")
    _check(entry)
    return SourceFile(
        name=f"{file.name}/{path}",
        suffix=path.suffix.lower(),
        origin=f"{file.origin}/{path}",
        size=entry.file_size,
        # It never gives more bytes than `file_size`, whatever comes out of the unpacking.
        open=partial(_opened, archive, entry),
    )


@contextmanager
def opened_zip(file: SourceFile) -> Iterator[ZipFile]:
    """The zip, its bounds checked. Raises SourceUnreadable."""
    if not file.size:
        raise SourceUnreadable("empty")
    with file.open() as opened:
        try:
            archive = ZipFile(opened)
        except (BadZipFile, ValueError, NotImplementedError) as error:
            opened.seek(0)
            refuse_misnamed(opened.read(1000), b"PK\x03\x04")
            raise SourceUnreadable("not a zip, or a damaged one") from error
        with archive:
            entries = archive.infolist()
            if len(entries) > MAX_ENTRIES:
                raise SourceUnreadable(f"{len(entries):,} entries, more than {MAX_ENTRIES:,}; split it")
            size = sum(entry.file_size for entry in entries)
            if size > MAX_UNPACKED_BYTES:
                raise SourceUnreadable(
                    f"{size / 1e9:.1f} GB unpacked, more than {MAX_UNPACKED_BYTES / 1e9:.0f}; split it"
                )
            yield archive


def entry_bytes(archive: ZipFile, name: str, limit: int = MAX_DOCUMENT_BYTES) -> bytes:
    """What lies under this name. Raises SourceUnreadable where it is missing, damaged or too large."""
    try:
        entry = archive.getinfo(name)
    except KeyError as error:
        raise SourceUnreadable(f"damaged; {name[:100]!r} is missing in it") from error
    _check(entry)
    if entry.file_size > limit:
        raise SourceUnreadable(
            f"{name[:100]!r} in it is {entry.file_size / 1e6:.0f} MB, more than {limit / 1e6:.0f}"
        )
    try:
        with _opened(archive, entry) as opened:
            return opened.read()
    except (BadZipFile, zlib.error, EOFError) as error:
        raise SourceUnreadable("damaged; unpack it to see what is left") from error


def _check(entry: ZipInfo) -> None:
    if entry.flag_bits & _ENCRYPTED:
        raise SourceUnreadable("encrypted; pack it again without a password")
    if entry.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
        raise SourceUnreadable("packed with an unusual method; pack it again as an ordinary zip")
    if entry.file_size > max(_SMALL, MAX_RATIO * entry.compress_size):
        raise SourceUnreadable(
            f"packed to less than 1/{MAX_RATIO} of itself, as only harmful files are; unpack it yourself"
        )


def _opened(archive: ZipFile, entry: ZipInfo) -> BinaryIO:
    try:
        return cast(BinaryIO, archive.open(entry))
    except (ValueError, NotImplementedError) as error:  # a place before the file, a name in no encoding
        raise BadZipFile(str(error)) from error


def _printable(name: str) -> str:
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in name)
