"""The sentences that an unfinished `quoth check` has checked, in a file, so that it can go on with them."""

from __future__ import annotations

import hashlib
from pathlib import Path

from pydantic import ValidationError

from qa.schemas import CheckedSentence

FOLDER = "checks"


class CheckJournal:
    """A file with one sentence a line, each written as soon as it is checked."""

    def __init__(self, home: Path, *parts: str) -> None:
        """The journal of all checks with the same `parts`, such as the path of the text and the model."""
        digest = hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:16]
        self._file = home / FOLDER / f"{digest}.jsonl"

    def read(self) -> tuple[CheckedSentence, ...]:
        """The sentences, up to one that was not written whole or by another version; none without a file."""
        sentences = []
        # JSON leaves some characters as they are that `splitlines` takes for line ends.
        lines = self._file.read_bytes().split(b"\n") if self._file.exists() else []
        for line in filter(None, lines):
            try:
                sentences.append(CheckedSentence.model_validate_json(line))
            except ValidationError:
                break
        return tuple(sentences)

    def begin(self) -> None:
        """Creates an empty file, or empties the existing one."""
        self._file.parent.mkdir(parents=True, exist_ok=True)
        self._file.touch(mode=0o600)  # the text may not be published yet
        self._file.write_text("", "utf-8")

    def append(self, sentence: CheckedSentence) -> None:
        """Writes the sentence to the file at once."""
        with self._file.open("a", encoding="utf-8") as file:
            file.write(sentence.model_dump_json() + "\n")

    def remove(self) -> None:
        """Deletes the file: the check is finished."""
        self._file.unlink(missing_ok=True)
