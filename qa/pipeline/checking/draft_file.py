"""Reads the text that is to be checked from a file."""

from __future__ import annotations

from pathlib import Path

from index.readers.registry import read_sources
from index.readers.source_file import SourceFile
from index.schemas import Skipped
from index.text.messages.phrase import Phrase
from qa.errors import TextInvalid

FORMATS = (".txt", ".md", ".html", ".htm", ".docx", ".pdf")
"""The formats whose files are one text."""


def read_draft(file: Path | SourceFile) -> str:
    """The text of the file. Raises TextInvalid if it is not one text, or cannot be read."""
    if file.suffix.lower() not in FORMATS:
        raise TextInvalid(
            Phrase(
                "{file} is not one text; check a file of {formats}",
                file=_name(file),
                formats=" ".join(FORMATS),
            )
        )
    [read] = read_sources([file])
    if isinstance(read, Skipped):
        raise TextInvalid(
            Phrase(
                "{file} cannot be checked: {reason}; correct it, or choose another file",
                file=_name(file),
                reason=read.reason,
            )
        )
    return read.text


def _name(file: Path | SourceFile) -> str:
    return str(file) if isinstance(file, Path) else file.name
