"""The articles of a file, read in another process. What is wrong with a file harms only that file."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from index.errors import SourceUnreadable
from index.readers.isolation.messages import (
    Accepted,
    Counted,
    Entered,
    Finished,
    ItemPosition,
    LinkedPage,
    Reading,
    ReadRequest,
)
from index.readers.isolation.process import Cancelled, ProcessDied, ReaderProcess, borrowed_process
from index.readers.source_file import SourceFile
from index.schemas import Article, Skipped
from index.text.messages.phrase import Phrase

MAX_DEATHS = 3
"""What remains of a file is not read after so many of its items have killed their process."""
NO_PROCESS = Phrase(
    "the process that reads files cannot be started; see `quoth doctor`, or install Quoth again"
)
REST_UNREAD = Phrase(
    "the rest was not read, after {number} of its files or articles could not be; unpack it",
    number=MAX_DEATHS,
)

Fetch = Callable[[str], SourceFile]
Outcome = Article | Skipped

_CANCELLED: ContextVar[threading.Event | None] = ContextVar("cancelled", default=None)


@contextmanager
def cancelled_by(event: threading.Event) -> Iterator[None]:
    """Once the event is set, what this thread reads in the block ends, even within an article."""
    token = _CANCELLED.set(event)
    try:
        yield
    finally:
        _CANCELLED.reset(token)


def is_cancelled() -> bool:
    """Whether what this thread does in `cancelled_by` shall end."""
    event = _CANCELLED.get()
    return event is not None and event.is_set()


def read_isolated(file: SourceFile, fetch: Fetch | None = None) -> Iterator[Outcome]:
    """The articles of a file and what is skipped in it, read while they are iterated.

    An article that takes more than CPU_SECONDS or MEMORY_BYTES is skipped, and the others are read. With
    `fetch`, the pages that a feed links to are read too.
    """
    for outcome in _outcomes(file, fetch, reading=True):
        if not isinstance(outcome, Counted):
            yield outcome


def count_isolated(file: SourceFile) -> int:
    """The number of items that `read_isolated` yields."""
    return sum(1 for _ in _outcomes(file, None, reading=False))


def _outcomes(file: SourceFile, fetch: Fetch | None, *, reading: bool) -> Iterator[Outcome | Counted]:
    start = ItemPosition()
    for _ in range(MAX_DEATHS):
        attempt = _Attempt(file, fetch, reading=reading, start=start)
        try:
            with borrowed_process() as process:
                yield from attempt.outcomes(process)
            return
        except Cancelled:
            return
        except ProcessDied as death:
            if attempt.accepted:
                yield Skipped(source=attempt.current, reason=str(death))
            if attempt.next_start is None:
                return
            start = attempt.next_start
    yield Skipped(source=file.name, reason=REST_UNREAD if attempt.accepted else NO_PROCESS)


class _Attempt:
    """One process that reads a file from `start` on, and how far it came."""

    def __init__(self, file: SourceFile, fetch: Fetch | None, *, reading: bool, start: ItemPosition) -> None:
        self.accepted = False
        self._file, self._fetch, self._start = file, fetch, start
        self._request = ReadRequest(file=file, start=start, reading=reading, linked=fetch is not None)
        self._member = Entered(0, file.name)
        self._item: Reading | None = None  # the one that is being read

    def outcomes(self, process: ReaderProcess) -> Iterator[Outcome | Counted]:
        """Raises ProcessDied, Cancelled."""
        process.send(self._request)
        while True:
            match process.receive(_CANCELLED.get()):
                case Accepted():
                    self.accepted = True
                case Entered() as member:
                    self._member = member
                case Reading() as item:
                    self._item = item
                case LinkedPage(address):
                    process.send(self._linked_page(address))
                case Finished(worn):
                    process.worn = worn
                    return
                case outcome:
                    self._item = None
                    yield outcome

    def _linked_page(self, address: str) -> SourceFile | SourceUnreadable:
        try:
            if self._fetch is None:
                raise SourceUnreadable(Phrase("not fetched"))
            return self._fetch(address)
        except SourceUnreadable as error:
            return error

    @property
    def current(self) -> str:
        """What was read last."""
        return self._item.source if self._item else self._member.name

    @property
    def next_start(self) -> ItemPosition | None:
        """Where to go on without what was read last; None if nothing follows it."""
        if not self.accepted:
            return self._start
        if self._item:
            return ItemPosition(self._item.position.member, self._item.position.item + 1)
        return ItemPosition(self._member.member + 1) if self._member.member else None
