"""A server as a process of its own, over a real socket."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx
from typer.testing import CliRunner

from qa.cli import main

QUOTH = Path(sys.executable).with_name("quoth")
# Nothing may go through a proxy: the server is on this machine.
PROXY = "http://192.0.2.1:9"


@dataclass
class Serving:
    home: Path
    url: str
    process: subprocess.Popen[bytes]

    @property
    def log(self) -> str:
        """What it has told on standard error."""
        return (self.home / "server.log").read_text()

    def quoth(self, *arguments: str | Path) -> tuple[int, str, str]:
        """A command in this process, which finds the server by its home."""
        done = CliRunner().invoke(main.app, [*map(str, arguments), "--home", str(self.home)])
        if done.exception and not isinstance(done.exception, SystemExit):
            raise done.exception
        return done.exit_code, done.stdout, done.stderr


@contextmanager
def serving(home: Path, *options: str, env: Mapping[str, str] | None = None) -> Iterator[Serving]:
    """`quoth serve` without a model, ready to answer."""
    log = home / "server.log"
    with log.open("w") as told:
        process = subprocess.Popen(
            [QUOTH, "serve", "--port", "0", "--home", home, *options],
            env={**os.environ, "QUOTH_MODEL": "none", "HTTP_PROXY": PROXY, **(env or {})},
            stderr=told,
        )
    with process:
        try:
            url, until = "", time.monotonic() + 120
            while not url or httpx.get(f"{url}/readyz", trust_env=False, timeout=60).is_error:
                assert process.poll() is None and time.monotonic() < until, log.read_text()
                time.sleep(0.1)
                with suppress(FileNotFoundError):
                    note = json.loads((home / "owner.json").read_text())
                    url = note["address"] if note["pid"] == process.pid else ""
            yield Serving(home, url, process)
        finally:
            process.kill()
