"""What is true only of stores in files of this machine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from index.errors import ArchiveEmpty, DiskFull
from index.schemas import Filters
from index.storage import disk_space
from index.storage.folders.folder_storage import FolderGeneration
from index.storage.folders.layout import DOCUMENTS
from index.storage.generations import Stores
from index.storage.sqlite.database import Database
from tests.index.storage.test_stores import fill


@pytest.fixture
def folder_generation(tmp_path: Path) -> FolderGeneration:
    return FolderGeneration(tmp_path / "default")


@pytest.fixture
def stores(folder_generation: FolderGeneration) -> Iterator[Stores]:
    stores = folder_generation.open()
    yield stores
    stores.documents.close()
    stores.vectors.close()


@pytest.fixture
def filled(stores: Stores) -> Stores:
    fill(stores)
    return stores


def test_a_keyword_index_reports_what_it_lacks(filled: Stores, folder_generation: FolderGeneration) -> None:
    database = Database(folder_generation.folder / DOCUMENTS)
    with database.transaction() as db:
        db.execute("DELETE FROM passage_fts WHERE rowid = 1")
        db.execute("INSERT INTO passage_fts (rowid, title, text) VALUES (99, 'gone', 'gone')")
    database.close()
    assert filled.keywords.unindexed_passages() == ["ferry-0"]
    assert filled.keywords.orphan_entries() == ["99"]
    filled.keywords.delete_entries(["99"])
    assert filled.keywords.orphan_entries() == []


def test_too_little_space_is_an_error(stores: Stores, monkeypatch: pytest.MonkeyPatch) -> None:
    for store in (stores.documents, stores.vectors):
        store.ensure_space()
    monkeypatch.setattr(disk_space, "MIN_FREE_BYTES", 10**18)
    for store in (stores.documents, stores.vectors):
        with pytest.raises(DiskFull, match="free some space"):
            store.ensure_space()


def test_closed_stores_say_that_the_collection_is_gone(filled: Stores) -> None:
    filled.documents.close()
    filled.vectors.close()
    for attempt in (
        filled.documents.counts,
        filled.vectors.ids,
        lambda: filled.keywords.search({"ferry": 1.0}, 5, Filters()),
    ):
        with pytest.raises(ArchiveEmpty, match="try again"):
            attempt()


def test_documents_can_be_opened_alone(filled: Stores, folder_generation: FolderGeneration) -> None:
    documents = folder_generation.documents()
    assert documents.counts() == (2, 3)
    documents.close()
