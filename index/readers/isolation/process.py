"""Starts and stops the processes that read files, and says why one died."""

from __future__ import annotations

import atexit
import select
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from multiprocessing import Pipe
from typing import Any

from index.child_process import child_command, child_environment
from index.readers.isolation.messages import CPU_SECONDS

WALL_SECONDS = 4 * CPU_SECONDS
"""How long one article may take where the process computes for a part of the time only."""
IDLE_SECONDS = 30.0
"""How long a process that has read a file waits for the next one."""
_POLL_MILLISECONDS = 100
TOO_LONG = f"takes longer than {CPU_SECONDS} s to read; split or simplify it, and add it again"
CRASHED = "crashes its reader ({signal}); convert it to another format and add that"
KILLED = "was not read, since its reader was killed from outside, perhaps for want of memory; split it"


class ProcessDied(Exception):
    """The process died; the message is the reason."""


class Cancelled(Exception):
    """The caller no longer wants the file."""


class ReaderProcess:
    """A child process that reads files, as long as it is not closed."""

    def __init__(self) -> None:
        self.worn = False  # it has used much memory, and should not read another file
        self._connection, theirs = Pipe()
        self._readable = select.poll()  # `Connection.poll` would make one at every call
        self._readable.register(self._connection, select.POLLIN)
        with theirs:
            self._process = subprocess.Popen(
                child_command("index.readers.isolation.child", str(theirs.fileno())),
                pass_fds=[theirs.fileno()],
                env=child_environment(),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,  # an interrupt from the terminal is for this process alone
            )

    def send(self, message: object) -> None:
        """Raises ProcessDied."""
        try:
            self._connection.send(message)
        except OSError:
            raise self._death() from None

    def receive(self, cancelled: threading.Event | None = None) -> Any:
        """The next message. Raises ProcessDied, also if none comes within WALL_SECONDS, and Cancelled."""
        started = time.monotonic()
        try:
            while not self._readable.poll(_POLL_MILLISECONDS):
                if cancelled and cancelled.is_set():
                    raise Cancelled
                if time.monotonic() - started > WALL_SECONDS:
                    raise ProcessDied(TOO_LONG)
            return self._connection.recv()
        except (EOFError, OSError):
            raise self._death() from None

    def _death(self) -> ProcessDied:
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(1)
        killed_by = -(self._process.returncode or 0)
        if killed_by == signal.SIGPROF:
            return ProcessDied(TOO_LONG)
        if killed_by == signal.SIGKILL:
            return ProcessDied(KILLED)
        name = signal.Signals(killed_by).name if killed_by > 0 else "it ended"
        return ProcessDied(CRASHED.format(signal=name))

    def close(self) -> None:
        """Ends the process at once."""
        self._connection.close()
        self._process.kill()
        self._process.wait()


class _Pool:
    """Keeps one process for the next files: starting one takes about as long as reading twenty pages."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._idle: ReaderProcess | None = None
        self._since = 0.0
        self._timer: threading.Timer | None = None

    def take(self) -> ReaderProcess:
        with self._lock:
            process, self._idle = self._idle, None
        return process or ReaderProcess()

    def keep(self, process: ReaderProcess) -> None:
        with self._lock:
            replaced, self._idle = self._idle, process
            self._since = time.monotonic()
            if not self._timer:
                self._start_timer(IDLE_SECONDS)
        if replaced:
            replaced.close()

    def _start_timer(self, seconds: float) -> None:
        self._timer = threading.Timer(seconds, self._close_if_idle)
        self._timer.daemon = True
        self._timer.start()

    def _close_if_idle(self) -> None:
        with self._lock:
            remaining = self._since + IDLE_SECONDS - time.monotonic()
            if remaining > 0:
                self._start_timer(remaining)
                return
            self._timer = None
        self.close()

    def close(self) -> None:
        with self._lock:
            process, self._idle = self._idle, None
        if process:
            process.close()


_POOL = _Pool()
atexit.register(_POOL.close)


@contextmanager
def borrowed_process() -> Iterator[ReaderProcess]:
    """A process; it is kept for others if it is not worn and the block raises nothing."""
    process = _POOL.take()
    try:
        yield process
    except BaseException:
        process.close()
        raise
    if process.worn:
        process.close()
    else:
        _POOL.keep(process)
