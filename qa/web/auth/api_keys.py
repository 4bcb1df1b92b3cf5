"""Keys: who may ask this home's server for what. Only their hashes are kept.

A key is 256 random bits, so nobody can guess it from its hash: SHA-256 is enough, and the slow hashes
that passwords need would add nothing but time to every request.
"""

from __future__ import annotations

import hmac
import os
import secrets
import stat
from collections.abc import Sequence
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from filelock import FileLock
from pydantic import Field, TypeAdapter, ValidationError

from index.collection import checked_name
from index.storage.private_file import write_privately
from qa.auth import Caller, Role
from qa.errors import KeysInvalid
from qa.schemas import Schema

MARK = "quoth_"
"""What every key begins with, so that one that leaked is recognised."""


class ApiKey(Schema):
    """What is kept of a key. Without `collections` it is for all of them."""

    name: str = Field(pattern=r"^[\w.@-]{1,64}$")
    role: Role
    collections: tuple[str, ...] = ()
    digest: str
    made: datetime

    @property
    def caller(self) -> Caller:
        """Whoever shows this key."""
        return Caller(name=self.name, role=self.role, collections=self.collections)


_KEYS = TypeAdapter(tuple[ApiKey, ...])


def new_token() -> str:
    """A key nobody else has."""
    return MARK + secrets.token_urlsafe(32)


def digest(token: str) -> str:
    """What is kept of a token."""
    return sha256(token.encode("utf-8", "replace")).hexdigest()


class ApiKeyFile:
    """The keys of a home, in a file only its owner can read. A server notices at once what changes.

    Every method raises KeysInvalid where the file is not what was written.
    """

    def __init__(self, home: Path) -> None:
        self._file = home / "keys.json"
        self._read: tuple[tuple[int, ...], tuple[ApiKey, ...]] | None = None

    def all(self) -> tuple[ApiKey, ...]:
        """All keys, by name."""
        try:
            status = self._file.stat()
        except FileNotFoundError:
            return ()
        state = (status.st_ino, status.st_mtime_ns, status.st_size)
        if self._read is None or self._read[0] != state:
            self._read = (state, self._parsed(status))
        return self._read[1]

    def _parsed(self, status: os.stat_result) -> tuple[ApiKey, ...]:
        if status.st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise KeysInvalid(f"others may read {self._file}; run `chmod 600 {self._file}`")
        try:
            return _KEYS.validate_json(self._file.read_bytes())
        except (OSError, ValidationError) as error:
            raise KeysInvalid(
                f"the keys in {self._file} cannot be read ({type(error).__name__}); restore the file, or "
                "remove it and make new keys"
            ) from None

    def find(self, token: str) -> ApiKey | None:
        """The key with this token. How long it takes tells nothing of the keys there are."""
        sought, found = digest(token), None
        for key in self.all():
            if hmac.compare_digest(key.digest, sought):
                found = key
        return found

    def add(self, name: str, role: Role, collections: Sequence[str] = ()) -> str:
        """Makes a key and tells its token, which nobody can tell again. Raises KeysInvalid."""
        token = new_token()
        try:
            made = ApiKey(
                name=name,
                role=role,
                collections=tuple(checked_name(one) for one in collections),
                digest=digest(token),
                made=datetime.now(UTC),
            )
        except ValidationError:
            raise KeysInvalid(
                f"'{name}' is no name for a key; use up to 64 letters, digits and any of . _ @ -"
            ) from None
        with self._changing():
            if any(key.name == name for key in self.all()):
                raise KeysInvalid(f"there is a key named '{name}'; remove it first, or choose another name")
            self._write((*self.all(), made))
        return token

    def remove(self, name: str) -> None:
        """From now on nobody gets in with it. Raises KeysInvalid where there is none of this name."""
        with self._changing():
            kept = tuple(key for key in self.all() if key.name != name)
            if len(kept) == len(self.all()):
                raise KeysInvalid(f"there is no key named '{name}'; `quoth keys list` shows those there are")
            self._write(kept)

    def _changing(self) -> FileLock:
        self._file.parent.mkdir(parents=True, exist_ok=True)
        return FileLock(self._file.with_suffix(".lock"))

    def _write(self, keys: Sequence[ApiKey]) -> None:
        ordered = tuple(sorted(keys, key=lambda key: key.name))
        write_privately(self._file, _KEYS.dump_json(ordered, indent=1).decode())
