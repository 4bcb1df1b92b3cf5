"""A server as a process of its own, over a real socket."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from typer.testing import CliRunner

from qa import cli

QUOTH = Path(sys.executable).with_name("quoth")
# Nothing may go through a proxy: the server is on this machine.
PROXY = "http://192.0.2.1:9"


@dataclass
class Serving:
    home: Path
    url: str
    process: subprocess.Popen[str]

    def quoth(self, *arguments: str | Path) -> tuple[int, str, str]:
        """A command in this process, which finds the server by its home."""
        done = CliRunner().invoke(cli.app, [*map(str, arguments), "--home", str(self.home)])
        if done.exception and not isinstance(done.exception, SystemExit):
            raise done.exception
        return done.exit_code, done.stdout, done.stderr


@contextmanager
def serving(home: Path, *options: str, env: Mapping[str, str] | None = None) -> Iterator[Serving]:
    """`quoth serve` without a model, ready to answer."""
    process = subprocess.Popen(
        [QUOTH, "serve", "--port", "0", "--home", home, *options],
        env={**os.environ, "QUOTH_MODEL": "none", "HTTP_PROXY": PROXY, **(env or {})},
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        try:
            assert process.stderr
            told = next((line for line in process.stderr if line.startswith("Quoth answers")), "")
            assert told, "the server did not start"
            note = json.loads((home / "owner.json").read_text())
            assert note["pid"] == process.pid
            while httpx.get(f"{note['address']}/readyz", trust_env=False).is_error:
                time.sleep(0.1)
            yield Serving(home, note["address"], process)
        finally:
            process.kill()
