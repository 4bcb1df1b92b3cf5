"""A server in a process of its own, over a real socket."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from typer.testing import CliRunner

from qa.cli import main
from tests.servers import free_port

QUOTH = Path(sys.executable).with_name("quoth")
# Nothing may go through a proxy: the server is on this machine.
PROXY = "http://192.0.2.1:9"


@dataclass
class Serving:
    home: Path
    url: str
    process: subprocess.Popen[bytes]
    readiness: list[int] = field(default_factory=list)
    """Statuses of /readyz since the start, without repetitions."""

    @property
    def log(self) -> str:
        """What the server has written to standard error."""
        return (self.home / "server.log").read_text()

    def quoth(self, *arguments: str | Path) -> tuple[int, str, str]:
        """Runs a command in this process, which finds the server through its home folder."""
        result = CliRunner().invoke(main.app, [*map(str, arguments), "--home", str(self.home)])
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result.exit_code, result.stdout, result.stderr


@contextmanager
def serving(home: Path, *options: str, env: Mapping[str, str] | None = None) -> Iterator[Serving]:
    """Runs `quoth serve` without a model, and waits until it is ready."""
    log = home / "server.log"
    # A server that shares its articles with others notes no address in the home.
    port = free_port() if env and "QUOTH_DATABASE_URL" in env else 0
    with log.open("w") as stderr:
        process = subprocess.Popen(
            [QUOTH, "serve", "--port", str(port), "--home", home, *options],
            env={**os.environ, "QUOTH_MODEL": "none", "HTTP_PROXY": PROXY, **(env or {})},
            stderr=stderr,
        )
    server = Serving(home, f"http://127.0.0.1:{port}" if port else "", process)
    with process:
        try:
            deadline = time.monotonic() + 120
            while server.readiness[-1:] != [200]:
                assert process.poll() is None and time.monotonic() < deadline, log.read_text()
                time.sleep(0.1)
                _probe(server)
            yield server
        finally:
            process.kill()


def _probe(server: Serving) -> None:
    """Finds the server's URL in the home folder, and records its readiness."""
    with suppress(httpx.ConnectError, FileNotFoundError):
        if (server.home / "owner.lock").exists():
            owner = json.loads((server.home / "owner.json").read_text())
            server.url = owner["address"] if owner["pid"] == server.process.pid else ""
        if server.url:
            status = httpx.get(f"{server.url}/readyz", trust_env=False, timeout=60).status_code
            if server.readiness[-1:] != [status]:
                server.readiness.append(status)
