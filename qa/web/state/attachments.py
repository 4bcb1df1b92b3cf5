"""What an export holds of a server's state: keys, as their hashes, and feedback."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from pydantic import ValidationError

from index.errors import CollectionInvalid, SnapshotInvalid
from index.storage.folders.layout import checked_name
from qa.telemetry.feedback import Feedback, read_lines, to_line
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

    def check(self, contents: Mapping[str, bytes]) -> None:
        """Raises SnapshotInvalid, KeysInvalid, FeedbackFull, StoreUnavailable."""
        if exported_keys(contents):
            self._state.keys.all()  # raises what adding to them would
        if entries := _entries(contents):
            self._state.feedback.check_room(entries)

    @contextmanager
    def adding(self, contents: Mapping[str, bytes]) -> Iterator[None]:
        """Adds feedback before the block, and keys after it, so that none is valid whose import fails.
        Raises what `check` does, and DiskFull.
        """
        self.check(contents)  # time has passed since
        if entries := _entries(contents):
            self._state.feedback.merge(entries)
        yield
        if keys := exported_keys(contents):
            self._state.keys.merge(keys)


def _entries(contents: Mapping[str, bytes]) -> list[Feedback]:
    # A line that only another version reads is left out; a key is not.
    return list(read_lines(filter(None, contents.get(FEEDBACK_MEMBER, b"").split(b"\n"))))


def exported_keys(contents: Mapping[str, bytes]) -> tuple[ApiKey, ...]:
    """The keys of an export. Raises SnapshotInvalid if another version wrote them."""
    try:
        keys = KEYS.validate_json(contents.get(KEYS_MEMBER, b"[]"))
        for collection in {name for key in keys for name in key.collections}:
            checked_name(collection)  # a database would not take just any text
    except (ValidationError, CollectionInvalid):
        raise SnapshotInvalid(
            f"the {KEYS_MEMBER} of the export is not of this version of Quoth; update it, or import the "
            "articles alone, with --articles-only"
        ) from None
    return keys
