"""The process that reads files. `process` starts it with the number of its end of a socket."""

from __future__ import annotations

import resource
import signal
import sys
from collections.abc import Iterator
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path

from index.errors import SourceUnreadable
from index.readers.isolation.messages import (
    CPU_SECONDS,
    MEMORY_BYTES,
    Accepted,
    Counted,
    Entered,
    Finished,
    ItemPosition,
    LinkedPage,
    Reading,
    ReadRequest,
)
from index.readers.registry import UNREADABLE, read_file, reason_of
from index.readers.source_file import PendingArticle, PendingArticles, SourceFile
from index.schemas import Article, Skipped
from index.text.messages.phrase import Phrase

TOO_MUCH_MEMORY = Phrase(
    "needs more than {number} GB of memory to read; split it and add the parts", number=MEMORY_BYTES // 10**9
)
UNEXPECTED = "cannot be read, because of an error in its reader ({error}); please report it"
# A process that keeps this much after a file is replaced.
_WORN_BYTES = 400_000_000


def serve(connection: Connection) -> None:
    """Reads one requested file after another, until the other end is closed."""
    with suppress(EOFError, OSError):
        while True:
            request: ReadRequest = connection.recv()
            connection.send(Accepted())
            _File(connection, request).send()


class _File:
    """One requested file."""

    def __init__(self, connection: Connection, request: ReadRequest) -> None:
        self._connection = connection
        self._request = request
        self._member, self._item = 0, 0
        self._worn = False

    def send(self) -> None:
        """Sends the outcome of each item as it is read."""
        _limit_time()
        try:
            for pending in self._items():
                position = ItemPosition(self._member, self._item)
                self._item += 1
                if position >= self._request.start:
                    self._connection.send(self._outcome(pending, position))
                _limit_time()
        except Exception as error:
            self._connection.send(Skipped(source=self._request.file.name, reason=self._reason(error)))
        signal.setitimer(signal.ITIMER_PROF, 0)
        worn = self._worn or _resident_bytes() > _WORN_BYTES
        self._connection.send(Finished(worn))

    def _items(self) -> PendingArticles:
        fetch = self._linked_page if self._request.linked else None
        return read_file(self._request.file, fetch=fetch, read_member=self._read_member)

    def _read_member(self, file: SourceFile) -> PendingArticles:
        self._member += 1
        self._item = 0
        if self._member >= self._request.start.member:
            self._connection.send(Entered(self._member, file.name))
            try:
                yield from read_file(file)
            except Exception as error:
                yield Skipped(source=file.name, reason=self._reason(error))

    def _outcome(
        self, pending: PendingArticle | Skipped, position: ItemPosition
    ) -> Article | Skipped | Counted:
        if not self._request.reading:
            return Counted()
        if isinstance(pending, Skipped):
            return pending
        self._connection.send(Reading(position, pending.source))
        try:
            return pending.read()
        except Exception as error:
            return Skipped(source=pending.source, reason=self._reason(error))

    def _reason(self, error: Exception) -> str:
        if any(isinstance(cause, MemoryError) for cause in _causes(error)):
            self._worn = True
            return TOO_MUCH_MEMORY
        if isinstance(error, UNREADABLE):
            return reason_of(error)
        return UNEXPECTED.format(error=f"{type(error).__name__}: {str(error)[:200]}")

    def _linked_page(self, address: str) -> SourceFile:
        self._connection.send(LinkedPage(address))
        answer: SourceFile | SourceUnreadable = self._connection.recv()
        if isinstance(answer, SourceUnreadable):
            raise answer
        return answer


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _resident_bytes() -> int:
    """The memory in use; 0 where the system does not tell. The maximum that `getrusage` gives is the parent's
    if that has more.
    """
    try:
        return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()
    except OSError:
        return 0


def _limit_time() -> None:
    """Kills this process once it has computed for CPU_SECONDS from now. No handler is set, since one would
    run only between two instructions of Python, and not while a parser or a pattern is at work.
    """
    signal.setitimer(signal.ITIMER_PROF, CPU_SECONDS)


def main() -> None:
    """Serves the socket whose number is the argument."""
    with suppress(OSError, ValueError):  # where the system has no such limit
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with Connection(int(sys.argv[1])) as connection:
        serve(connection)


if __name__ == "__main__":
    main()
