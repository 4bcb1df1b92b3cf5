"""A system's adapter, running in its own environment."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

MIB = 1024 * 1024


class AdapterError(Exception):
    """What an adapter says of a request that failed."""


class Adapter:
    """The process of an adapter. Close it, or use it in a `with`."""

    def __init__(self, python: Path, script: Path, variables: Mapping[str, str], log: Path) -> None:
        """Waits until it is ready. Raises AdapterError."""
        with log.open("w") as errors:
            self._process = subprocess.Popen(
                [python, script],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                env=os.environ | variables,
            )
        self._log = log
        self._reply()

    def call(self, **request: str) -> dict[str, Any]:
        """The reply to a request; see `adapters/lines.py`. Raises AdapterError."""
        assert self._process.stdin
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        return self._reply()

    def _reply(self) -> dict[str, Any]:
        assert self._process.stdout
        line = self._process.stdout.readline()
        if not line:
            raise AdapterError(f"ended with {self._process.wait()}; see {self._log}")
        reply: dict[str, Any] = json.loads(line)
        if "error" in reply:
            raise AdapterError(reply["error"])
        return reply

    def resident_mib(self) -> float:
        """The memory that the process holds now, in MiB."""
        statm = Path(f"/proc/{self._process.pid}/statm").read_text().split()
        return int(statm[1]) * os.sysconf("SC_PAGE_SIZE") / MIB

    def close(self) -> None:
        if self._process.stdin:
            self._process.stdin.close()
        self._process.wait(60)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
