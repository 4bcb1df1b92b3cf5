"""What `quoth doctor` found, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from index.errors import QuothError
from qa.cli import console

PULL = "run `quoth models pull`"
UNKNOWN_STEP = "see docs/operations.md; if it says nothing about this, report it"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """The state of one part, and how to fix it; `mend` is empty if nothing is wrong."""

    about: str
    level: Literal["ok", "warning", "problem"]
    text: str
    mend: str = ""


def problem_of(about: str, error: Exception) -> Finding:
    """The finding of an error; the message of a QuothError ends with the next step, after a semicolon."""
    if isinstance(error, QuothError):
        text, mend = split_message(str(error))
        return Finding(about=about, level="problem", text=text, mend=mend)
    text = f"{type(error).__name__}: {error}"
    mend = console.next_step(error) if isinstance(error, OSError) else "report it, with this message"
    return Finding(about=about, level="problem", text=text, mend=mend)


def split_message(message: str) -> tuple[str, str]:
    """What happened, and the next step, which follows the last semicolon that stands in no brackets."""
    depth = 0
    for at in range(len(message) - 1, 0, -1):
        depth += (message[at] in ")]") - (message[at] in "([")
        if not depth and message.startswith("; ", at):
            return message[:at], message[at + 2 :]
    return message, UNKNOWN_STEP
