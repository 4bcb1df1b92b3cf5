"""Collections by name, in a folder that one process owns."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from index.embedding.embedder import SentenceEmbedder
from index.errors import (
    ArchiveBroken,
    ArchiveEmpty,
    ArchiveLocked,
    CollectionInvalid,
    EmbedderMismatch,
    QuothError,
)
from index.library import Library
from index.schemas import Article, Ingested, Skipped

FERRY = Article(id="ferry", text="The ferry burned in the harbour.")
TRAM = Article(id="tram", text="The tram burned in the depot.")
BELL = Article(id="bell", text="The bell of Ostleigh rang at noon.")
# Without an embedder, since it takes seconds to load and only collections need one.
OWNER = """
import sys
from pathlib import Path
from index.library import Library
with Library(Path(sys.argv[1]), None):
    sys.stdout.write("mine\\n")
    sys.stdout.flush()
    sys.stdin.read()
"""


@contextmanager
def owner(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process, which has opened the folder."""
    with subprocess.Popen(
        [sys.executable, "-c", OWNER, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout
            assert process.stdout.readline() == "mine\n"
            yield process
        finally:
            process.kill()


def below(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if "models" not in path.parts}


def test_another_process_learns_who_owns_the_folder(tmp_path: Path, embedder: SentenceEmbedder) -> None:
    with Library(tmp_path, embedder) as library:
        library.collection("news", make=True)
        second = subprocess.run(
            [sys.executable, "-c", OWNER, str(tmp_path)], input="", capture_output=True, text=True, timeout=60
        )
        assert second.returncode == 1
        assert (
            f"ArchiveLocked: the archive in {tmp_path} is in use by process {os.getpid()};" in second.stderr
        )
        assert "stop that one first" in second.stderr
        assert list(library.collection("news").add([FERRY]))


def test_the_folder_is_free_once_its_owner_has_closed_it(tmp_path: Path, embedder: SentenceEmbedder) -> None:
    with owner(tmp_path) as process:
        with pytest.raises(ArchiveLocked, match=f"process {process.pid};"):
            Library(tmp_path, embedder)
        process.communicate("")
        assert process.returncode == 0
        Library(tmp_path, embedder).close()


def test_the_folder_is_free_once_its_owner_was_killed(tmp_path: Path, embedder: SentenceEmbedder) -> None:
    with owner(tmp_path) as process:
        process.kill()
        process.wait()
        with Library(tmp_path, embedder) as library:
            assert library.names() == []


@pytest.mark.slow
def test_of_processes_started_at_once_one_becomes_the_owner(tmp_path: Path) -> None:
    for _ in range(3):
        started = [
            subprocess.Popen(
                [sys.executable, "-c", OWNER, str(tmp_path)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
            for _ in range(4)
        ]
        # Whoever is the owner stays it until all others have tried: it waits for its input to end.
        refused: list[subprocess.Popen[str]] = []
        while len(refused) < 3:
            refused = [process for process in started if process.poll() is not None]
            time.sleep(0.02)
        [owning] = [process for process in started if process not in refused]
        assert owning.communicate("")[0] == "mine\n"
        for process in refused:
            told = process.communicate()[1]
            assert "ArchiveLocked" in told
            assert f"process {owning.pid};" in told or "process (unknown);" in told


def test_others_learn_where_the_owner_answers(tmp_path: Path, embedder: SentenceEmbedder) -> None:
    address = "http://127.0.0.1:7860"
    with Library(tmp_path, embedder, address=address):
        with pytest.raises(ArchiveLocked, match=f"answers at {address}; .*ask it there") as locked:
            Library(tmp_path, embedder)
        assert locked.value.address == address
    with Library(tmp_path, embedder):
        with pytest.raises(ArchiveLocked, match=r"stop that one first$") as locked:
            Library(tmp_path, embedder)
        assert locked.value.address == ""


def test_the_file_of_a_killed_owner_is_ignored(tmp_path: Path, embedder: SentenceEmbedder) -> None:
    with owner(tmp_path) as process:
        process.kill()
        process.wait()
        note = {"pid": process.pid, "address": "http://127.0.0.1:7860"}
    with Library(tmp_path, embedder):
        # As another process finds it that comes before the new owner has noted itself.
        (tmp_path / "owner.json").write_text(json.dumps(note))
        with pytest.raises(ArchiveLocked, match=r"process \(unknown\);") as locked:
            Library(tmp_path, embedder)
        assert locked.value.address == ""


def test_closing_twice_leaves_the_next_owner_alone(tmp_path: Path, embedder: SentenceEmbedder) -> None:
    first = Library(tmp_path, embedder)
    first.close()
    with Library(tmp_path, embedder):
        first.close()
        with pytest.raises(ArchiveLocked, match=f"process {os.getpid()};"):
            Library(tmp_path, embedder)


def test_the_same_process_may_not_open_it_twice_at_once(tmp_path: Path, embedder: SentenceEmbedder) -> None:
    with (
        Library(tmp_path, embedder),
        pytest.raises(ArchiveLocked, match=f"process {os.getpid()};"),
    ):
        Library(tmp_path, embedder)
    for _ in range(3):
        Library(tmp_path, embedder).close()


def test_an_owner_whose_name_cannot_be_read_still_owns(tmp_path: Path, embedder: SentenceEmbedder) -> None:
    with Library(tmp_path, embedder):
        for content in ("", "{", "{}", "[]", "1"):
            (tmp_path / "owner.json").write_text(content)
            with pytest.raises(ArchiveLocked, match=r"process \(unknown\);"):
                Library(tmp_path, embedder)


def test_a_file_cannot_be_the_folder(tmp_path: Path, embedder: SentenceEmbedder) -> None:
    (tmp_path / "file").write_text("")
    for folder in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(ArchiveBroken, match="choose another --home"):
            Library(folder, embedder)


@pytest.mark.parametrize(
    "name",
    [
        "", ".", "..", "../x", "a/b", "/", "/etc", "a\\b", "News", "ä", "a b", " a", "a ", "a\n", "-a", "_a",
        "a.b", "a\0", "😀", "a" * 64, "a" * 5_000, "%2e%2e", "~",
    ],
    ids=lambda name: ascii(name[:8]),
)  # fmt: skip
@pytest.mark.parametrize("make", [False, True])
def test_a_name_that_is_none_is_refused_and_makes_nothing(
    library: Library, home: Path, name: str, make: bool
) -> None:
    before, outside = below(home), below(home.parent)
    with pytest.raises(CollectionInvalid, match="cannot name a collection") as refusal:
        library.collection(name, make=make)
    assert len(str(refusal.value)) < 200
    assert below(home) == before
    assert below(home.parent) == outside


@pytest.mark.parametrize("name", ["a", "0", "news-2022_10", "a" * 63, "con"])
def test_a_good_name_makes_a_collection(library: Library, name: str) -> None:
    list(library.collection(name, make=True).add([FERRY]))
    assert library.names() == [name]
    assert library.collection(name).documents.counts() == (1, 1)


def test_asking_for_a_collection_that_is_not_there_makes_nothing(library: Library, home: Path) -> None:
    before = below(home)
    with pytest.raises(ArchiveEmpty, match=r"'news'.*quoth add"):
        library.collection("news")
    assert below(home) == before
    assert library.names() == []


def test_collections_know_nothing_of_each_other(library: Library) -> None:
    one, two = library.collection("one", make=True), library.collection("two", make=True)
    list(one.add([FERRY]))
    list(two.add([TRAM]))
    assert [hit.passage.article_id for hit in one.search("What burned?")] == ["ferry"]
    assert [hit.passage.article_id for hit in two.search("ferry")] == ["tram"]
    assert one.vectors.ids().isdisjoint(two.vectors.ids())
    list(two.add([FERRY]))
    two.remove(["ferry", "tram"])
    assert [hit.passage.article_id for hit in one.search("ferry")] == ["ferry"]
    assert two.documents.counts() == (0, 0)
    assert library.names() == ["one", "two"]
    assert library.collection("one") is one


def test_a_removed_collection_is_gone_and_can_be_made_anew(library: Library, home: Path) -> None:
    list(library.collection("default", make=True).add([FERRY]))
    news = library.collection("news", make=True)
    list(news.add([FERRY, TRAM]))
    assert news.search("ferry")
    library.remove("news")
    assert library.names() == ["default"] and not (home / "collections" / "news").exists()
    # Whoever had it open, to search, to read or to add, is told so.
    for attempt in (
        lambda: news.search("ferry"),
        lambda: news.vectors.ids(),
        lambda: news.documents.article("ferry"),
        lambda: list(news.add([FERRY])),
        lambda: library.collection("news"),
        lambda: library.remove("news"),
    ):
        with pytest.raises(ArchiveEmpty):
            attempt()
    with pytest.raises(CollectionInvalid, match="stays"):
        library.remove("default")
    with pytest.raises(CollectionInvalid):
        library.remove("../news")
    list(library.collection("news", make=True).add([TRAM]))
    assert [hit.passage.article_id for hit in library.collection("news").search("ferry")] == ["tram"]
    assert library.collection("default").search("ferry")


def test_what_a_crash_left_of_a_removed_collection_is_deleted(home: Path, embedder: SentenceEmbedder) -> None:
    left = home / "collections" / ".removed" / "x" / "news"
    left.mkdir(parents=True)
    with Library(home, embedder) as library:
        assert library.names() == []
    assert not left.exists()


def test_adding_does_not_wait_for_another_ingestion_to_end(library: Library) -> None:
    collection = library.collection("news", make=True)
    adding = collection.add([FERRY, Skipped(source="x", reason="empty"), TRAM])
    next(adding)  # it is under way
    assert list(collection.add([BELL])) == [Ingested(article_id="bell", how="added")]
    collection.remove(["bell"])
    list(adding)
    assert collection.documents.counts()[0] == 2


def test_everything_is_there_after_closing_and_opening(home: Path, embedder: SentenceEmbedder) -> None:
    with Library(home, embedder) as library:
        list(library.collection("news", make=True).add([FERRY, TRAM]))
        before = library.collection("news").search("What burned in the depot?")
    for _ in range(2):
        with Library(home, embedder) as library:
            assert library.names() == ["news"]
            assert library.collection("news").search("What burned in the depot?") == before
            assert library.collection("news").orphans_deleted == 0


def test_another_embedder_is_refused(home: Path, embedder: SentenceEmbedder) -> None:
    with Library(home, embedder) as library:
        list(library.collection("news", make=True).add([FERRY]))
    other = SentenceEmbedder(embedder._folder, name="another")
    with Library(home, other) as library:
        with pytest.raises(EmbedderMismatch, match=f"'{embedder.name}', not 'another'"):
            library.collection("news")
        assert library.collection("other", make=True).documents.counts() == (0, 0)
    with Library(home, embedder) as library:
        assert library.collection("news").search("ferry")


@pytest.mark.parametrize("file", ["catalogue.db", "vectors/chroma.sqlite3"])
def test_damaged_files_are_reported_and_left_alone(home: Path, embedder: SentenceEmbedder, file: str) -> None:
    with Library(home, embedder) as library:
        list(library.collection("news", make=True).add([FERRY]))
        list(library.collection("good", make=True).add([TRAM]))
    damaged = home / "collections" / "news" / file
    damaged.write_bytes(b"not a database" * 1_000)
    with Library(home, embedder) as library:
        with pytest.raises(QuothError, match=r"cannot be used .* backup") as broken:
            library.collection("news").search("ferry")
        assert isinstance(broken.value, ArchiveBroken)
        assert library.collection("good").search("tram")
    assert damaged.read_bytes() == b"not a database" * 1_000


def test_an_opened_collection_is_had_while_another_one_is_being_opened(
    tmp_path: Path, embedder: SentenceEmbedder
) -> None:
    with Library(tmp_path, embedder) as library:
        opened = library.collection("news", make=True)
        with ThreadPoolExecutor(1) as pool, library._opening:
            assert pool.submit(library.collection, "news").result(10) is opened


def test_a_collection_that_cannot_be_swept_does_not_keep_others_from_it(
    tmp_path: Path, embedder: SentenceEmbedder, caplog: pytest.LogCaptureFixture
) -> None:
    with Library(tmp_path, embedder) as library:
        for name in ("broken", "news"):
            list(library.collection(name, make=True).add([FERRY]))
    (tmp_path / "collections" / "broken" / "catalogue.db").write_bytes(b"no database" * 100)
    with Library(tmp_path, embedder) as library:
        library.collection("news").documents.mark_orphans(["left-0"])
        assert library.sweep() == 1
    assert "'broken' cannot be swept" in caplog.text
