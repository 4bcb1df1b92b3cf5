"""Files, folders and patterns on disk."""

from __future__ import annotations

import glob
import stat
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import BinaryIO

from index.readers.source_file import SourceFile
from index.schemas import Skipped
from index.text.messages.phrase import Phrase

EXCLUDED = ("readme.md", "questions.jsonl")
"""Files about a folder of articles, and its test questions."""


def find_files(source: str | Path) -> Iterator[SourceFile | Skipped]:
    """The files of a path and all folders below it, or of a pattern such as `news/*.html`, sorted by name.

    Links are followed, and each folder is read once. In folders and patterns, hidden files and those in
    EXCLUDED are left out; what cannot be read is Skipped. `**` matches any number of folders, and then
    only files match. The path of an existing file is never a pattern.
    """
    name = str(source)
    if not name or "\0" in name:  # Path("") would be the current folder
        yield Skipped(source=name, reason=Phrase("no such file"))
    elif glob.has_magic(name) and not Path(name).exists():
        yield from _matching(name)
    else:
        yield from _below(Path(source))


def is_included(name: str) -> bool:
    """Whether a file or folder with this name is read when only its parent was named."""
    return not name.startswith(".") and name.lower() not in EXCLUDED


def _matching(pattern: str) -> Iterator[SourceFile | Skipped]:
    paths = map(Path, sorted(glob.iglob(pattern, recursive=True)))  # noqa: PTH207
    found = [path for path in paths if is_included(path.name) and not ("**" in pattern and path.is_dir())]
    if not found:
        yield Skipped(source=pattern, reason=Phrase("no file matches this pattern"))
    for path in found:
        yield from _below(path)


def _below(source: Path) -> Iterator[SourceFile | Skipped]:
    pending = [source]
    folders: set[tuple[int, int]] = set()
    while pending:
        path = pending.pop()
        name = str(path).encode("utf-8", "backslashreplace").decode()
        if name != str(path):
            yield Skipped(source=name, reason=Phrase("the name is not UTF-8; rename it and add it again"))
            continue
        try:
            found = path.stat()
            if stat.S_ISDIR(found.st_mode):
                if (found.st_dev, found.st_ino) in folders:
                    yield Skipped(source=name, reason=Phrase("a link to a folder that was already read"))
                    continue
                folders.add((found.st_dev, found.st_ino))
                pending.extend(sorted((e for e in path.iterdir() if is_included(e.name)), reverse=True))
            elif not stat.S_ISREG(found.st_mode):
                yield Skipped(source=name, reason=Phrase("not a regular file"))
            else:
                yield SourceFile(
                    name=name,
                    suffix=path.suffix.lower(),
                    origin=str(path.resolve()),
                    size=found.st_size,
                    open=partial(_open, path.absolute()),
                )
        except FileNotFoundError:
            yield Skipped(source=name, reason="broken link" if path.is_symlink() else "no such file")
        except OSError as error:
            yield Skipped(source=name, reason=describe_error(error))


def _open(path: Path) -> BinaryIO:
    return path.open("rb")


def describe_error(error: OSError) -> str:
    """The operating system's message, such as `permission denied`."""
    return (error.strerror or str(error)).lower()
