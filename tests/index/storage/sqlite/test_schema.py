"""A home of Quoth 0.1 is migrated when it is opened, and an interrupted migration changes nothing."""

from __future__ import annotations

import io
import json
import sqlite3
import subprocess
import sys
import zipfile
from collections.abc import Collection, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from index.embedding.embedder import SentenceEmbedder, TextTokenizer, Vectors
from index.errors import ArchiveBroken
from index.library import Library
from index.schemas import Article, IngestReport
from index.storage.folders.layout import DOCUMENTS
from index.storage.sqlite import schema
from index.storage.sqlite.database import Database
from index.storage.sqlite.document_store import SQLiteDocumentStore
from tests.paths import FILES, ROOT

SEARCHES: list[dict[str, Any]] = [
    json.loads(line) for line in (FILES / "home" / "home-0.1.jsonl").read_text().splitlines()
]
RENAMES = [statement for statements in schema.RENAMES.values() for statement in statements]
KILLED = """
import os, sys
from pathlib import Path
from index.storage.sqlite import schema
from index.storage.sqlite.database import Database

class Killing(tuple):
    def __iter__(self):
        yield from tuple.__iter__(self)
        os.kill(os.getpid(), 9)

schema.RENAMES[sys.argv[2]] = Killing(schema.RENAMES[sys.argv[2]])
Database(Path(sys.argv[1]))
"""


class RecordedQueries:
    """The embedder of the old home, whose vectors of the recorded queries depend on no processor."""

    def __init__(self, embedder: SentenceEmbedder) -> None:
        self._embedder = embedder
        self.name = embedder.name
        self.tokens: TextTokenizer = embedder.tokens
        self.languages: Collection[str] = embedder.languages
        self.unrelated = embedder.unrelated
        self._vectors = {one["query"]: np.asarray(one["vector"], dtype=np.float32) for one in SEARCHES}

    def encode(self, texts: Sequence[str]) -> Vectors:
        return self._embedder.encode(texts)

    def encode_query(self, query: str) -> Vectors:
        known = self._vectors.get(query)
        return self._embedder.encode_query(query) if known is None else known


@pytest.fixture
def old_home(home: Path) -> Path:
    with zipfile.ZipFile(FILES / "home" / "home-0.1.zip") as packed:
        packed.extractall(home)
    return home


@pytest.fixture
def file(old_home: Path) -> Path:
    return old_home / "collections" / "default" / DOCUMENTS


@pytest.fixture
def opened(old_home: Path, embedder: SentenceEmbedder) -> Iterator[Library]:
    with Library(old_home, RecordedQueries(embedder)) as library:
        yield library


def dump(file: Path) -> list[str]:
    """All that the file contains, as SQL, and its version."""
    with closing(sqlite3.connect(file)) as db:
        return [*db.iterdump(), *map(str, db.execute("PRAGMA user_version"))]


def assert_searches_as_recorded(library: Library) -> None:
    for recorded in SEARCHES:
        hits = library.collection(recorded["collection"]).search(recorded["query"], k=5)
        assert {hit.passage.id: hit.score for hit in hits} == pytest.approx(recorded["hits"], abs=1e-4)
        assert [hit.passage.id for hit in hits] == list(recorded["hits"])
        also = {hit.passage.id: [other.id for other in hit.also] for hit in hits if hit.also}
        assert also == recorded["also"]


def test_an_old_home_answers_as_before(opened: Library) -> None:
    assert opened.names() == ["default", "second"]
    # Their languages are not known yet.
    assert opened.outdated() == {"default": 6, "second": 2}
    counts = {name: opened.collection(name).documents.counts() for name in opened.names()}
    assert counts == {"default": (6, 12), "second": (2, 4)}
    assert_searches_as_recorded(opened)
    metadata = opened.collection("default").documents.metadata
    assert json.loads(metadata["thresholds"]) == {"search": 0.3, "answer": 0.4}
    assert len(json.loads(metadata["suggested"])["questions"]) == 2
    assert opened.collection("default").orphans_deleted == 0


def test_a_migrated_home_is_migrated_once(old_home: Path, file: Path, embedder: SentenceEmbedder) -> None:
    with Library(old_home, RecordedQueries(embedder)) as library:
        assert_searches_as_recorded(library)
    migrated = dump(file)
    assert migrated[-1] == f"({schema.VERSION},)"
    with Library(old_home, RecordedQueries(embedder)) as library:
        assert_searches_as_recorded(library)
    assert dump(file) == migrated


def test_words_of_stored_articles_are_found_as_people_type_them(file: Path) -> None:
    with closing(sqlite3.connect(file)) as db:
        db.execute("UPDATE words SET text = 'The ﬁrst oﬃcer of the light\xadhouse' WHERE rowid = 1")
        db.commit()
    database = Database(file)
    for word in ("first", "officer", "lighthouse"):
        rows = database.rows("SELECT rowid FROM passage_fts WHERE passage_fts MATCH ?", (f"text:{word}",))
        assert (1,) in rows
    database.close()


def test_a_migrated_collection_can_be_changed(opened: Library) -> None:
    collection = opened.collection("default")
    wire = collection.documents.article("wind-farm-marren-post")
    copy = Article(id="copy", title="Wind farm approved", text=wire.text, source="Tide")
    assert IngestReport.of(collection.add([copy, wire])) == IngestReport(
        added=("copy",), unchanged=("wind-farm-marren-post",)
    )
    hits = collection.search(SEARCHES[0]["query"], k=5)
    duplicates = {
        frozenset({hit.passage.article_id, *(other.id for other in hit.also)}) for hit in hits if hit.also
    }
    assert duplicates == {frozenset({"copy", "wind-farm-marren-post", "wind-farm-coast-herald"})}
    collection.remove(["copy"])
    assert collection.vectors.ids() == collection.documents.passage_ids()
    assert_searches_as_recorded(opened)


def test_a_migrated_collection_can_be_reindexed_and_exported(
    opened: Library, tmp_path: Path, embedder: SentenceEmbedder
) -> None:
    articles = dict(opened.collection("default").documents.articles())
    saved = tmp_path / "saved.zip"
    with saved.open("wb") as sink:
        list(opened.export(["default", "second"], sink))
    with Library(tmp_path / "other", RecordedQueries(embedder)) as other:
        list(other.restore(saved, {"default": "default", "second": "second"}))
        assert dict(other.collection("default").documents.articles()) == articles
        assert_searches_as_recorded(other)
    assert {outcome.how for outcome in opened.reindex("default")} == {"added"}
    assert dict(opened.collection("default").documents.articles()) == articles
    list(opened.export(["default"], io.BytesIO()))


@pytest.mark.parametrize("failing", range(len(RENAMES)))
def test_a_failed_migration_leaves_the_old_file(
    file: Path, failing: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = dump(file)
    broken = {
        table: tuple(one if one != RENAMES[failing] else "SELECT no_such_function()" for one in statements)
        for table, statements in schema.RENAMES.items()
    }
    with monkeypatch.context() as patch:
        patch.setattr(schema, "RENAMES", broken)
        with pytest.raises(ArchiveBroken, match="no_such_function"):
            Database(file)
    assert dump(file) == before
    with closing(SQLiteDocumentStore(Database(file))) as documents:
        assert documents.counts() == (6, 12)


@pytest.mark.parametrize("table", list(schema.RENAMES))
def test_a_killed_migration_leaves_the_old_file(file: Path, table: str) -> None:
    before = dump(file)
    killed = subprocess.run([sys.executable, "-c", KILLED, str(file), table], cwd=ROOT)
    assert killed.returncode == -9
    assert dump(file) == before
    with closing(SQLiteDocumentStore(Database(file))) as documents:
        assert documents.counts() == (6, 12)


def test_a_newer_version_is_refused_and_left_alone(
    old_home: Path, file: Path, embedder: SentenceEmbedder
) -> None:
    with closing(sqlite3.connect(file)) as db:
        db.execute(f"PRAGMA user_version = {schema.VERSION + 1}")
    before = dump(file)
    with Library(old_home, embedder) as library:
        with pytest.raises(ArchiveBroken, match=r"newer version of Quoth .* update Quoth"):
            library.collection("default")
        assert library.collection("second").documents.counts() == (2, 4)
    assert dump(file) == before
