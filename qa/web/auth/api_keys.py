"""API keys and what each one permits. Only their hashes are stored.

A key is 256 random bits, so it cannot be guessed from its SHA-256 hash. A slow password hash would add time
to every request and no security.
"""

from __future__ import annotations

import hmac
import os
import secrets
import stat
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Protocol

from filelock import FileLock
from pydantic import Field, TypeAdapter, ValidationError

from index.storage.folders.layout import checked_name
from index.storage.private_file import write_privately
from qa.auth import Caller, Role
from qa.errors import KeysInvalid
from qa.schemas import Schema

PREFIX = "quoth_"
"""Every key begins with this, so that secret scanners recognise a leaked one."""


class ApiKey(Schema):
    """A stored key. Without `collections` it is valid for all of them."""

    name: str = Field(pattern=r"^[\w.@-]{1,64}$")
    role: Role
    collections: tuple[str, ...] = ()
    digest: str = Field(pattern=r"^[0-9a-f]{64}$")
    made: datetime

    @property
    def caller(self) -> Caller:
        """The caller that this key identifies."""
        return Caller(name=self.name, role=self.role, collections=self.collections)


KEYS = TypeAdapter(tuple[ApiKey, ...])
"""Several keys, as they are stored."""


def generate_token() -> str:
    """A new random key."""
    return PREFIX + secrets.token_urlsafe(32)


def hash_token(token: str) -> str:
    """The SHA-256 of a token, in hexadecimal."""
    return sha256(token.encode("utf-8", "replace")).hexdigest()


class ApiKeys(Protocol):
    """The keys of a server, or of several. Changes take effect at once."""

    def all(self) -> tuple[ApiKey, ...]:
        """All keys, sorted by name."""

    def exist(self) -> bool:
        """Whether there is a key, or has been one as far as is known."""

    def find(self, token: str) -> ApiKey | None:
        """The key with this token. The time taken does not depend on which key matches."""

    def add(self, name: str, role: Role, collections: Sequence[str] = ()) -> str:
        """Adds a key and returns its token, which cannot be recovered later.

        Raises KeysInvalid if the name is invalid or taken.
        """

    def merge(self, keys: Iterable[ApiKey]) -> None:
        """Adds keys of another server as they are; one whose name is taken, or that is there under another
        name, is left out.
        """

    def remove(self, name: str) -> None:
        """Revokes a key and ends its sessions at once. Raises KeysInvalid if there is none of this name."""


def new_key(name: str, role: Role, collections: Sequence[str], token: str) -> ApiKey:
    """A key of this token. Raises KeysInvalid, CollectionInvalid if a name is invalid."""
    try:
        return ApiKey(
            name=name,
            role=role,
            collections=tuple(checked_name(collection) for collection in collections),
            digest=hash_token(token),
            made=datetime.now(UTC),
        )
    except ValidationError:
        raise KeysInvalid(
            f"'{name}' is not a valid key name; use up to 64 letters, digits and any of . _ @ -"
        ) from None


def name_taken(name: str) -> KeysInvalid:
    """The error of adding a key whose name another has."""
    return KeysInvalid(f"there is a key named '{name}'; remove it first, or choose another name")


def name_unknown(name: str) -> KeysInvalid:
    """The error of removing a key that there is not."""
    return KeysInvalid(f"there is no key named '{name}'; `quoth keys list` shows all keys")


class ApiKeyFile:
    """The keys of a home folder, in a file that only its owner can read.

    Every method raises KeysInvalid if the file is damaged or readable by others.
    """

    def __init__(self, home: Path) -> None:
        self._file = home / "keys.json"
        self._cached: tuple[tuple[int, ...], tuple[ApiKey, ...]] | None = None

    def all(self) -> tuple[ApiKey, ...]:
        try:
            status = self._file.stat()
        except FileNotFoundError:
            return ()
        version = (status.st_ino, status.st_mtime_ns, status.st_size)
        if self._cached is None or self._cached[0] != version:
            self._cached = (version, self._parse(status))
        return self._cached[1]

    def exist(self) -> bool:
        return bool(self.all())

    def _parse(self, status: os.stat_result) -> tuple[ApiKey, ...]:
        if status.st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise KeysInvalid(f"other users can read {self._file}; run `chmod 600 {self._file}`")
        try:
            return KEYS.validate_json(self._file.read_bytes())
        except (OSError, ValidationError) as error:
            raise KeysInvalid(
                f"the keys in {self._file} cannot be read ({type(error).__name__}); restore the file, or "
                "remove it and make new keys"
            ) from None

    def find(self, token: str) -> ApiKey | None:
        wanted, found = hash_token(token), None
        for key in self.all():
            if hmac.compare_digest(key.digest, wanted):
                found = key
        return found

    def add(self, name: str, role: Role, collections: Sequence[str] = ()) -> str:
        token = generate_token()
        key = new_key(name, role, collections, token)
        with self._lock():
            if any(existing.name == name for existing in self.all()):
                raise name_taken(name)
            self._write((*self.all(), key))
        return token

    def merge(self, keys: Iterable[ApiKey]) -> None:
        with self._lock():
            present = list(self.all())
            for key in keys:
                if not any(key.name == one.name or key.digest == one.digest for one in present):
                    present.append(key)
            self._write(present)

    def remove(self, name: str) -> None:
        with self._lock():
            remaining = tuple(key for key in self.all() if key.name != name)
            if len(remaining) == len(self.all()):
                raise name_unknown(name)
            self._write(remaining)

    def _lock(self) -> FileLock:
        self._file.parent.mkdir(parents=True, exist_ok=True)
        return FileLock(self._file.with_suffix(".lock"))

    def _write(self, keys: Sequence[ApiKey]) -> None:
        ordered = tuple(sorted(keys, key=lambda key: key.name))
        write_privately(self._file, KEYS.dump_json(ordered, indent=1).decode())
