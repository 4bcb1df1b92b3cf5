"""Files, folders and patterns on the disk, as the files to be read."""

from __future__ import annotations

import glob
import stat
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import BinaryIO

from index.readers.file import SourceFile
from index.schemas import Skipped

LEFT_OUT = ("readme.md", "questions.jsonl")
"""What a folder of articles has about them, and to test them with."""


def files_at(source: str | Path) -> Iterator[SourceFile | Skipped]:
    """The files of a path with all below it, or of a pattern such as `news/*.html`, sorted by name.

    Links are followed, each folder is read once. Hidden files and folders, and what is named as in LEFT_OUT,
    are left out of a folder or pattern without a word; what cannot be read at all is Skipped. `**` in a
    pattern stands for any folders, and then only files are meant. A path that is there is no pattern.
    """
    name = str(source)
    if not name or "\0" in name:  # Path("") would be the current folder
        yield Skipped(source=name, reason="no such file")
    elif glob.has_magic(name) and not Path(name).exists():
        yield from _matching(name)
    else:
        yield from _below(Path(source))


def belongs(name: str) -> bool:
    """Whether a file or folder of this name is read where it was not named outright."""
    return not name.startswith(".") and name.lower() not in LEFT_OUT


def _matching(pattern: str) -> Iterator[SourceFile | Skipped]:
    deep = "**" in pattern
    found = [path for path in map(Path, sorted(glob.iglob(pattern, recursive=True))) if belongs(path.name)]  # noqa: PTH207
    if deep:
        found = [path for path in found if not path.is_dir()]
    if not found:
        yield Skipped(source=pattern, reason="nothing has a name of this pattern")
    for path in found:
        yield from _below(path)


def _below(source: Path) -> Iterator[SourceFile | Skipped]:
    waiting = [source]
    folders: set[tuple[int, int]] = set()
    while waiting:
        path = waiting.pop()
        name = str(path).encode("utf-8", "backslashreplace").decode()
        if name != str(path):
            yield Skipped(source=name, reason="the name is not UTF-8; rename it and add it again")
            continue
        try:
            found = path.stat()
            if stat.S_ISDIR(found.st_mode):
                if (found.st_dev, found.st_ino) in folders:
                    yield Skipped(source=name, reason="a link to a folder that was read already")
                    continue
                folders.add((found.st_dev, found.st_ino))
                waiting.extend(sorted((e for e in path.iterdir() if belongs(e.name)), reverse=True))
            elif not stat.S_ISREG(found.st_mode):
                yield Skipped(source=name, reason="not a regular file")
            else:
                yield SourceFile(
                    name=name,
                    suffix=path.suffix.lower(),
                    origin=str(path.resolve()),
                    size=found.st_size,
                    open=partial(_opened, path),
                )
        except FileNotFoundError:
            yield Skipped(source=name, reason="broken link" if path.is_symlink() else "no such file")
        except OSError as error:
            yield Skipped(source=name, reason=reason(error))


def _opened(path: Path) -> BinaryIO:
    return path.open("rb")


def reason(error: OSError) -> str:
    """What an error of the disk is called."""
    return (error.strerror or str(error)).lower()
