"""Runs the command line, in this process or as a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from typer.testing import CliRunner

from qa.cli import main

QUOTH = Path(sys.executable).with_name("quoth")
QUESTION = "When was the Vey Bridge in Ostleigh opened?"

Run = Callable[..., tuple[int, str, str]]


def run_in(home: Path) -> Run:
    """A function that runs a command with this home; it returns exit code, standard output and error."""

    def run(*arguments: str | Path, stdin: str = "") -> tuple[int, str, str]:
        done = CliRunner().invoke(main.app, [*map(str, arguments), "--home", str(home)], input=stdin)
        if done.exception and not isinstance(done.exception, SystemExit):
            raise done.exception
        return done.exit_code, done.stdout, done.stderr

    return run


def start_process(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [QUOTH, *arguments], env=os.environ | environment, capture_output=True, text=True, timeout=120
    )


def article_line(number: int) -> str:
    """A line of a .jsonl file with one article."""
    text = f"Harbour {number} counted {number * 7} boats on Monday, said its master, Ada Quill."
    return json.dumps({"id": f"harbour-{number}", "title": f"Harbour {number}", "text": text})
