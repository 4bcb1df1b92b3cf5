"""What an export holds of a server's state: keys, as their hashes, and feedback."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from pydantic import ValidationError

from index.errors import SnapshotInvalid
from qa.telemetry.feedback import read_lines, to_line
from qa.web.auth.api_keys import KEYS, ApiKey
from qa.web.state.state import ServerState

KEYS_MEMBER, FEEDBACK_MEMBER = "keys.json", "feedback.jsonl"


class StateAttachments:
    """Keys and feedback of a home or a database, to be exported, or added to those of another one."""

    def __init__(self, state: ServerState) -> None:
        self._state = state

    def contents(self) -> Mapping[str, bytes]:
        keys, entries = self._state.keys.all(), self._state.feedback.read()
        contents = {
            KEYS_MEMBER: KEYS.dump_json(keys, indent=1) if keys else b"",
            FEEDBACK_MEMBER: "".join(f"{to_line(entry)}\n" for entry in entries).encode(),
        }
        return {name: content for name, content in contents.items() if content}

    @contextmanager
    def adding(self, contents: Mapping[str, bytes]) -> Iterator[None]:
        """Adds feedback before the block, and keys after it, so that none is valid whose import fails.
        Raises KeysInvalid, FeedbackFull, DiskFull, StoreUnavailable too.
        """
        # A line of feedback that only another version reads is left out; that of a key is not.
        keys = exported_keys(contents)
        entries = list(read_lines(filter(None, contents.get(FEEDBACK_MEMBER, b"").split(b"\n"))))
        if keys:
            self._state.keys.all()  # raises, while nothing is changed, what adding to them would
        if entries:
            self._state.feedback.merge(entries)
        yield
        if keys:
            self._state.keys.merge(keys)


def exported_keys(contents: Mapping[str, bytes]) -> tuple[ApiKey, ...]:
    """The keys of an export. Raises SnapshotInvalid if another version wrote them."""
    try:
        return KEYS.validate_json(contents.get(KEYS_MEMBER, b"[]"))
    except ValidationError:
        raise SnapshotInvalid(
            f"the {KEYS_MEMBER} of the export is not of this version of Quoth; update it, or import the "
            "articles alone, with --articles-only"
        ) from None
