"""A disk that really fills up: what was there still answers, and adding goes on once there is room."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from index.collection import Collection
from index.embedding.embedder import SentenceEmbedder
from index.errors import DiskFull
from index.library import Library
from index.schemas import Article
from index.storage import disk_space

pytestmark = pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can mount")


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of sixteen megabytes."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounting = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", str(folder)], capture_output=True, text=True
    )
    if mounting.returncode:
        pytest.skip(f"nothing can be mounted here: {mounting.stderr.strip()}")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def story(number: int) -> Article:
    return Article(
        id=f"story{number}", text=f"Story {number} tells of the ferry to island number {number}. " * 12
    )


def fill(disk: Path) -> Path:
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file:
        try:
            while file.write(b"x" * 4096) == 4096:
                pass
        except OSError:
            pass
    return filler


def whole(collection: Collection) -> None:
    assert collection.vectors.ids() == collection.documents.passage_ids()
    for article, passages in collection.documents.articles():
        assert article == story(int(article.id.removeprefix("story")))
        assert passages == 1


@pytest.mark.parametrize("when", ["before", "meanwhile"])
def test_a_full_disk_loses_nothing(
    disk: Path, embedder: SentenceEmbedder, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    # Someone else may fill the disk after the check has found room.
    monkeypatch.setattr(disk_space, "MIN_FREE_BYTES", 0)
    with Library(disk, embedder) as library:
        collection = library.collection("default", make=True)
        assert len(list(collection.add(story(n) for n in range(3)))) == 3
        before = collection.search("the ferry to island number 1")
        filler = fill(disk)
        told: list[str] = []
        if when == "meanwhile":
            os.truncate(filler, filler.stat().st_size - 600_000)
        with pytest.raises(DiskFull, match="free some space"):
            for number in range(3, 2_000):
                told += [outcome.article_id for outcome in collection.add([story(number)])]  # type: ignore[union-attr]
        assert collection.search("the ferry to island number 1")[0] == before[0]
        for id_ in told:
            assert collection.documents.digest(id_)
        filler.unlink()
        assert collection.search("the ferry to island number 1")[0] == before[0]
        assert [o.how for o in collection.add(story(n) for n in range(3))] == ["unchanged"] * 3  # type: ignore[union-attr]
        list(collection.add([story(5_000), *(story(3 + len(told) + n) for n in range(3))]))
        whole(collection)
    with Library(disk, embedder) as library:
        collection = library.collection("default")
        whole(collection)
        assert {*told, "story0", "story1", "story2", "story5000"} <= {
            a.id for a, _ in collection.documents.articles()
        }
        assert collection.search("the ferry to island number 5000")[0].passage.article_id == "story5000"
