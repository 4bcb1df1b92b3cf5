"""Fixtures of the readers' tests."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable, Iterator

import pytest

from tests.index.readers.site import Site, serving_site


@pytest.fixture
def site() -> Iterator[Site]:
    yield from serving_site()


@pytest.fixture
def peak() -> Iterator[Callable[[], int]]:
    """Bytes at most in use since the test began."""
    tracemalloc.start()
    yield lambda: tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
