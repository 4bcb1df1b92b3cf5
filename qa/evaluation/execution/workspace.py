"""Files that a run needs until it is finished: its journal, and a temporary home for `--articles`."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator
from pathlib import Path

# Folders that a temporary home shares with the home around it.
SHARED = ("models", "states")
FOLDER = "evaluations"


def digest(*parts: str | Path) -> str:
    """Returns 16 hexadecimal digits of a hash of the texts, and of the content of the files and folders."""
    result = hashlib.sha256()
    for part in parts:
        for content in [part.encode("utf-8", "surrogatepass")] if isinstance(part, str) else _contents(part):
            result.update(hashlib.sha256(content).digest())
    return result.hexdigest()[:16]


def _contents(path: Path) -> Iterator[bytes]:
    for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
        if file.is_file():
            yield bytes(file.relative_to(path)) + b"\0" + file.read_bytes()


def journal_path(home: Path, *parts: str | Path) -> Path:
    """Returns the journal of all runs with the same parts."""
    return home / FOLDER / f"{digest(*parts)}.jsonl"


def temporary_home(home: Path, articles: Path) -> Path:
    """Returns a home inside `home` for these articles, with the same models; creates it if necessary.

    A separate home, not a collection, needs no lock on `home`, which a running server may hold, and can be
    deleted as a whole.
    """
    folder = home / FOLDER / digest(articles)
    folder.mkdir(parents=True, exist_ok=True)
    for name in SHARED:
        (home / name).mkdir(parents=True, exist_ok=True)
        if not (folder / name).is_symlink():
            (folder / name).symlink_to((home / name).absolute(), target_is_directory=True)
    return folder


def remove_temporary_files(home: Path, journal: Path) -> None:
    """Deletes the journal, and the home if it is a temporary one."""
    journal.unlink(missing_ok=True)
    if home.parent.name == FOLDER:
        shutil.rmtree(home)
