"""A damaged vector index is noticed before it can crash the process or hide articles, and is mended."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import chromadb
import numpy as np
import pytest

from index.errors import ArchiveBroken
from index.schemas import Filters
from index.storage.chroma import vector_check
from index.storage.chroma.folder_client import FolderClient
from index.storage.chroma.vector_check import find_damage
from index.storage.chroma.vector_store import ChromaVectorStore
from index.storage.protocols import VectorMetadata

# More than Chroma keeps in its log, so that most of them are in the files of the index alone.
COUNT = 2_500


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A closed store. Copy it; do not open it."""
    folder = tmp_path_factory.mktemp("whole") / "vectors"
    store = ChromaVectorStore(FolderClient(folder))
    vectors = np.random.default_rng(1).standard_normal((COUNT, 32)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    ids = [f"p{n}" for n in range(COUNT)]
    store.put(ids, vectors, [VectorMetadata(article_id=id_, source="", date=None) for id_ in ids])
    store.close()
    return folder


def segment(folder: Path) -> Path:
    [found] = [path for path in folder.iterdir() if path.is_dir()]
    return found


def cut(name: str) -> Callable[[Path], None]:
    return lambda folder: os.truncate(segment(folder) / name, (segment(folder) / name).stat().st_size // 2)


def scramble(name: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        file = segment(folder) / name
        file.write_bytes(np.random.default_rng(2).bytes(file.stat().st_size))

    return change


DAMAGE: dict[str, Callable[[Path], None]] = {
    "folder gone": lambda folder: shutil.rmtree(segment(folder)),
    "vectors cut": cut("data_level0.bin"),
    "vectors scrambled": scramble("data_level0.bin"),
    "vectors gone": lambda folder: (segment(folder) / "data_level0.bin").unlink(),
    "header cut": cut("header.bin"),
    "header scrambled": scramble("header.bin"),
    "ids cut": cut("index_metadata.pickle"),
    "ids gone": lambda folder: (segment(folder) / "index_metadata.pickle").unlink(),
}


# Each starts a process that loads the vector store.
QUICK = ("folder gone", "vectors scrambled")


@pytest.mark.parametrize(
    "kind", [pytest.param(kind, marks=[] if kind in QUICK else pytest.mark.slow) for kind in DAMAGE]
)
def test_damage_is_noticed_before_the_store_is_used(tmp_path: Path, whole: Path, kind: str) -> None:
    shutil.copytree(whole, folder := tmp_path / "vectors")
    DAMAGE[kind](folder)
    store = ChromaVectorStore(FolderClient(folder))
    with pytest.raises(ArchiveBroken, match="quoth doctor --mend"):
        store.nearest(np.eye(32, dtype=np.float32)[0], 5, Filters())
    store.close()


def test_a_whole_store_is_tried_once(tmp_path: Path, whole: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[Path] = []

    def find(folder: Path) -> str:
        tried.append(folder)
        return find_damage(folder)

    monkeypatch.setattr(vector_check, "find_damage", find)
    shutil.copytree(whole, folder := tmp_path / "vectors")
    for times_tried in (0, 1, 1):
        store = ChromaVectorStore(FolderClient(folder))
        assert store.count() == COUNT
        store.close()
        assert len(tried) == times_tried
        # A copy that does not keep the time of change, as of a backup, is tried; closed again, it is not.
        if not times_tried:
            os.utime(segment(folder) / "header.bin")


def test_vectors_come_back_to_the_last_digit(tmp_path: Path) -> None:
    vectors = np.random.default_rng(0).normal(size=(3, 384)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    store = ChromaVectorStore(FolderClient(tmp_path / "vectors"))
    store.put(["a", "b", "c"], vectors, [VectorMetadata(article_id="x", source="", date=None)] * 3)
    found, rows = store.get(["a", "b", "c"])
    assert all((row == vectors["abc".index(id_)]).all() for id_, row in zip(found, rows, strict=True))
    store.close()


def test_vectors_of_older_collections_are_found(tmp_path: Path) -> None:
    client: Any = chromadb.PersistentClient(path=str(tmp_path / "vectors"))
    older = client.create_collection(
        "passages", configuration={"hnsw": {"space": "cosine"}}, embedding_function=None
    )
    older.add(ids=["a", "b"], embeddings=np.eye(2, 4, dtype=np.float32), metadatas=[{"day": 0}] * 2)
    client.close()
    store = ChromaVectorStore(FolderClient(tmp_path / "vectors"))
    query = np.asarray([0.8, 0.6, 0, 0], dtype=np.float32)
    assert store.nearest(query, 2, Filters()) == pytest.approx({"a": 0.8, "b": 0.6}, abs=1e-6)
    store.close()
