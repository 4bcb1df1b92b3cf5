"""Several processes write: whatever one does meanwhile, an article has all its vectors or is not there."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import closing

import pytest

from index.errors import ArchiveEmpty, BatchLost
from index.ingest import delete_orphan_vectors
from index.schemas import Filters
from index.storage.generations import Stores
from index.storage.postgres.document_store import lock_generation
from index.storage.postgres.server_storage import ServerStorage
from index.storage.protocols import DocumentStore, VectorMetadata
from tests.index.storage.test_stores import AXES, BREAD, FERRY, passages
from tests.servers import Servers

# What is told of a collection that is gone, and of a run that another process has overtaken.
GONE = r"try again|this run has stopped"
FERRY_PASSAGES = passages(FERRY, 17, 34)
IDS = [passage.id for passage in FERRY_PASSAGES]
METADATA = [VectorMetadata(article_id="ferry", source="Post", date=FERRY.date)] * 2


@pytest.fixture
def storage(servers: Servers) -> Iterator[ServerStorage]:
    with closing(servers.new_storage()) as storage:
        yield storage


@pytest.fixture
def one(storage: ServerStorage) -> Stores:
    return storage.create("default").open()


@pytest.fixture
def other(storage: ServerStorage, one: Stores) -> Stores:
    """The same collection, as another process has it."""
    return storage.current("default").open()


def expire(storage: ServerStorage) -> None:
    storage.postgres.rows("UPDATE batches SET expires = now() - interval '1 second'")


def batches(storage: ServerStorage) -> int:
    [(count,)] = storage.postgres.rows("SELECT count(*) FROM batches")
    return int(count)


def test_vectors_of_a_batch_that_lives_are_kept(one: Stores, other: Stores, storage: ServerStorage) -> None:
    batch = one.documents.mark_orphans(IDS)
    one.vectors.put(IDS, AXES[:2], METADATA)
    assert delete_orphan_vectors(other.documents, other.vectors) == 0
    one.documents.put([(FERRY, FERRY_PASSAGES)], batch)
    assert delete_orphan_vectors(other.documents, other.vectors) == 0
    assert other.vectors.ids() == {*IDS}
    assert other.documents.orphan_vectors() == [] and batches(storage) == 0


def test_a_batch_that_took_too_long_is_not_stored(one: Stores, other: Stores, storage: ServerStorage) -> None:
    batch = one.documents.mark_orphans(IDS)
    one.vectors.put(IDS, AXES[:2], METADATA)
    expire(storage)
    assert delete_orphan_vectors(other.documents, other.vectors) == 2
    with pytest.raises(BatchLost):
        one.documents.put([(FERRY, FERRY_PASSAGES)], batch)
    assert one.documents.counts() == (0, 0) and one.vectors.ids() == set()


def test_a_batch_that_took_long_is_stored_if_nobody_has_swept(
    one: Stores, other: Stores, storage: ServerStorage
) -> None:
    batch = one.documents.mark_orphans(IDS)
    one.vectors.put(IDS, AXES[:2], METADATA)
    expire(storage)
    one.documents.put([(FERRY, FERRY_PASSAGES)], batch)
    assert delete_orphan_vectors(other.documents, other.vectors) == 0
    assert other.vectors.ids() == {*IDS} and batches(storage) == 0


def test_the_last_batch_to_note_an_id_owns_it(one: Stores, other: Stores) -> None:
    first = one.documents.mark_orphans(IDS)
    second = other.documents.mark_orphans(IDS)
    with pytest.raises(BatchLost):
        one.documents.put([(FERRY, FERRY_PASSAGES)], first)
    other.documents.put([(FERRY, FERRY_PASSAGES)], second)
    # What another one has stored meanwhile is whole, and may be stored once more.
    one.documents.put([(FERRY, FERRY_PASSAGES)], first)
    assert one.documents.counts() == (1, 2)
    assert one.keywords.search({"burned": 1.0}, 5, Filters()).keys() == {"ferry-0"}


def test_an_article_removed_meanwhile_is_written_with_its_vectors(one: Stores, other: Stores) -> None:
    one.documents.put([(FERRY, FERRY_PASSAGES)])
    batch = one.documents.mark_orphans(IDS)  # nothing to note: all of them are kept
    other.documents.remove(["ferry"])
    delete_orphan_vectors(other.documents, other.vectors)
    with pytest.raises(BatchLost):
        one.documents.put([(FERRY, FERRY_PASSAGES)], batch)


def test_orphans_being_deleted_are_given_to_no_one_else(one: Stores, other: Stores) -> None:
    one.documents.put([(FERRY, FERRY_PASSAGES)])
    one.documents.remove(["ferry"])
    with one.documents.take_orphans() as taken:
        assert sorted(taken) == IDS
        with other.documents.take_orphans() as nothing:
            assert nothing == []
    assert one.documents.orphan_vectors() == []


def test_a_replaced_generation_takes_nothing_more(one: Stores, other: Stores, storage: ServerStorage) -> None:
    one.documents.put([(FERRY, FERRY_PASSAGES)])
    current, building = storage.current("default"), storage.building("default")
    new = building.open()
    new.documents.put([(FERRY, FERRY_PASSAGES)])
    one.documents.put([(BREAD, passages(BREAD, 10))])
    assert not storage.install(building, copy_of=current)  # it lacks the bread
    new.documents.put([(BREAD, passages(BREAD, 10))])
    assert storage.install(building, copy_of=current)
    assert storage.current("default") == building and storage.names() == ["default"]
    with pytest.raises(ArchiveEmpty, match=GONE):
        one.documents.remove(["ferry"])
    assert one.documents.counts() == (2, 3)  # an answer that has begun reads on
    storage.postgres.rows(
        "UPDATE generations SET retired = now() - interval '1 hour' WHERE retired IS NOT NULL"
    )
    storage.sweep()
    assert storage.postgres.rows("SELECT count(*) FROM generations") == [(1,)]
    assert storage.postgres.rows("SELECT count(*) FROM articles") == [(2,)]
    assert storage.current("default").open().documents.counts() == (2, 3)


def test_a_removed_collection_leaves_nothing(one: Stores, other: Stores, storage: ServerStorage) -> None:
    batch = one.documents.mark_orphans(IDS)
    one.vectors.put(IDS, AXES[:2], METADATA)
    one.documents.put([(FERRY, FERRY_PASSAGES)], batch)
    storage.remove("default")
    storage.sweep()
    assert storage.names() == [] and not storage.current("default").exists()
    for table in ("generations", "articles", "passages", "terms", "postings", "minhash_bands", "metadata"):
        assert storage.postgres.rows(f"SELECT count(*) FROM {table}") == [(0,)]
    assert not other.vectors.exists()


def test_what_another_process_has_put_into_use_is_not_built_or_installed_again(
    one: Stores, storage: ServerStorage
) -> None:
    one.documents.put([(BREAD, passages(BREAD, 10))])
    mine, theirs = storage.building("default"), storage.building("default")
    building = mine.open()
    building.documents.put([(BREAD, passages(BREAD, 10))])
    assert storage.install(theirs, copy_of=storage.current("default"))
    for change in (
        lambda: building.documents.remove([BREAD.id]),
        lambda: building.documents.mark_orphans(IDS),
        mine.clear,
        lambda: storage.install(mine),
    ):
        with pytest.raises(ArchiveEmpty, match=GONE):
            change()
    assert storage.current("default") == theirs
    assert theirs.open().documents.counts()[0] == storage.current("default").open().documents.counts()[0] == 1
    assert storage.postgres.rows("SELECT count(*) FROM generations WHERE retired IS NULL") == [(1,)]


def test_no_vectors_are_written_to_a_replaced_generation(one: Stores, storage: ServerStorage) -> None:
    assert storage.install(storage.importing("default"))
    with pytest.raises(ArchiveEmpty, match=GONE):
        one.documents.mark_orphans(IDS)


def change(documents: DocumentStore) -> None:
    documents.metadata["thresholds:e5"] = "{}"


def test_metadata_of_a_replaced_collection_are_read_and_no_longer_changed(
    one: Stores, storage: ServerStorage
) -> None:
    change(one.documents)
    assert storage.install(storage.importing("default"))
    assert dict(one.documents.metadata) == {"thresholds:e5": "{}"}
    assert one.documents.metadata.setdefault("thresholds:e5", "other") == "{}"
    for forbidden in (
        lambda: change(one.documents),
        lambda: one.documents.metadata.setdefault("embedder", "e5"),
        lambda: one.documents.metadata.pop("thresholds:e5"),
    ):
        with pytest.raises(ArchiveEmpty, match=GONE):
            forbidden()
    storage.remove("default")
    storage.sweep()
    with pytest.raises(ArchiveEmpty, match=GONE):
        change(one.documents)


def test_a_change_of_metadata_waits_for_who_replaces_the_collection(
    one: Stores, storage: ServerStorage
) -> None:
    current = storage.current("default")
    with ThreadPoolExecutor() as pool:
        with storage.postgres.transaction() as db:
            lock_generation(db, current.number)
            changing = pool.submit(change, one.documents)
            assert not wait([changing], timeout=0.3).done
            db.execute("UPDATE generations SET retired = now() WHERE id = %s", (current.number,))
        with pytest.raises(ArchiveEmpty):
            changing.result()
    assert not one.documents.metadata


def test_what_was_fitted_while_a_collection_was_built_anew_is_kept(
    one: Stores, storage: ServerStorage
) -> None:
    building = storage.building("default")
    new = building.open()
    change(one.documents)  # after the thresholds were copied
    assert not storage.install(building, copy_of=storage.current("default"))
    change(new.documents)
    one.documents.metadata["suggested"] = "[]"  # belongs to the old one alone
    one.documents.metadata.pop("thresholds:e5")  # after it was copied
    assert not storage.install(building, copy_of=storage.current("default"))
    new.documents.metadata.pop("thresholds:e5")
    assert storage.install(building, copy_of=storage.current("default"))


def test_two_imports_of_one_name_are_not_mixed(storage: ServerStorage) -> None:
    first, second = storage.importing("press"), storage.importing("press")
    assert first != second
    with pytest.raises(ArchiveEmpty, match=GONE):
        first.open().documents.put([(BREAD, passages(BREAD, 10))])
    second.open().documents.put([(FERRY, FERRY_PASSAGES)])
    with pytest.raises(ArchiveEmpty, match=GONE):
        storage.install(first)
    assert storage.install(second)
    assert [one.id for one, _ in storage.current("press").documents().articles()] == ["ferry"]


def test_what_is_removed_or_replaced_while_it_is_built_anew_does_not_come_back(
    one: Stores, storage: ServerStorage
) -> None:
    one.documents.put([(FERRY, FERRY_PASSAGES)])
    current, building = storage.current("default"), storage.building("default")
    new = building.open()
    new.documents.put([(FERRY, FERRY_PASSAGES)])
    assert storage.install(storage.importing("default"))
    with pytest.raises(ArchiveEmpty, match=GONE):  # and not tried again for ever
        storage.install(building, copy_of=current)
    storage.remove("default")
    with pytest.raises(ArchiveEmpty, match=GONE):
        new.documents.put([(BREAD, passages(BREAD, 10))])
    with pytest.raises(ArchiveEmpty, match=GONE):
        storage.install(building, copy_of=current)
    assert storage.names() == [] and storage.building("default") != building


def test_a_sweep_passes_over_what_another_process_is_deleting(one: Stores, storage: ServerStorage) -> None:
    one.documents.put([(FERRY, FERRY_PASSAGES)])
    number = storage.current("default").number
    storage.remove("default")
    with ThreadPoolExecutor() as pool, storage.postgres.transaction() as db:
        lock_generation(db, number)
        pool.submit(storage.sweep).result(timeout=10)
    assert storage.postgres.rows("SELECT count(*) FROM articles") == [(1,)]
    storage.sweep()
    assert storage.postgres.rows("SELECT count(*) FROM generations") == [(0,)]
