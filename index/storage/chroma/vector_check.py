"""Whether the vector store's files can be opened.

Damaged ones crash the process that opens them, or hide most of the vectors, so a child process tries first.
Files that this program closed itself are not tried again.

Run as a program, this module is the child.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from index.child_process import child_command, child_environment
from index.errors import ArchiveBroken, QuothError

SECONDS = 600
"""The time for reading all vectors once; a million of them take about a minute."""
_SEAL = "closed.json"
_BATCH = 2_000
_UNIT_TOLERANCE = 0.01


def check_openable(folder: Path) -> None:
    """Raises ArchiveBroken if the store in the folder is damaged. As `seal` saw it, it is not."""
    if not has_vectors(folder) or _index_files(folder) == _sealed(folder):
        return
    if damage := find_damage(folder):
        raise ArchiveBroken(
            f"the vectors in {folder} are damaged ({damage}), but the articles are whole; run "
            "`quoth doctor --mend`, which computes the vectors again"
        )


def has_vectors(folder: Path) -> bool:
    """Whether anything was ever stored in the folder; takes no time."""
    return (folder / "chroma.sqlite3").exists()


def find_damage(folder: Path) -> str:
    """What is wrong with the store in the folder, which must not be open; empty if every vector can be read
    and a search works.
    """
    command = child_command("index.storage.chroma.vector_check", str(folder))
    try:
        tried = subprocess.run(
            command, env=child_environment(), capture_output=True, text=True, timeout=SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        return f"reading them takes longer than {SECONDS} s"
    if tried.returncode < 0:
        with suppress(ValueError):
            return f"reading them crashes: {signal.Signals(-tried.returncode).name}"
    lines = [*tried.stdout.split("\n"), *tried.stderr.split("\n")]
    return (next(filter(None, lines), "") or "they cannot be read") if tried.returncode else ""


def seal(folder: Path) -> None:
    """Notes the state of the files of a store that was just closed."""
    with suppress(OSError):  # without it, the next start takes a second longer
        (folder / _SEAL).write_text(json.dumps(_index_files(folder)))


def _sealed(folder: Path) -> object:
    try:
        return json.loads((folder / _SEAL).read_text())
    except (OSError, ValueError):
        return None


def _index_files(folder: Path) -> dict[str, list[int]]:
    """Size and time of change of each file of the nearest-neighbour index, which Chroma does not check."""
    found = {str(path.relative_to(folder)): path.stat() for path in folder.glob("*/*")}
    segments = {str(path.relative_to(folder)): path.stat() for path in folder.glob("*/")}
    return {
        **{name: [stat.st_size, stat.st_mtime_ns] for name, stat in sorted(found.items())},
        **{name: [] for name in sorted(segments)},
    }


def _try(folder: Path) -> None:
    """Reads every vector and searches once. Raises QuothError, or crashes, if that fails."""
    import numpy as np

    from index.schemas import Filters
    from index.storage.chroma.folder_client import FolderClient
    from index.storage.chroma.vector_store import ChromaVectorStore

    store = ChromaVectorStore(FolderClient(folder, check=False))
    ids = sorted(store.ids())
    first = np.empty((0, 0), dtype=np.float32)
    for start in range(0, len(ids), _BATCH):
        found, vectors = store.get(ids[start : start + _BATCH])
        norms = np.linalg.norm(vectors, axis=1)
        if len(found) != len(ids[start : start + _BATCH]):
            raise ArchiveBroken("some of them are missing")
        if not (np.abs(norms - 1) < _UNIT_TOLERANCE).all():
            raise ArchiveBroken("some of them are no unit vectors")
        first = vectors if not start else first
    if ids and not store.nearest(first[0], min(10, len(ids)), Filters()):
        raise ArchiveBroken("a search finds nothing")


def main() -> None:
    """Tries the folder given as argument; prints what is wrong with it."""
    try:
        _try(Path(sys.argv[1]))
    except QuothError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
