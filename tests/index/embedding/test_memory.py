"""Memory that adding no longer needs goes back to the system."""

import platform
from pathlib import Path

import pytest

from index.embedding.memory import release_free_memory

PAGE = 4096


def resident() -> int:
    """Bytes of this process that are in memory."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="other C libraries give back by themselves")
def test_what_lies_between_blocks_in_use_is_given_back() -> None:
    blocks = [bytearray(b"x" * 60_000) for _ in range(3_000)]
    in_use = blocks[::100]
    del blocks
    before = resident()
    release_free_memory()
    assert before - resident() > 100_000_000
    assert len(in_use) == 30
