"""Which process owns a library's folder.

Two processes that write to one vector store lose vectors silently, so the owner holds a file lock.
"""

from __future__ import annotations

import json
import os
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from index.errors import ArchiveBroken, ArchiveLocked
from index.storage.private_file import write_privately


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """A process: where it serves HTTP, if it does, and its key for callers that can read the folder."""

    pid: int = 0
    address: str = ""
    token: str = ""


def own_folder(folder: Path, *, address: str = "", token: str = "") -> FolderLock:
    """Makes this process the owner of a folder, which is created if there is none. `address` is where it
    serves HTTP, and `token` its key for callers that can read the folder; others learn both from their error.

    Raises ArchiveLocked if another process owns the folder, and ArchiveBroken if it cannot be a folder.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ArchiveBroken(
            f"{folder} cannot hold the archive: {error.strerror}; choose another --home"
        ) from None
    return FolderLock(folder, address=address, token=token)


class FolderLock:
    """This process's ownership of a folder, from construction until `release`."""

    def __init__(self, folder: Path, *, address: str = "", token: str = "") -> None:
        """Raises ArchiveLocked, with the owner's process id and address, if another process is the owner."""
        self._folder = folder
        self._owner_file = folder / "owner.json"
        self._lock = FileLock(folder / "owner.lock")
        try:
            self._lock.acquire(timeout=0)
        except Timeout:
            raise self._locked() from None
        owner = Owner(pid=os.getpid(), address=address, token=token)
        write_privately(self._owner_file, json.dumps(asdict(owner)))

    def check(self) -> None:
        """Raises ArchiveBroken if the folder no longer belongs to this process."""
        if self._owner().pid != os.getpid():
            raise ArchiveBroken(
                f"the archive in {self._folder} no longer belongs to this process: its folder was moved, "
                "replaced or unmounted; put it back and restart"
            )

    def release(self) -> None:
        if self._lock.is_locked:  # after an earlier release the file may be the next owner's
            self._owner_file.unlink(missing_ok=True)
            self._lock.release()

    def _locked(self) -> ArchiveLocked:
        owner = self._owner()
        where = f", which answers at {owner.address}" if owner.address else ""
        return ArchiveLocked(
            f"the archive in {self._folder} is in use by process {owner.pid or '(unknown)'}{where}; "
            f"stop that one first{', or ask it there' if owner.address else ''}",
            owner.address,
            owner.token,
        )

    def _owner(self) -> Owner:
        """The owner noted in the file; unknown if that is missing, invalid or left by a killed process."""
        try:
            fields = json.loads(self._owner_file.read_text())
            owner = Owner(pid=int(fields["pid"]), address=str(fields["address"]), token=str(fields["token"]))
            with suppress(PermissionError):  # the process exists, of another user
                os.kill(owner.pid, 0)  # signal 0 only checks that the process exists
        except (OSError, ValueError, KeyError, TypeError):
            return Owner()
        return owner
