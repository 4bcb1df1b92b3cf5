"""Adding, changing and removing articles: in all three places or in none."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from index import ingest
from index.collection import Collection
from index.embedding.embedder import SentenceEmbedder
from index.errors import ArchiveBroken, ArticleUnknown, DiskFull
from index.library import Library
from index.readers.registry import read_sources
from index.schemas import Article, Ingested, IngestReport, Remark, Replaced, Skipped
from index.storage import disk_space
from index.storage.chroma.vector_store import ChromaVectorStore
from index.storage.sqlite.document_store import SQLiteDocumentStore
from tests.index.tables import rows

LONG = "The council of the harbour town met on Monday and spoke about the new bridge. " * 24
FERRY = Article(
    id="ferry", title="Ferry", text="The ferry burned in the harbour.", source="Post", date=date(2022, 1, 2)
)
BRIDGE = Article(id="bridge", title="Bridge", text=LONG, source="Herald")


@pytest.fixture
def collection(library: Library) -> Collection:
    return library.collection("default", make=True)


@pytest.fixture
def news(tmp_path: Path) -> Path:
    folder = tmp_path / "news"
    folder.mkdir()
    return folder


def add(collection: Collection, *items: Article | Skipped) -> IngestReport:
    return IngestReport.of(collection.add(items))


def read(collection: Collection, *sources: Path) -> IngestReport:
    return IngestReport.of(collection.add(read_sources(sources)))


def stored(collection: Collection) -> dict[str, str]:
    """Every passage's text by id, of which all three places have been found to hold the same."""
    documents = collection.documents
    ids = documents.passage_ids()
    assert collection.vectors.ids() == ids
    assert documents.orphan_vectors() == []
    words = rows(
        documents,
        "SELECT id, title, text FROM passage_fts LEFT JOIN passages ON row = passage_fts.rowid",
    )
    found = documents.passages(sorted(ids))
    assert {id_: (title, text) for id_, title, text in words} == {
        id_: (article.title, passage.text) for id_, (passage, article) in found.items()
    }
    assert len(words) == len(ids)
    for passage, article in found.values():
        assert passage.text == article.text[passage.start : passage.end]
    assert documents.counts() == (len(list(documents.articles())), len(ids))
    return {id_: passage.text for id_, (passage, _) in found.items()}


def vectors(collection: Collection) -> dict[str, list[float]]:
    probe = np.eye(384, dtype=np.float32)
    ids = sorted(collection.vectors.ids())
    return {id_: [collection.vectors.similarities(axis, [id_])[id_] for axis in probe[:8]] for id_ in ids}


def found(collection: Collection, query: str) -> list[str]:
    return [hit.passage.article_id for hit in collection.search(query)]


def test_articles_are_added_and_come_back_as_they_were(collection: Collection) -> None:
    report = add(collection, FERRY, BRIDGE)
    assert report == IngestReport(added=("ferry", "bridge"))
    assert str(report) == "2 added, 0 updated, 0 unchanged, 0 skipped"
    assert collection.documents.article("ferry") == FERRY
    assert collection.documents.article("bridge") == BRIDGE
    texts = stored(collection)
    assert sum(id_.startswith("bridge-") for id_ in texts) > 1
    assert FERRY.text in texts.values()
    assert [(a.id, n) for a, n in collection.documents.articles()] == [
        ("ferry", 1),
        ("bridge", len(texts) - 1),
    ]


def test_adding_twice_changes_nothing(collection: Collection) -> None:
    add(collection, FERRY, BRIDGE)
    before, numbers = stored(collection), vectors(collection)
    assert add(collection, BRIDGE, FERRY) == IngestReport(unchanged=("bridge", "ferry"))
    assert stored(collection) == before
    assert vectors(collection) == numbers


def test_what_has_no_words_is_skipped_and_the_rest_goes_on(collection: Collection) -> None:
    report = add(
        collection,
        Skipped(source="a.pdf", reason="format .pdf is not read"),
        Article(id="blank", text=" \n\t "),
        Article(id="blank", text="", origin="/news/blank.txt"),
        FERRY,
    )
    assert report.added == ("ferry",)
    assert [skipped.source for skipped in report.skipped] == ["a.pdf", "blank", "/news/blank.txt"]
    assert collection.documents.counts() == (1, 1)


@pytest.mark.parametrize(
    "change",
    [
        {"text": "A tram burned in the depot. " * 50},
        {"text": FERRY.text + " "},
        {"title": "A ship"},
        {"date": date(2022, 1, 3)},
        {"date": None},
        {"source": "Courier"},
        {"url": "https://example.org/ferry"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_changed_article_replaces_all_of_the_old_one(collection: Collection, change: dict) -> None:
    add(collection, FERRY, BRIDGE)
    old = stored(collection)
    changed = dataclasses.replace(FERRY, **change)
    replaced = Replaced(article_id="ferry", title="Ferry", by="ferry")
    assert add(collection, changed) == IngestReport(updated=("ferry",), replaced=(replaced,))
    assert collection.documents.article("ferry") == changed
    new = stored(collection)
    assert {id_ for id_ in old if id_.startswith("ferry-")}.isdisjoint(new)
    assert {id_ for id_ in old if id_.startswith("bridge-")} <= set(new)
    hit = collection.search("What burned?")[0]
    assert (hit.passage.article_id, hit.title, hit.date, hit.source) == (
        "ferry", changed.title, changed.date, changed.source,
    )  # fmt: skip


def test_the_old_words_find_nothing_once_an_article_has_changed(collection: Collection) -> None:
    add(collection, FERRY)
    add(collection, dataclasses.replace(FERRY, title="Tram", text="A tram burned in the depot."))
    assert collection.weights("ferry")["ferri"] > collection.weights("tram")["tram"]
    assert collection.search("ferry")[0].passage.text == "A tram burned in the depot."
    assert collection.search("ferry")[0].coverage == 0


def test_a_long_article_may_become_short_and_long_again(collection: Collection) -> None:
    for text in ("Short.", LONG, "Short."):
        add(collection, dataclasses.replace(BRIDGE, text=text))
        assert " ".join(stored(collection).values()) == text.strip()


def test_the_last_of_two_articles_with_the_same_id_is_stored(collection: Collection) -> None:
    later = dataclasses.replace(FERRY, text="The tram burned.")
    assert add(collection, FERRY, later).added == ("ferry",)
    assert list(stored(collection).values()) == ["The tram burned."]


def test_an_earlier_reading_does_not_replace_the_one_that_is_there(collection: Collection) -> None:
    add(collection, FERRY)
    report = add(collection, dataclasses.replace(FERRY, text="The tram burned."), FERRY)
    assert report.unchanged == ("ferry",)
    assert list(stored(collection).values()) == [FERRY.text]


def test_more_than_one_batch(collection: Collection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ingest, "BATCH_PASSAGES", 3)
    articles = [Article(id=f"a{n}", text=f"Story {n} of the harbour.") for n in range(10)]
    stored_ids: list[str] = []
    for outcome in collection.add(articles):
        assert isinstance(outcome, Ingested)
        stored_ids.append(outcome.article_id)
        # What is yielded is stored.
        assert collection.documents.digest(outcome.article_id)
    assert stored_ids == [article.id for article in articles]
    assert len(stored(collection)) == 10


def test_stopping_the_iteration_keeps_what_was_yielded(
    collection: Collection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ingest, "BATCH_PASSAGES", 2)
    walk = collection.add([Article(id=f"a{n}", text=f"Story {n}.") for n in range(9)])
    outcomes = [next(walk) for _ in range(3)]
    walk.close()
    there = {article.id for article, _ in collection.documents.articles()}
    assert {outcome.article_id for outcome in outcomes if isinstance(outcome, Ingested)} <= there
    stored(collection)
    assert len(
        add(collection, *(Article(id=f"a{n}", text=f"Story {n}.") for n in range(9))).added
    ) == 9 - len(there)


def test_an_unreadable_source_in_the_middle_loses_nothing(
    collection: Collection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ingest, "BATCH_PASSAGES", 2)

    def source() -> Iterator[Article]:
        yield from (Article(id=f"a{n}", text=f"Story {n}.") for n in range(5))
        raise OSError("the disk was pulled out")

    outcomes = []
    with pytest.raises(OSError, match="pulled out"):
        for outcome in collection.add(source()):
            outcomes.append(outcome)
    assert len(outcomes) == 4
    assert len(stored(collection)) == 4
    assert add(collection, FERRY).added == ("ferry",)


def test_a_file_that_changes_replaces_its_article(collection: Collection, news: Path) -> None:
    file = news / "news.txt"
    file.write_text("The ferry burned in the harbour.")
    [old] = read(collection, file).added
    file.write_text("The tram burned in the depot.")
    [new] = read(collection, file).updated
    assert old != new
    assert list(stored(collection).values()) == ["The tram burned in the depot."]
    with pytest.raises(ArticleUnknown):
        collection.documents.article(old)


def test_a_file_that_was_renamed_is_not_lost_to_its_successor(collection: Collection, news: Path) -> None:
    latest, kept_as = news / "latest.txt", news / "monday.txt"
    latest.write_text("The ferry burned on Monday.")
    [monday] = read(collection, latest).added
    latest.rename(kept_as)
    latest.write_text("The tram burned on Tuesday.")
    report = read(collection, news)
    assert report.unchanged == (monday,)
    assert sorted(stored(collection).values()) == [
        "The ferry burned on Monday.",
        "The tram burned on Tuesday.",
    ]
    kept_as.write_text("The ferry did not burn.")
    read(collection, news)
    assert sorted(stored(collection).values()) == ["The ferry did not burn.", "The tram burned on Tuesday."]


def test_two_files_of_the_same_words_are_one_article(collection: Collection, news: Path) -> None:
    for name in ("one.txt", "two.txt"):
        (news / name).write_text("The ferry burned.")
    read(collection, news)
    assert list(stored(collection).values()) == ["The ferry burned."]
    (news / "one.txt").write_text("The tram burned.")
    read(collection, news)
    assert sorted(stored(collection).values()) == ["The ferry burned.", "The tram burned."]


def test_articles_without_origin_replace_nobody(collection: Collection) -> None:
    add(collection, FERRY)
    assert add(collection, Article(id="tram", text="The tram burned.")).added == ("tram",)
    assert len(stored(collection)) == 2


def test_a_removed_article_leaves_nothing(collection: Collection) -> None:
    add(collection, FERRY, BRIDGE)
    collection.remove(["bridge"])
    assert list(stored(collection).values()) == [FERRY.text]
    assert found(collection, "Which bridge did the council speak about?") == ["ferry"]
    assert collection.weights("council") == pytest.approx({"council": np.log1p(1.5 / 0.5)})
    with pytest.raises(ArticleUnknown, match="'bridge'"):
        collection.documents.article("bridge")
    assert add(collection, BRIDGE).added == ("bridge",)
    stored(collection)


def test_of_several_to_remove_one_unknown_keeps_all(collection: Collection) -> None:
    add(collection, FERRY, BRIDGE)
    before = stored(collection)
    with pytest.raises(ArticleUnknown, match=r"'nobody'.*quoth list"):
        collection.remove(["ferry", "nobody"])
    assert stored(collection) == before
    collection.remove(["ferry", "bridge", "ferry"])
    assert stored(collection) == {}


def test_embedding_again_changes_nothing(collection: Collection) -> None:
    add(collection, FERRY, BRIDGE)
    before = stored(collection)
    assert IngestReport.of(collection.add([FERRY, BRIDGE], again=True)).updated == ("ferry", "bridge")
    assert stored(collection) == before


def _die_once(monkeypatch: pytest.MonkeyPatch, owner: type, method: str) -> None:
    def die(*_: object, **__: object) -> None:
        monkeypatch.undo()
        raise ArchiveBroken("a bolt from the blue")

    monkeypatch.setattr(owner, method, die)


@pytest.mark.parametrize("method", ["put", "delete"])
def test_after_a_failure_in_the_middle_the_old_answers_and_adding_again_mends(
    collection: Collection, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    add(collection, FERRY, BRIDGE)
    before = set(stored(collection).values())
    changed = dataclasses.replace(FERRY, text="The tram burned in the depot.")
    _die_once(monkeypatch, ChromaVectorStore, method)
    with pytest.raises(ArchiveBroken, match="bolt"):
        add(collection, changed, Article(id="new", text="Something new."))
    hit = collection.search("What burned in the harbour?")[0]
    if method == "put":
        assert hit.passage.text == FERRY.text
        assert {
            p.text
            for p, _ in collection.documents.passages(list(collection.documents.passage_ids())).values()
        } == before
    else:
        assert hit.passage.text == changed.text
    add(collection, changed, Article(id="new", text="Something new."), BRIDGE)
    add(collection, Article(id="newer", text="Something newer."))
    assert {"The tram burned in the depot.", "Something new."} <= set(stored(collection).values())


@pytest.mark.parametrize("again", [False, True])
def test_vectors_of_an_interrupted_write_are_deleted_at_the_next_opening(
    home: Path, embedder: SentenceEmbedder, monkeypatch: pytest.MonkeyPatch, again: bool
) -> None:
    with Library(home, embedder) as library:
        collection = library.collection("default", make=True)
        add(collection, FERRY, BRIDGE)
        before = stored(collection)
        # Between the vectors and the document store.
        _die_once(monkeypatch, SQLiteDocumentStore, "put")
        changed = [FERRY, BRIDGE] if again else [dataclasses.replace(BRIDGE, text="A tram. " * 120)]
        with pytest.raises(ArchiveBroken, match="bolt"):
            list(collection.add(changed, again=again))
    with Library(home, embedder) as library:
        collection = library.collection("default")
        assert (collection.orphans_deleted > 0) is not again
        assert stored(collection) == before
        assert collection.search("What burned?")[0].passage.article_id == "ferry"


def test_a_full_disk_is_reported_before_anything_is_changed(
    collection: Collection, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(collection, FERRY)
    before = stored(collection)
    with monkeypatch.context() as patch:
        patch.setattr(disk_space, "MIN_FREE_BYTES", 10**18)
        with pytest.raises(DiskFull, match="free some space"):
            add(collection, BRIDGE)
        assert add(collection, FERRY).unchanged == ("ferry",)
        assert found(collection, "What burned?") == ["ferry"]
    assert stored(collection) == before
    assert add(collection, BRIDGE).added == ("bridge",)


def test_writers_take_turns(collection: Collection) -> None:
    reports: list[IngestReport] = []

    def write(name: str) -> None:
        reports.append(
            add(collection, *(Article(id=f"{name}{n}", text=f"Story {name}{n}.") for n in range(8)))
        )

    threads = [threading.Thread(target=write, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [len(report.added) for report in reports] == [8] * 4
    assert len(stored(collection)) == 32


def test_articles_of_one_run_that_replace_each_other_are_told(collection: Collection) -> None:
    first = dataclasses.replace(FERRY, origin="/news/a.txt", title="First")
    second = dataclasses.replace(BRIDGE, origin="/news/a.txt")
    third = dataclasses.replace(FERRY, title="Third", text="The ferry was mended.")
    report = add(collection, first, FERRY, second, third)
    assert report.added == ("bridge", "ferry")
    assert [(one.article_id, one.title, one.by) for one in report.replaced] == [
        ("ferry", "First", "ferry"),
        ("ferry", "Ferry", "ferry"),
    ]
    [replaced] = add(collection, first, second).replaced
    assert (replaced.title, replaced.by) == ("First", "bridge")


def test_remarks_become_one_warning_for_each_kind(collection: Collection) -> None:
    def remarked(n: int) -> Article:
        remark = Remark(place=f"a.csv:{n}", kind="its date is odd", detail=f"'{n}'")
        return Article(id=str(n), text=f"The ferry {n} sailed.", remarks=(remark,))

    report = add(collection, *map(remarked, range(3)))
    assert report.warnings == ("a.csv:0: its date is odd ('0'), and so in 2 more",)
    assert add(collection, remarked(2)).warnings == ("a.csv:2: its date is odd ('2')",)
    assert collection.documents.article("0").remarks == ()
