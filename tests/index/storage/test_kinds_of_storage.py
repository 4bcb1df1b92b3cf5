"""A library does the same with its articles in a folder and on servers."""

from __future__ import annotations

import zipfile
from collections.abc import Generator, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from index.embedding.embedder import SentenceEmbedder
from index.errors import ArchiveEmpty, CollectionInvalid, SnapshotInvalid
from index.library import Library
from index.maintenance.backup_file import verify_backup
from index.maintenance.integrity import check_integrity, repair
from index.readers.registry import read_sources
from index.schemas import Article, Filters, IngestReport
from index.storage.folders.folder_storage import FolderStorage
from index.storage.generations import Storage
from index.storage.protocols import VectorMetadata
from tests.index.storage.test_duplicate_clusters import HERALD, OWN, WIRE
from tests.paths import SEEDS
from tests.servers import Servers

QUERIES = (
    "Who will operate the wind farm?",
    "How much do the new pillars cost?",
    "What did the U.S. say?",
    "Jean-Pierre",
    "ferry timetable",
    "zzz",
)
ARTICLES = [Article(id=id_, text=text) for id_, text in {"wire": WIRE, "herald": HERALD, "own": OWN}.items()]


@pytest.fixture
def library(storage: Storage, home: Path, embedder: SentenceEmbedder) -> Iterator[Library]:
    with Library(home, embedder, storage=storage) as library:
        yield library


def add(library: Library, *articles: Article, collection: str = "default") -> IngestReport:
    return IngestReport.of(library.collection(collection, make=True).add(articles))


def test_articles_are_added_changed_found_and_removed(library: Library) -> None:
    with pytest.raises(ArchiveEmpty, match="quoth add"):
        library.collection("default")
    assert add(library, *ARTICLES).added == ("wire", "herald", "own")
    assert add(library, *ARTICLES).unchanged == ("wire", "herald", "own")
    changed = Article(id="own", text=f"{OWN} A ferry brought the crane on Friday.")
    assert add(library, changed).updated == ("own",)
    collection = library.collection("default")
    [first, *_] = collection.search("Who brought the crane on Friday?")
    assert first.passage.article_id == "own" and "brought the crane" in first.passage.text
    [quay, *_] = collection.search(
        "When was the quay built for coal ships?", filters=Filters(without_ids=("own",))
    )
    assert {quay.passage.article_id, *(one.id for one in quay.also)} == {"wire", "herald"}
    collection.remove(["wire", "own"])
    assert {hit.passage.article_id for hit in collection.search("crane")} == {"herald"}
    report = check_integrity(collection)
    assert not report.repairable and report.articles == 1 and report.vectors == report.passages


def test_collections_are_made_listed_and_removed(library: Library) -> None:
    add(library, ARTICLES[0])
    add(library, ARTICLES[1], collection="press")
    assert library.names() == ["default", "press"] and library.outdated() == {}
    library.check()
    held = library.collection("press")
    library.remove("press")
    assert library.names() == ["default"]
    with pytest.raises(ArchiveEmpty):
        held.search("crane")
    with pytest.raises(CollectionInvalid):
        library.remove("default")
    assert library.collection("default").documents.counts()[0] == 1


def test_a_reindexed_collection_has_the_same_articles(library: Library) -> None:
    add(library, *ARTICLES)
    library.collection("default").documents.set_origins({"wire": "/wire.txt"})
    held = library.collection("default")
    before = list(held.documents.articles())
    outcomes = list(library.reindex("default"))
    assert [one.article_id for one in outcomes] == [one.id for one, _ in before]
    collection = library.collection("default")
    assert list(collection.documents.articles()) == before
    assert collection.search("pillars")[0].passage.article_id in {"wire", "herald", "own"}
    assert not check_integrity(collection).repairable


def test_lost_vectors_are_computed_again(library: Library) -> None:
    add(library, *ARTICLES)
    library.drop_vectors("default")
    collection = library.collection("default")
    report = check_integrity(collection)
    assert len(report.missing_vectors) == report.passages > 0
    repair(collection, report)
    assert not check_integrity(collection).repairable
    assert collection.search("How much do new pillars cost?")


@pytest.mark.distributed
def test_both_kinds_find_the_same(servers: Servers, seeded: Library, home: Path) -> None:
    with Library(home, seeded.embedder, storage=servers.new_storage()) as served:
        list(served.collection("default", make=True).add(read_sources([SEEDS])))
        for query in QUERIES:
            for filters in (Filters(), Filters(source="The Orm Observer")):
                found, expected = (
                    [
                        (hit.passage, hit.score)
                        for hit in one.collection("default").search(query, k=5, filters=filters)
                    ]
                    for one in (served, seeded)
                )
                assert [passage.id for passage, _ in found] == [passage.id for passage, _ in expected], query
                assert [score for _, score in found] == pytest.approx(
                    [score for _, score in expected], abs=0.02
                )


@pytest.mark.distributed
def test_an_export_moves_between_the_kinds(
    servers: Servers, seeded: Library, tmp_path: Path, embedder: SentenceEmbedder
) -> None:
    seeded.collection("default").documents.metadata["thresholds"] = "{}"
    files = [tmp_path / f"{number}.zip" for number in range(3)]
    write(seeded, files[0])
    with Library(tmp_path / "served", embedder, storage=servers.new_storage()) as served:
        list(served.restore(files[0], {"default": "default"}))
        with pytest.raises(SnapshotInvalid, match="--replace"):
            list(served.restore(files[0], {"default": "default"}))
        list(served.restore(files[0], {"default": "default"}, replace=True))
        write(served, files[1])
    with Library(tmp_path / "back", embedder) as back:
        list(back.restore(files[1], {"default": "default"}))
        write(back, files[2])
    manifests = [verify_backup(file) for file in files]
    assert manifests[0].sha256 == manifests[1].sha256 == manifests[2].sha256
    assert manifests[0].collections == manifests[1].collections == manifests[2].collections


def write(library: Library, file: Path) -> None:
    with file.open("wb") as sink:
        for _ in library.export(["default"], sink):
            pass
    with zipfile.ZipFile(file) as archive:
        assert archive.testzip() is None


def test_an_import_that_fails_leaves_nothing(library: Library, storage: Storage, tmp_path: Path) -> None:
    add(library, *ARTICLES)
    file = tmp_path / "export.zip"
    write(library, file)
    steps = library.restore(file, {"default": "copy"})
    assert isinstance(steps, Generator)
    next(steps)
    steps.close()
    assert library.names() == ["default"]
    if isinstance(storage, FolderStorage):
        assert not list(tmp_path.glob("stored/collections/.importing/*"))
    else:
        from index.storage.postgres.server_storage import ServerStorage

        assert isinstance(storage, ServerStorage)
        assert storage.postgres.rows("SELECT count(*) FROM articles") == [(len(ARTICLES),)]
    assert len(list(library.restore(file, {"default": "copy"}))) == len(ARTICLES)


@pytest.mark.distributed
def test_another_process_sees_a_reindexed_and_a_removed_collection(
    servers: Servers, tmp_path: Path, embedder: SentenceEmbedder
) -> None:
    url = servers.new_database()
    with (
        Library(tmp_path / "a", embedder, storage=servers.new_storage(url)) as one,
        closing(Library(tmp_path / "b", embedder, storage=servers.new_storage(url))) as other,
    ):
        add(one, ARTICLES[0])
        held = other.collection("default")
        steps = one.reindex("default")
        next(steps)
        add(other, ARTICLES[2])  # after it was begun
        other.collection("default").documents.metadata["thresholds:e5"] = "{}"
        assert [*steps]
        assert one.collection("default").documents.metadata["thresholds:e5"] == "{}"
        assert held.search("When was the quay built?")  # an answer that was under way
        assert {article.id for article, _ in other.collection("default").documents.articles()} == {
            "wire",
            "own",
        }
        assert other.collection("default") is not held
        add(other, ARTICLES[1], collection="press")
        assert one.names() == ["default", "press"]
        one.remove("press")
        with pytest.raises(ArchiveEmpty):
            other.collection("press")


@pytest.mark.distributed
def test_mending_keeps_the_vectors_that_another_process_is_writing(
    servers: Servers, tmp_path: Path, embedder: SentenceEmbedder
) -> None:
    with Library(tmp_path, embedder, storage=servers.new_storage()) as library:
        add(library, ARTICLES[0])
        collection = library.collection("default")
        vector, metadata = embedder.encode(["x"]), [VectorMetadata(article_id="a", source="", date=None)]
        collection.documents.mark_orphans(["written-0"])
        for id_ in ("written-0", "left-0"):
            collection.vectors.put([id_], vector, metadata)
        report = check_integrity(collection)
        assert report.orphan_vectors == ("left-0", "written-0")
        repair(collection, report)
        assert collection.vectors.ids() == {*collection.documents.passage_ids(), "written-0"}
