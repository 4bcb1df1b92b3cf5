"""A download: how far it is, and the room that it needs."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from index.errors import DiskFull
from qa.llm.weights import Weights

Progress = Callable[[str, int, int], None]
"""Called with what is being done, bytes done and bytes in all; at times from another thread."""


@contextmanager
def watched(weights: Weights, what: str, place: Path, before: int, report: Progress) -> Iterator[None]:
    """Reports four times a second how many bytes lie in `place`, while somebody else fills it."""
    over = threading.Event()

    def watch() -> None:
        while not over.wait(0.25):
            done = min(before + bytes_in(place), weights.size)
            report(f"{weights.name}: {what}", done, weights.size)

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        over.set()
        watcher.join()


def bytes_in(place: Path) -> int:
    """How many bytes lie there, while others come and go."""
    # os.walk, unlike rglob, bears that folders vanish while it walks.
    return sum(size_of(Path(root, name)) for root, _, names in os.walk(place) for name in names)


def size_of(path: Path) -> int:
    """The bytes of a file, 0 where there is none any more."""
    with suppress(OSError):  # moved away meanwhile
        return path.stat().st_size
    return 0


def emptied(place: Path) -> Path:
    """The folder, made anew."""
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    return place


def make_sure_of_room(weights: Weights, place: Path, needed: int) -> None:
    """Raises DiskFull where fewer bytes are free."""
    if shutil.disk_usage(place).free < needed:
        raise full(weights, place, needed)


def full(weights: Weights, place: Path, needed: int) -> DiskFull:
    """Says how much room there must be."""
    free = shutil.disk_usage(place).free
    return DiskFull(
        f"{weights.name} needs {needed / 1e6:,.0f} MB in {place}, which has {free / 1e6:,.0f} MB free; "
        "make room and run it again, what was downloaded so far is kept"
    )
