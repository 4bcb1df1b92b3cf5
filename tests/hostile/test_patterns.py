"""No regular expression takes more than linear time, on any text made to slow it down."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from tests.hostile.patterns import SCANNING, Use, probes, used_patterns

PROBES = 60
"""Combinations that each pattern is tried on."""
# An exponential pattern takes seconds at the first length, a cubic one at the second, a quadratic one at the
# last; a linear one takes 10 to 50 nanoseconds a character.
LENGTHS = {20: 0.005, 600: 0.06, 6_000: 0.006}
"""Lengths of texts, and the seconds that are suspicious for each."""
# These see only what matplotlib draws from numbers.
TRUSTED = ("qa.evaluation.report.figures",)


def slow_on(use: Use, most: int = PROBES) -> str:
    """A text, shortened, for which the pattern takes more than linear time; empty if there is none."""
    runs = _runs(use)
    for start, pump, end in probes(use.pattern, most):
        for length, suspicious in LENGTHS.items():
            made = partial(_text, use, start, pump, end)
            if any(_takes_long(run, made, length, suspicious) for run in runs):
                return f"{start!r} + {pump!r} * {length // len(pump)} + {end!r}"
    return ""


def _text(use: Use, start: str, pump: str, end: str, length: int) -> Any:
    text = f"{start}{pump * (length // len(pump) + 1)}{end}"
    return text.encode("latin-1", "replace") if isinstance(use.pattern.pattern, bytes) else text


def _runs(use: Use) -> list[Callable[[Any], object]]:
    runs: list[Callable[[Any], object]] = []
    if use.methods & SCANNING:
        runs.append(lambda text: sum(1 for _ in use.pattern.finditer(text)))
    if "match" in use.methods:
        runs.append(use.pattern.match)
    if "fullmatch" in use.methods:
        runs.append(use.pattern.fullmatch)
    return runs


def _takes_long(
    run: Callable[[Any], object], made: Callable[[int], Any], length: int, suspicious: float
) -> bool:
    """Whether the time is suspicious, and grows faster than the text."""
    text = made(length)
    for _ in range(3):
        seconds = _seconds(run, text)
        if seconds < suspicious or seconds < 8 * _seconds(run, made(length // 4)):
            return False
    return True


def _seconds(run: Callable[[Any], object], text: Any) -> float:
    began = time.thread_time()
    run(text)
    return time.thread_time() - began


@pytest.mark.parametrize("most", [PROBES, pytest.param(4 * PROBES, marks=pytest.mark.slow)])
def test_every_pattern_is_linear(most: int) -> None:
    uses = [use for use in used_patterns() if not use.place.startswith(TRUSTED)]
    assert len(uses) > 300
    slow = [f"{use.place} is slow on {text}" for use in uses if (text := slow_on(use, most))]
    assert not slow, "\n".join(slow)


@pytest.mark.parametrize(
    "pattern",
    [
        r"^#[ \t]+(.+?)[ \t]*#*[ \t]*$",
        r"\s+(?=[+-]\d\d:?\d\d$)",
        r"\s*\n\s*",
        r"<(script|style)>.*?</\1>",
        r"(?:[a-z]+\s?)*!",
        r"(\w+ )*\d",
        r"\b[A-Z][\w.-]*:",
    ],
)
def test_a_slow_pattern_is_noticed(pattern: str) -> None:
    use = Use(re.compile(pattern, re.MULTILINE | re.DOTALL), frozenset({"search"}), "here")
    assert slow_on(use)
