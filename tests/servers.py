"""PostgreSQL and Chroma on loopback, in a temporary folder, for the tests of several processes."""

from __future__ import annotations

import itertools
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import httpx

if TYPE_CHECKING:
    from index.storage.postgres.server_storage import ServerStorage

START_SECONDS = 180


@dataclass
class RunningServer:
    """A server of the tests: it can be stopped, killed, paused and started again at its port."""

    command: Sequence[str | Path]
    port: int
    log: Path
    answers: Callable[[int], bool]
    user: str | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    prepare: Callable[[], object] = lambda: None
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    def start(self) -> None:
        self.prepare()
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*map(str, self.command)], stdout=log, stderr=log, user=self.user, cwd="/"
            )  # fmt: skip
        deadline = time.monotonic() + START_SECONDS
        while not self.answers(self.port):
            assert self.process.poll() is None and time.monotonic() < deadline, self.log.read_text()
            time.sleep(0.05)

    def stop(self, with_signal: signal.Signals | None = None) -> None:
        if self.process and self.process.poll() is None:
            self._send(signal.SIGCONT)
            self.process.send_signal(with_signal or self.stop_signal)
            self.process.wait(30)

    def kill(self) -> None:
        if self.process and self.process.poll() is None:
            self._send(signal.SIGKILL)
            self.process.wait(30)

    @contextmanager
    def away(self) -> Iterator[None]:
        """The server is stopped meanwhile."""
        self.stop()
        try:
            yield
        finally:
            self.start()

    @contextmanager
    def silent(self) -> Iterator[None]:
        """The server takes connections and answers nothing meanwhile."""
        self._send(signal.SIGSTOP)
        try:
            yield
        finally:
            self._send(signal.SIGCONT)

    def _send(self, number: signal.Signals) -> None:
        """To the process and those that it started."""
        assert self.process
        own = self.process.pid
        for process in [own, *children(own)]:  # found before: a killed one's become another's
            with suppress(ProcessLookupError):
                os.kill(process, number)


def children(process: int) -> list[int]:
    """The processes that a process has started and that still run."""
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        with suppress(FileNotFoundError, ProcessLookupError):  # it has ended meanwhile
            if int(status.read_text().rpartition(")")[2].split()[1]) == process:
                found.append(int(status.parent.name))
    return found


@dataclass
class Servers:
    postgres: RunningServer
    chroma: RunningServer
    _numbers: Iterator[int] = field(default_factory=itertools.count, repr=False)

    @property
    def chroma_url(self) -> str:
        return f"http://127.0.0.1:{self.chroma.port}"

    def new_database(self) -> str:
        """The address of an empty database."""
        import psycopg

        name = f"quoth_{next(self._numbers)}"
        with psycopg.connect(self.database_url("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
        return self.database_url(name)

    def new_storage(self, url: str | None = None, *, seconds: float = 30) -> ServerStorage:
        """The collections of a database, or of an empty one. `seconds` limits each call."""
        from index.storage.chroma.server_client import ChromaAddress, ChromaServer
        from index.storage.postgres.connection import Postgres
        from index.storage.postgres.server_storage import ServerStorage

        postgres = Postgres(url or self.new_database(), seconds=seconds)
        return ServerStorage(postgres, ChromaServer(ChromaAddress(self.chroma_url), seconds=seconds))

    def database_url(self, name: str) -> str:
        return f"postgresql://quoth@127.0.0.1:{self.postgres.port}/{name}"


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@contextmanager
def running_servers() -> Iterator[Servers]:
    """Starts PostgreSQL and Chroma, and stops them at the end."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="quoth-servers-")))
        folder.chmod(0o755)  # PostgreSQL does not run as root, but as another user, who must get there
        servers = Servers(postgres(folder / "postgres"), chroma(folder / "chroma"))
        for server in (servers.postgres, servers.chroma):
            stack.callback(server.kill)
            server.start()
        yield servers


def postgres(folder: Path) -> RunningServer:
    """A new PostgreSQL in the folder, not started yet."""
    user = "postgres" if os.getuid() == 0 else None
    folder.mkdir()
    if user:
        os.chown(folder, pwd.getpwnam(user).pw_uid, -1)
    folder.chmod(0o700)
    data, port = folder / "data", free_port()
    initialize = [_program("initdb"), "-D", data, "-U", "quoth", "-A", "trust", "-E", "UTF8"]
    subprocess.run(
        [*map(str, initialize), "--locale=C.UTF-8", "--no-sync"], user=user, cwd="/", check=True,
        capture_output=True,
    )  # fmt: skip
    # Without fsync: what a killed process wrote is safe, only that of a machine without power is not.
    options = {"listen_addresses": "127.0.0.1", "unix_socket_directories": folder, "fsync": "off"}
    command: list[str | Path] = [_program("postgres"), "-D", data, "-p", str(port)]
    for name, value in options.items():
        command += ["-c", f"{name}={value}"]
    log = folder.with_name("postgres.log")
    return RunningServer(command, port, log, _postgres_answers, user, stop_signal=signal.SIGINT)


def chroma(folder: Path) -> RunningServer:
    """A new Chroma in the folder, not started yet."""
    folder.mkdir()
    port = free_port()
    program = Path(sys.executable).with_name("chroma")
    command = (program, "run", "--path", folder, "--host", "127.0.0.1", "--port", str(port))
    return RunningServer(command, port, folder.with_name("chroma.log"), _chroma_answers)


def _program(name: str) -> str:
    """The path of one of PostgreSQL's programs, which Debian does not put on the path."""
    places = [shutil.which(name), *sorted(map(str, Path("/usr/lib/postgresql").glob(f"*/bin/{name}")))]
    found = next((place for place in reversed(places) if place), None)
    assert found, f"{name} is not installed; on Debian: apt-get install postgresql"
    return found


def _postgres_answers(port: int) -> bool:
    import psycopg

    try:
        psycopg.connect(f"postgresql://quoth@127.0.0.1:{port}/postgres", connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


def _chroma_answers(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/api/v2/heartbeat", trust_env=False, timeout=2).is_success
    except httpx.HTTPError:
        return False
