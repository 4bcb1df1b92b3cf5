"""Output of the command line: results on standard output, everything else on standard error.

Pipes and files get the same text without colours and line wrapping.
"""

from __future__ import annotations

import errno
import json
import re
import sys
from typing import Any

from rich.console import Console
from rich.text import Text

# Control characters, and those that change the direction of text.
_UNSAFE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_LEVELS = {"ok": ("✓", "green"), "warning": ("!", "yellow"), "problem": ("✗", "red")}


class PlainConsole(Console):
    """A console without markup and automatic colours."""

    def __init__(self, *, stderr: bool = False) -> None:
        super().__init__(stderr=stderr, highlight=False, markup=False, emoji=False)

    def on_broken_pipe(self) -> None:
        raise  # rich calls this while it handles a BrokenPipeError; qa.cli.options handles it

    def show(self, *parts: str | tuple[str, str], prefix: str = "") -> None:
        """Prints a paragraph of parts, each with an optional style, indented by the `prefix`."""
        text = Text.assemble(*parts)
        width = max(20, self.width - len(prefix))
        lines = text.wrap(self, width) if self.is_terminal else [text]
        for number, line in enumerate(lines):
            line.rstrip()
            self.print(Text(prefix if number == 0 else " " * len(prefix)) + line, soft_wrap=True)


def next_step(error: OSError) -> str:
    """What to do about an error of the operating system."""
    match error:
        case FileExistsError() | NotADirectoryError():
            return "a file is where a folder is needed: move it away, or choose another --home"
        case PermissionError():
            return "change the permissions (`chmod`, `chown`), or choose another --home"
        case FileNotFoundError():
            return "create it, or choose another --home"
        case OSError(errno=errno.ENOSPC | errno.EDQUOT):
            return "free some space on this disk, or choose another --home"
        case OSError(errno=errno.EROFS):
            return "the disk is read-only: choose another --home"
    return "choose another --home; if this is the disk's fault, check it"


def error(text: str) -> None:
    """Prints an error as one paragraph."""
    PlainConsole(stderr=True).show(("error: ", "bold red"), printable(text))


def message(text: str) -> None:
    """Prints a notice that is not part of the result."""
    PlainConsole(stderr=True).show(printable(text))


def count_of(count: int, noun: str) -> str:
    """`1 quote`, `1,000 quotes`."""
    return f"{count:,} {noun}" + ("" if count == 1 else "s")


def show_text(text: str) -> None:
    """Prints a result that is text."""
    sys.stdout.write(printable(text) + "\n")


def show_json(value: Any) -> None:
    """Prints a result as JSON, with control characters escaped."""
    written = json.dumps(value, ensure_ascii=False, indent=2, default=str)
    sys.stdout.write(_UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", written) + "\n")


def show_level(screen: PlainConsole, level: str, text: str) -> None:
    """Prints a paragraph after the symbol of its level: ok, warning or problem."""
    symbol, style = _LEVELS[level]
    screen.show((f"{symbol} ", style), printable(text))


def one_line(text: str) -> str:
    """The text on one line, without control characters."""
    return " ".join(printable(text).split())


def printable(text: str) -> str:
    """The text without control characters: an article may contain escape sequences of terminals."""
    return _UNSAFE.sub("�", text.replace("\r\n", "\n"))
