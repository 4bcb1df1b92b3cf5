"""Zip archives of other files."""

from __future__ import annotations

import stat
from collections.abc import Callable
from functools import partial
from pathlib import PurePosixPath
from zipfile import ZipFile, ZipInfo

from index.errors import SourceUnreadable
from index.readers.source_file import PendingArticles, SourceFile
from index.readers.zipped.zip_archive import check_entry, open_entry, open_zip
from index.readers.zipped.zip_names import entry_names
from index.schemas import Skipped
from index.text.messages.phrase import Phrase


def read_zip(
    file: SourceFile, *, included: Callable[[str], bool], read_file: Callable[[SourceFile], PendingArticles]
) -> PendingArticles:
    """The articles of the files in a .zip, each read by `read_file`, in the order of the archive.

    A file is left out unless every part of its path is `included`; nested zips are skipped. Raises
    SourceUnreadable if the archive is broken or exceeds the limits of `open_zip`.
    """
    with open_zip(file) as archive:
        entries = [(entry, name) for entry, name in entry_names(archive) if _is_included(name, included)]
        for entry, name in entries:
            try:
                member = _member(archive, entry, name, file)
            except SourceUnreadable as error:
                yield Skipped(source=_printable(f"{file.name}/{name}"), reason=error.message)
                continue
            yield from read_file(member)
    if not entries:
        raise SourceUnreadable(Phrase("contains nothing to read"))


def _is_included(name: str, included: Callable[[str], bool]) -> bool:
    parts = PurePosixPath(name).parts
    return (
        not name.endswith("/")
        and "__MACOSX" not in parts
        and all(included(part) for part in parts if part != "..")
    )


def _member(archive: ZipFile, entry: ZipInfo, name: str, file: SourceFile) -> SourceFile:
    path = PurePosixPath(name)
    # Nothing is written to disk, but the name is shown to users and stored as an origin.
    if path.is_absolute() or ".." in path.parts or not name.isprintable():
        raise SourceUnreadable(Phrase("its path is not valid inside a zip; pack it again"))
    if stat.S_ISLNK(entry.external_attr >> 16):
        raise SourceUnreadable(Phrase("a symbolic link; pack the file it points to"))
    if path.suffix.lower() == ".zip":
        raise SourceUnreadable(Phrase("a zip inside a zip; unpack it and add it separately"))
    check_entry(entry)
    return SourceFile(
        name=f"{file.name}/{path}",
        suffix=path.suffix.lower(),
        origin=f"{file.origin}/{path}",
        size=entry.file_size,
        # zipfile never returns more than `file_size` bytes, whatever the compressed data contains.
        open=partial(open_entry, archive, entry),
        columns=file.columns,
    )


def _printable(name: str) -> str:
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in name)
