"""Limits of size and memory."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from index.readers.registry import read_sources
from index.readers.source_file import MAX_TEXT_BYTES
from index.schemas import Article, Skipped
from tests.index.readers.reading import (
    read,
)


@pytest.mark.parametrize("name", ["a.txt", "a.md", "a.html"])
def test_a_file_that_is_too_large_is_not_read(tmp_path: Path, name: str, peak: Callable[[], int]) -> None:
    with (tmp_path / name).open("wb") as file:
        file.truncate(50_000_000)
    started = time.monotonic()
    wanted = "50.0 MB, over the limit of 20 MB; split it and add the parts"
    assert read(tmp_path) == [Skipped(source=str(tmp_path / name), reason=wanted)]
    assert time.monotonic() - started < 5
    assert peak() < 5_000_000


def test_a_line_that_is_too_large_is_passed_over(tmp_path: Path, peak: Callable[[], int]) -> None:
    path = tmp_path / "a.jsonl"
    with path.open("wb") as file:
        file.write(b'{"text": "before"}\n{"text": "')
        for _ in range(60):
            file.write(b"x" * 1_000_000)
        file.write(b'"}\n{"text": "after"}\n')
    before, large, after = read(path)
    assert isinstance(before, Article) and isinstance(after, Article) and after.text == "after"
    wanted = "60.0 MB, over the limit of 20 MB; split it and add the parts"
    assert large == Skipped(source=f"{path}:2", reason=wanted)
    assert peak() < 2.5 * MAX_TEXT_BYTES


def test_a_sparse_jsonl_is_binary(tmp_path: Path) -> None:
    with (tmp_path / "a.jsonl").open("wb") as file:
        file.truncate(50_000_000)
    [item] = read(tmp_path)
    assert isinstance(item, Skipped) and item.reason.startswith("binary")


def test_memory_stays_flat_over_many_articles(tmp_path: Path, peak: Callable[[], int]) -> None:
    path = tmp_path / "a.jsonl"
    with path.open("w", encoding="utf-8") as file:
        for n in range(3000):
            file.write(
                json.dumps({"id": f"a{n}", "text": f"{n} " + "The bridge will be built. " * 1000}) + "\n"
            )
    assert path.stat().st_size > 75_000_000
    assert sum(isinstance(item, Article) for item in read_sources([path])) == 3000
    assert peak() < 20_000_000
