"""Bodies that are too large."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from qa.web.api import MAX_BODY_BYTES
from qa.web.uploads import MAX_UPLOAD_BYTES
from tests.qa.web.responses import problem

JSON = {"content-type": "application/json"}


def in_chunks(size: int) -> Iterator[bytes]:
    for _ in range(0, size, 1 << 20):
        yield b" " * min(size, 1 << 20)


@pytest.mark.parametrize(
    ("path", "limit"),
    [("/api/ask", MAX_BODY_BYTES), ("/api/articles", MAX_UPLOAD_BYTES)],
)
@pytest.mark.parametrize("content", [lambda size: b" " * size, in_chunks], ids=["content-length", "chunked"])
def test_large_body_is_refused_with_or_without_content_length(
    client, path, limit, content: Callable[[int], Any]
):
    problem(client.post(path, content=content(limit + (1 << 20)), headers=JSON), 413)
