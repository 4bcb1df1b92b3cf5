"""Progress reports of a download, and the disk space that it needs."""

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
"""Called with the current step, the bytes done and the total; possibly from another thread."""
INTERVAL_SECONDS = 0.25


@contextmanager
def watch_folder(weights: Weights, what: str, folder: Path, before: int, report: Progress) -> Iterator[None]:
    """Reports the size of `folder`, plus the bytes `before`, while other code downloads into it."""
    finished = threading.Event()

    def watch() -> None:
        while not finished.wait(INTERVAL_SECONDS):
            done = min(before + folder_size(folder), weights.size)
            report(f"{weights.name}: {what}", done, weights.size)

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        finished.set()
        watcher.join()


def folder_size(folder: Path) -> int:
    """The bytes of all files in a folder that may change meanwhile."""
    # os.walk, unlike rglob, tolerates folders that disappear during the walk.
    return sum(file_size(Path(root, name)) for root, _, names in os.walk(folder) for name in names)


def file_size(path: Path) -> int:
    """The bytes of a file, 0 if it no longer exists."""
    with suppress(OSError):
        return path.stat().st_size
    return 0


def empty_folder(folder: Path) -> Path:
    """Creates the folder, or empties an existing one."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def require_free_space(weights: Weights, folder: Path, needed: int) -> None:
    """Raises DiskFull if fewer than `needed` bytes are free."""
    if shutil.disk_usage(folder).free < needed:
        raise disk_full(weights, folder, needed)


def disk_full(weights: Weights, folder: Path, needed: int) -> DiskFull:
    """The error that says how much space is needed."""
    free = shutil.disk_usage(folder).free
    return DiskFull(
        f"{weights.name} needs {needed / 1e6:,.0f} MB in {folder}, which has {free / 1e6:,.0f} MB free; "
        "make room and run it again, what was downloaded so far is kept"
    )
