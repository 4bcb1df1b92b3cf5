"""Fixtures of the readers' tests."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable, Iterator

import pytest

from index.readers import registry
from index.readers.source_file import SourceFile
from index.schemas import Article, Skipped
from tests.index.readers.site import Site, serving_site


@pytest.fixture
def site() -> Iterator[Site]:
    yield from serving_site()


@pytest.fixture
def in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files are read in the process of the test, so that it can change limits and measure memory."""

    def read(file: SourceFile, fetch: registry.Fetch | None = None) -> Iterator[Article | Skipped]:
        for item in registry.read_file(file, fetch=fetch):
            try:
                yield item if isinstance(item, Skipped) else item.read()
            except registry.UNREADABLE as error:
                yield Skipped(source=item.source, reason=registry.reason_of(error))

    monkeypatch.setattr(registry, "read_isolated", read)
    monkeypatch.setattr(registry, "count_isolated", lambda file: sum(1 for _ in registry.read_file(file)))


@pytest.fixture
def peak(in_this_process: None) -> Iterator[Callable[[], int]]:
    """Bytes at most in use since the test began."""
    tracemalloc.start()
    yield lambda: tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
