"""What every document store, vector store and keyword index does, whichever database it uses."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from index.collection import open_documents
from index.errors import ArchiveEmpty, ArticleUnknown, DiskFull
from index.schemas import Article, Filters, Passage
from index.storage import disk_space
from index.storage.chroma.vector_store import ChromaVectorStore
from index.storage.protocols import DocumentStore, KeywordIndex, PassageSpan, VectorMetadata, VectorStore
from index.storage.sqlite.database import Database
from index.storage.sqlite.document_store import SQLiteDocumentStore
from index.storage.sqlite.keyword_index import FTS5KeywordIndex

FERRY = Article(id="ferry", text="The ferry burned. Nobody was hurt.", source="Post", date=date(2024, 1, 2))
BREAD = Article(id="bread", text="Bread is baked before dawn.", origin="/news/bread.txt")
AXES = np.eye(4, dtype=np.float32)


@dataclass(frozen=True)
class Stores:
    documents: DocumentStore
    vectors: VectorStore
    keywords: KeywordIndex


@pytest.fixture(params=["local"])
def stores(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Stores]:
    database = Database(tmp_path / "catalogue.db")
    stores = Stores(
        SQLiteDocumentStore(database), ChromaVectorStore(tmp_path / "vectors"), FTS5KeywordIndex(database)
    )
    yield stores
    stores.documents.close()
    stores.vectors.close()


def passages(article: Article, *ends: int) -> list[Passage]:
    starts = (0, *(end + 1 for end in ends))
    return [
        Passage(
            id=f"{article.id}-{number}",
            article_id=article.id,
            start=start,
            end=end,
            text=article.text[start:end],
        )
        for number, (start, end) in enumerate(zip(starts, ends, strict=False))
    ]


@pytest.fixture
def filled(stores: Stores) -> Stores:
    stores.documents.put([(FERRY, passages(FERRY, 17, 34)), (BREAD, passages(BREAD, len(BREAD.text)))])
    metadata = [
        VectorMetadata(article_id=article.id, source=article.source, date=article.date)
        for article in (FERRY, FERRY, BREAD)
    ]
    stores.vectors.put(["ferry-0", "ferry-1", "bread-0"], AXES[:3], metadata)
    return stores


def test_documents_come_back_as_they_were(filled: Stores) -> None:
    documents = filled.documents
    assert list(documents.articles()) == [(FERRY, 2), (BREAD, 1)]
    assert documents.article("bread") == BREAD
    assert documents.counts() == (2, 3)
    assert documents.passage_ids() == {"ferry-0", "ferry-1", "bread-0"}
    assert documents.passage_spans("ferry") == [
        PassageSpan(id="ferry-0", start=0, end=17),
        PassageSpan(id="ferry-1", start=18, end=34),
    ]
    found = documents.passages(["ferry-1", "unknown"])
    assert {id_: (passage.text, article) for id_, (passage, article) in found.items()} == {
        "ferry-1": ("Nobody was hurt.", FERRY)
    }
    assert documents.passage_dates(["ferry-0", "bread-0"]) == {"ferry-0": FERRY.date, "bread-0": None}
    assert documents.origins() == {"ferry": "", "bread": "/news/bread.txt"}
    assert documents.newest_date() == FERRY.date
    assert documents.newest_date(date(2023, 1, 1)) == date(2023, 1, 1)


def test_metadata_is_kept(stores: Stores) -> None:
    metadata = stores.documents.metadata
    assert metadata.setdefault("embedder", "one") == metadata.setdefault("embedder", "two") == "one"
    metadata["thresholds"] = "a"
    metadata["thresholds"] = "b"
    assert dict(metadata) == {"embedder": "one", "thresholds": "b"}
    assert len(metadata) == 2 and metadata.get("missing") is None
    del metadata["thresholds"]
    with pytest.raises(KeyError):
        metadata["thresholds"]
    with pytest.raises(KeyError):
        del metadata["thresholds"]


def test_vectors_of_removed_passages_are_orphans(filled: Stores) -> None:
    documents = filled.documents
    documents.mark_orphans(["ferry-0", "new-0"])
    assert documents.orphan_vectors() == ["new-0"]  # a stored passage owns its vector
    documents.remove(["ferry"])
    assert sorted(documents.orphan_vectors()) == ["ferry-0", "ferry-1", "new-0"]
    documents.put([(FERRY, passages(FERRY, 17))])
    documents.clear_orphans(["new-0"])
    assert documents.orphan_vectors() == ["ferry-1"]
    with pytest.raises(ArticleUnknown):
        documents.article("gone")


def test_a_snapshot_does_not_change(filled: Stores) -> None:
    with filled.documents.snapshot() as snapshot:
        filled.documents.remove(["ferry"])
        filled.documents.metadata["new"] = "x"
        assert list(snapshot.articles()) == [(FERRY, 2), (BREAD, 1)]
        assert "new" not in snapshot.metadata
    assert filled.documents.counts() == (1, 1)


def test_vectors_are_found_by_cosine_and_filters(filled: Stores) -> None:
    vectors = filled.vectors
    query = (AXES[0] * 0.8 + AXES[2] * 0.6).astype(np.float32)
    assert vectors.nearest(query, 2, Filters()) == pytest.approx({"ferry-0": 0.8, "bread-0": 0.6}, abs=1e-6)
    assert list(vectors.nearest(query, 3, Filters(article_ids=("bread",)))) == ["bread-0"]
    assert vectors.similarities(query, ["bread-0", "unknown"]) == pytest.approx({"bread-0": 0.6}, abs=1e-6)
    vectors.delete(["ferry-0", "unknown"])
    assert vectors.ids() == {"ferry-1", "bread-0"}
    found, rows = vectors.get(["ferry-0", "ferry-1"])
    assert (found, rows.tolist()) == (["ferry-1"], [AXES[1].tolist()])


def test_keywords_are_found_and_weighted(filled: Stores) -> None:
    keywords = filled.keywords
    assert set(keywords.search({"burned": 1.0, "bread": 1.0}, 5, Filters())) == {"ferry-0", "bread-0"}
    assert set(keywords.search({"burned": 1.0, "bread": 1.0}, 5, Filters(source="Post"))) == {"ferry-0"}
    weights = keywords.idf_weights({"ferry": 1.0, "missing": 1.0})
    assert weights["miss"] > weights["ferri"] > 0
    assert keywords.unindexed_passages() == keywords.orphan_entries() == []


def test_a_keyword_index_reports_what_it_lacks(filled: Stores, tmp_path: Path) -> None:
    database = Database(tmp_path / "catalogue.db")
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


def test_documents_can_be_opened_alone(filled: Stores, tmp_path: Path) -> None:
    documents = open_documents(tmp_path)
    assert documents.counts() == (2, 3)
    documents.close()
