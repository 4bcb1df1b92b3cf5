"""What the command line shows: results on standard output, the rest on standard error.

Into a pipe or a file goes the same text, without the colours and line breaks of a terminal.
"""

from __future__ import annotations

import json
import re
import sys
from typing import Any

from rich.console import Console
from rich.text import Text

# Controls, and marks that turn the text behind them round.
_STEERING = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_SIGNS = {"ok": ("✓", "green"), "warning": ("!", "yellow"), "problem": ("✗", "red")}


class PlainConsole(Console):
    """Shows text as it is: no markup, no guessed colours."""

    def __init__(self, *, stderr: bool = False) -> None:
        super().__init__(stderr=stderr, highlight=False, markup=False, emoji=False)

    def on_broken_pipe(self) -> None:
        raise  # rich calls this while it handles a BrokenPipeError, which is for qa.cli.main

    def say(self, *parts: str | tuple[str, str], mark: str = "") -> None:
        """One paragraph of parts, each with its style; its lines hang at the end of `mark`."""
        text = Text.assemble(*parts)
        room = max(20, self.width - len(mark))
        lines = text.wrap(self, room) if self.is_terminal else [text]
        for nth, piece in enumerate(lines):
            piece.rstrip()
            self.print(Text(mark if nth == 0 else " " * len(mark)) + piece, soft_wrap=True)


def error(text: str) -> None:
    """An error, in one line."""
    PlainConsole(stderr=True).say(("error: ", "bold red"), safe(text))


def message(text: str) -> None:
    """Something the person should know that is no result."""
    PlainConsole(stderr=True).say(safe(text))


def many(count: int, what: str) -> str:
    """`1 quote`, `1,000 quotes`."""
    return f"{count:,} {what}" + ("" if count == 1 else "s")


def show_text(text: str) -> None:
    """A result that is text already."""
    sys.stdout.write(safe(text) + "\n")


def show_json(value: Any) -> None:
    """A result as JSON, in which what would steer the terminal is escaped."""
    written = json.dumps(value, ensure_ascii=False, indent=2, default=str)
    sys.stdout.write(_STEERING.sub(lambda found: f"\\u{ord(found[0]):04x}", written) + "\n")


def signed(screen: PlainConsole, level: str, text: str) -> None:
    """A line with the sign of its level before it: ok, warning or problem."""
    sign, style = _SIGNS[level]
    screen.say((f"{sign} ", style), safe(text))


def flat(text: str) -> str:
    """The text in one line."""
    return " ".join(safe(text).split())


def safe(text: str) -> str:
    """The text without what would steer the terminal: an article may hold escape sequences."""
    return _STEERING.sub("�", text.replace("\r\n", "\n"))
