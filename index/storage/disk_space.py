"""Free space on the disk of a local store."""

from __future__ import annotations

import shutil
from pathlib import Path

from index.errors import DiskFull

# With less than this the databases could fail in the middle of a write.
MIN_FREE_BYTES = 100_000_000


def ensure_space(folder: Path) -> None:
    """Raises DiskFull if less than MIN_FREE_BYTES are free on the disk of the folder."""
    if free_bytes(folder) < MIN_FREE_BYTES:
        raise DiskFull(
            f"less than {MIN_FREE_BYTES // 1_000_000} MB are free on the disk of {folder}; "
            "nothing was lost: free some space and add the same again"
        )


def free_bytes(folder: Path) -> int:
    """The free space on the disk of the folder."""
    return shutil.disk_usage(folder).free


def disk_full(folder: Path) -> DiskFull:
    """The error for a write that failed because the disk is full."""
    return DiskFull(f"the disk of {folder} is full; nothing was lost: free some space and go on")
