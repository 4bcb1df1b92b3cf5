"""Small files for their owner's eyes."""

from __future__ import annotations

import os
from pathlib import Path


def write_privately(path: Path, text: str) -> None:
    """Puts the text there as a whole, readable by its owner alone; others may be reading the old one."""
    new = path.with_name(f"{path.name}.new")
    new.unlink(missing_ok=True)
    # Made private: made first and closed to others later, there would be a moment between.
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)
