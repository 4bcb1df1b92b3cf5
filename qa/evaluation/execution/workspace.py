"""Where a run keeps what it needs until it is whole: its journal, and articles given for it alone."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator
from pathlib import Path

# What a home of its own shares with the one it stands in.
SHARED = ("models", "states")
FOLDER = "evaluations"


def digest(*parts: str | Path) -> str:
    """16 hexadecimal digits that depend on the texts, and on what stands in the files and folders."""
    found = hashlib.sha256()
    for part in parts:
        for piece in [part.encode("utf-8", "surrogatepass")] if isinstance(part, str) else _pieces(part):
            found.update(hashlib.sha256(piece).digest())
    return found.hexdigest()[:16]


def _pieces(path: Path) -> Iterator[bytes]:
    for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
        if file.is_file():
            yield bytes(file.relative_to(path)) + b"\0" + file.read_bytes()


def journal_of(home: Path, *parts: str | Path) -> Path:
    """The journal of the runs that have these parts in common."""
    return home / FOLDER / f"{digest(*parts)}.jsonl"


def temporary_home(home: Path, articles: Path) -> Path:
    """A home within `home` for these articles, made where it is missing, with the same models.

    A home of its own and not a collection: it needs no lock on the other one, which a server may
    hold, and can be thrown away in whole.
    """
    folder = home / FOLDER / digest(articles)
    folder.mkdir(parents=True, exist_ok=True)
    for name in SHARED:
        (home / name).mkdir(parents=True, exist_ok=True)
        if not (folder / name).is_symlink():
            (folder / name).symlink_to((home / name).absolute(), target_is_directory=True)
    return folder


def clean(home: Path, journal: Path) -> None:
    """Throws away what a whole run no longer needs: the journal, and the home if it was temporary."""
    journal.unlink(missing_ok=True)
    if home.parent.name == FOLDER:
        shutil.rmtree(home)
