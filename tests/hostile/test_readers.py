"""Damaged and hostile versions of real files are read, or skipped for a reason, within limits, and never
crash or occupy a reader.
"""

from __future__ import annotations

import io
import random
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from index.readers.isolation.child import UNEXPECTED
from index.readers.isolation.process import CRASHED, TOO_LONG
from index.readers.registry import FORMATS, read_sources
from index.schemas import Skipped
from qa.web.uploads import uploaded_file
from tests.paths import FILES, SEEDS

SAMPLES = sorted(
    path
    for folder in (FILES, SEEDS)
    for path in folder.rglob("*")
    if path.suffix in FORMATS and path.stat().st_size < 200_000
)
# Parts that parsers take for something else: ends, beginnings, repetitions, numbers that are too large.
TOKENS = (
    *(
        b"\0",
        b"\xff\xfe",
        b"<",
        b">",
        b'"',
        b"<!--",
        b"]]>",
        b"<![CDATA[",
        b"&#x110000;",
        b"&a;",
        b"\r",
        b"\x0c",
    ),
    *(b" " * 5_000, b"(" * 5_000, b"<b>" * 3_000, b"\n\n" * 3_000, b"-" * 5_000, b"a=1 " * 3_000),
    *(
        b"99999999999999999999",
        b"-1",
        b"<?xml version='9'?>",
        b"%PDF-1.7",
        b"PK\x03\x04",
        b"stream\r\n",
        b"endobj",
    ),
)
_REFUSED = (TOO_LONG, CRASHED.partition(" (")[0], UNEXPECTED.partition("{")[0])


def damaged(content: bytes, dice: random.Random) -> bytes:
    """The content with some bytes changed, cut out, repeated or put in."""
    made = bytearray(content)
    for _ in range(dice.randrange(1, 6)):
        at, length = dice.randrange(len(made) + 1), dice.randrange(1, 400)
        match dice.randrange(5):
            case 0:
                made[at : at + length] = dice.randbytes(min(length, 8))
            case 1:
                del made[at : at + length]
            case 2:
                made[at:at] = made[at : at + length] * dice.choice((2, 50))
            case 3:
                made[at:at] = dice.choice(TOKENS)
            case _:
                del made[dice.randrange(len(made) // 2, len(made) + 1) :]
    return bytes(made)


def damaged_inside(content: bytes, dice: random.Random) -> bytes:
    """A zip with one of its entries damaged, so that its checksums hold."""
    packed = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        chosen = dice.choice(old.namelist())
        for name in old.namelist():
            new.writestr(name, damaged(old.read(name), dice) if name == chosen else old.read(name))
    return packed.getvalue()


def versions(path: Path, count: int, seed: str = "") -> Iterator[bytes]:
    content, dice = path.read_bytes(), random.Random(path.name + seed)
    for nth in range(count):
        if nth % 2 and zipfile.is_zipfile(path) and "password" not in path.name:
            yield damaged_inside(content, dice)
        else:
            yield damaged(content, dice)


def check(name: str, content: bytes) -> None:
    for outcome in read_sources([uploaded_file(name, content, {})]):
        if isinstance(outcome, Skipped):
            assert outcome.reason and not outcome.reason.startswith(_REFUSED), (name, outcome.reason)
        else:
            assert outcome.text.strip()
            outcome.text.encode()


# A few in `make check`, more in `make test`, many and new ones in `make soak`.
@pytest.mark.parametrize("count", [1, pytest.param(8, marks=pytest.mark.slow)])
@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name)
def test_damaged_files(path: Path, count: int) -> None:
    until = time.monotonic() + 20
    for content in versions(path, count):
        check(path.name, content)
        if time.monotonic() > until:
            break


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_many_damaged_files() -> None:
    until, nth = time.monotonic() + 1800, 0
    while time.monotonic() < until:
        nth += 1
        for path in SAMPLES:
            for content in versions(path, 20, str(nth)):
                check(path.name, content)


@pytest.mark.parametrize("count", [1, pytest.param(len(FORMATS), marks=pytest.mark.slow)])
@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name)
def test_files_under_a_wrong_name(path: Path, count: int) -> None:
    for suffix in random.Random(path.name).sample([*FORMATS], count):
        check(f"a{suffix}", path.read_bytes())
