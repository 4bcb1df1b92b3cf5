"""Copies of a report are clustered, in whatever order they are added and removed; other reports are not."""

from __future__ import annotations

import itertools
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from index.schemas import Article
from index.storage.sqlite import document_store, duplicate_clusters
from index.storage.sqlite.database import Database
from index.storage.sqlite.document_store import SQLiteDocumentStore
from index.text.shingles import Shingles
from tests.index.tables import rows
from tests.paths import SEEDS

WIRE = """PORT SKERROW (Northshore Wire) - The harbour board on Tuesday closed the eastern quay after divers
found cracks in eleven of its pillars. Fishing boats were told to land their catch at the old pier until the
end of March.

"Nobody should stand on that quay, and nobody will," said the board's chair, Tamsin Orrell. She put the cost
of new pillars at 3.1 million euros and asked the government for half of it.

The quay was built in 1968 for coal ships and has served the fishing fleet since the last mine closed.
Divers looked at it every fourth year, most recently in 2019, when they noted rust but no cracks.

Skippers fear long queues at the old pier, which has a single crane. Their association wants a second one
before the herring season begins. The board said it would hire a floating crane if it found one that was
free.

Orrell promised a first report on the damage within two weeks."""
# One outlet's own first line, one's trimmed end, one's punctuation, and one with a paragraph more.
HERALD = "Bad news reached our island's fishermen shortly before Christmas, writes Jonna Peel.\n\n" + WIRE
TIDE = WIRE[: WIRE.index("Their association")]
POST = WIRE.replace('"', "»").replace(" - ", " — ").replace(". ", " . ").replace("\n", " ").upper()
COURIER = WIRE + "\n\nIn Ostleigh, the council said its own quays were sound. It had them checked in May."
# Another reporter's article about the same event.
OWN = """Divers have found cracks in eleven pillars of the eastern quay in Port Skerrow, and the harbour
board has shut it. The fleet must use the old pier for the rest of the winter. Tamsin Orrell, who chairs the
board, spoke of 3.1 million euros for new pillars, half of which she hopes to get from the government.

Many on the island have seen this coming. The quay dates from 1968, when coal was still shipped from here,
and fishermen have complained about it for years. At the last inspection in 2019 rust was noted, but no
cracks. With only one crane at the old pier, skippers expect to wait for hours, and they ask for a second
before the herring come."""

COPIES = {"wire": WIRE, "herald": HERALD, "tide": TIDE, "post": POST, "courier": COURIER}
HALF = WIRE[: WIRE.index("The quay was built")]


@pytest.fixture
def documents(tmp_path: Path) -> SQLiteDocumentStore:
    return SQLiteDocumentStore(Database(tmp_path / "catalogue.db"))


def put(documents: SQLiteDocumentStore, **texts: str) -> None:
    for id_, text in texts.items():
        documents.put([(Article(id=id_, text=text), [])])


def clusters(documents: SQLiteDocumentStore) -> set[frozenset[str]]:
    """The groups of articles; each article is in one."""
    members: dict[int, set[str]] = {}
    for id_, cluster in rows(documents, "SELECT article_id, cluster FROM cluster_members"):
        members.setdefault(cluster, set()).add(id_)
    clustered = rows(documents, "SELECT row FROM cluster_members")
    assert (
        rows(
            documents,
            "SELECT row FROM cluster_members WHERE cluster NOT IN (SELECT row FROM cluster_members)",
        )
        == []
    )
    assert (
        rows(
            documents,
            "SELECT member FROM minhash_bands WHERE member NOT IN (SELECT row FROM cluster_members)",
        )
        == []
    )
    assert len(clustered) == documents.counts()[0]
    return set(map(frozenset, members.values()))


def groups(*names: str) -> set[frozenset[str]]:
    """As `clusters` returns them, of names such as `a b`, `c`."""
    return {frozenset(name.split()) for name in names}


def test_copies_form_a_cluster_and_another_report_of_the_event_does_not_join_it(
    documents: SQLiteDocumentStore,
) -> None:
    put(documents, **COPIES, half=HALF, own=OWN)
    assert clusters(documents) == groups("wire herald tide post courier half", "own")


@pytest.mark.parametrize("order", list(itertools.permutations(["herald", "tide", "post", "own"]))[::3])
def test_the_order_of_adding_makes_no_difference(
    documents: SQLiteDocumentStore, order: tuple[str, ...]
) -> None:
    put(documents, **{id_: (COPIES | {"own": OWN})[id_] for id_ in order})
    assert clusters(documents) == groups("herald tide post", "own")


def test_articles_of_one_batch_are_grouped_too(documents: SQLiteDocumentStore) -> None:
    documents.put([(Article(id=id_, text=text), []) for id_, text in COPIES.items()])
    assert clusters(documents) == groups("wire herald tide post courier")


def test_a_copy_of_two_articles_merges_their_clusters(documents: SQLiteDocumentStore) -> None:
    put(documents, beginning=WIRE[: len(WIRE) // 2], end=WIRE[len(WIRE) // 2 :])
    assert clusters(documents) == groups("beginning", "end")
    put(documents, wire=WIRE)
    assert clusters(documents) == groups("beginning end wire")


@pytest.mark.parametrize("gone", ["wire", "herald", "tide"])
def test_the_other_members_stay_together_when_one_is_removed(
    documents: SQLiteDocumentStore, gone: str
) -> None:
    put(documents, wire=WIRE, herald=HERALD, tide=TIDE, own=OWN)
    documents.remove([gone])
    rest = " ".join({"wire", "herald", "tide"} - {gone})
    assert clusters(documents) == groups(rest, "own")
    put(documents, courier=COURIER)
    assert clusters(documents) == groups(f"{rest} courier", "own")
    put(documents, **{gone: COPIES[gone]})
    assert clusters(documents) == groups(f"{rest} courier {gone}", "own")


def test_all_members_can_be_removed_and_added_again(documents: SQLiteDocumentStore) -> None:
    put(documents, **COPIES)
    documents.remove(list(COPIES))
    assert clusters(documents) == set()
    assert rows(documents, "SELECT * FROM minhash_bands") == []
    put(documents, **COPIES)
    assert len(clusters(documents)) == 1


@pytest.mark.parametrize("changed", ["wire", "post"])
def test_a_changed_article_leaves_its_cluster_and_can_return(
    documents: SQLiteDocumentStore, changed: str
) -> None:
    put(documents, wire=WIRE, herald=HERALD, post=POST)
    put(documents, **{changed: OWN})
    rest = " ".join({"wire", "herald", "post"} - {changed})
    assert clusters(documents) == groups(rest, changed)
    put(documents, **{changed: TIDE})
    assert clusters(documents) == groups(f"{rest} {changed}")


def test_a_file_that_replaces_another_takes_its_place(documents: SQLiteDocumentStore) -> None:
    put(documents, herald=HERALD)
    documents.put([(Article(id="first", text=WIRE, origin="/news/a.txt"), [])])
    documents.put([(Article(id="second", text=OWN, origin="/news/a.txt"), [])])
    assert clusters(documents) == groups("herald", "second")


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("The quay is closed.", "the QUAY – is closed", True),
        ("The quay is closed.", "The quay is open.", False),
        ("Closed", "Closed!", True),
        ("The quay is closed until March.", WIRE, False),
        ("The ferry leaves at nine on Fridays.", "The ferry leaves at nine on Sundays.", False),
        ("!!!", "???", False),
        ("東京で会議が開かれ、橋が直る。", "東京で会議が開かれ 橋が直る", True),
        ("東京で会議が開かれ、橋が直る。", "東京で会議が開かれ、道が直る。", False),
        ("Nothing dull is said in here. " * 90, "Nothing dull was said in here. " * 90, False),
    ],
)  # fmt: skip
def test_short_texts_are_copies_only_with_the_same_words(
    documents: SQLiteDocumentStore, one: str, other: str, same: bool
) -> None:
    put(documents, one=one, other=other)
    assert clusters(documents) == (groups("one other") if same else groups("one", "other"))


def test_a_text_without_spaces_is_compared_by_its_characters(documents: SQLiteDocumentStore) -> None:
    text = "東京都は火曜日、老朽化した東側の岸壁を閉鎖すると発表した。潜水士が柱に亀裂を発見したためである。"
    put(documents, one=text + "漁船は三月末まで古い桟橋を使う。", other="本紙記者。" + text)
    assert clusters(documents) == groups("one other")


def test_a_brief_inside_a_long_report_is_not_a_copy(documents: SQLiteDocumentStore) -> None:
    long_ = "\n\n".join([OWN, *(f"{seed.stem}: {seed.read_text('utf-8')}" for seed in SEEDS.glob("*.md"))])
    put(documents, long=long_, brief=OWN)
    assert clusters(documents) == groups("long", "brief")


def test_a_common_footer_does_not_cluster_articles(documents: SQLiteDocumentStore) -> None:
    footer = " ".join(
        f"Our rule number {n} for readers who write to us is the same as rule {n + 7}." for n in range(4)
    )
    bodies = [path.read_text("utf-8") for path in sorted(SEEDS.glob("*.md")) if path.name != "README.md"]
    put(documents, **{f"a{n}": f"{body}\n\n{footer}" for n, body in enumerate(bodies)})
    both = {frozenset(group) for group in clusters(documents) if len(group) > 1}
    assert both == {frozenset(f"a{n}" for n, body in enumerate(bodies) if "Northshore Wire" in body)}


def test_very_many_copies_are_one_cluster(documents: SQLiteDocumentStore) -> None:
    documents.put([(Article(id=f"a{n}", text=f"Outlet number {n} has this. {WIRE}"), []) for n in range(150)])
    put(documents, own=OWN)
    assert {len(cluster) for cluster in clusters(documents)} == {150, 1}


def test_a_failed_put_leaves_the_clusters_unchanged(
    documents: SQLiteDocumentStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(documents, wire=WIRE, tide=TIDE)
    before = rows(documents, "SELECT * FROM cluster_members"), rows(documents, "SELECT * FROM minhash_bands")

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(duplicate_clusters, "add_unclustered", stop)
    with pytest.raises(KeyboardInterrupt):
        documents.put([(Article(id="wire", text=OWN), []), (Article(id="herald", text=HERALD), [])])
    assert (
        rows(documents, "SELECT * FROM cluster_members"),
        rows(documents, "SELECT * FROM minhash_bands"),
    ) == before
    assert clusters(documents) == groups("wire tide")


def test_articles_stored_without_clusters_are_clustered_while_others_are_added(
    documents: SQLiteDocumentStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(documents, **COPIES, own=OWN)
    documents.close()
    with sqlite3.connect(tmp_path / "catalogue.db") as db:
        db.executescript("DROP TABLE cluster_members; DROP TABLE minhash_bands; PRAGMA user_version = 0;")
    db.close()
    monkeypatch.setattr(document_store, "CLUSTERED_PER_BATCH", 3)
    reopened = SQLiteDocumentStore(Database(tmp_path / "catalogue.db"))
    assert reopened.article("wire").text == WIRE
    # Unclustered articles can be removed or changed, too.
    reopened.remove(["post"])
    put(reopened, tide=TIDE + " ")
    put(reopened, new="Something else happened today, of which there is not much to be said.")
    assert clusters(reopened) == groups("wire herald tide courier", "own", "new")


@pytest.fixture(params=[str.upper, lambda text: text.replace("\n", "\r\n  ")])
def respelled(request: pytest.FixtureRequest) -> Callable[[str], str]:
    return request.param  # type: ignore[no-any-return]


def test_words_stand_in_a_text_however_it_is_set(respelled: Callable[[str], str]) -> None:
    text = Shingles.of(respelled(WIRE))
    assert text.has(
        Shingles.of("closed the eastern quay after divers found cracks in eleven of its pillars.")
    )
    assert not text.has(
        Shingles.of("closed the eastern quay after divers found cracks in twelve of its pillars.")
    )
    assert not text.has(Shingles.of("found cracks in eleven of its pillar"))


def test_a_passage_is_contained_in_a_text_with_most_of_its_words_and_the_same_numbers() -> None:
    passage = Shingles.of(WIRE)
    assert passage.is_contained_in(Shingles.of(HERALD))
    assert passage.is_contained_in(Shingles.of(COURIER))
    assert not passage.is_contained_in(Shingles.of(OWN))
    assert not passage.is_contained_in(Shingles.of(WIRE.replace("3.1 million", "4.6 million")))
    assert not passage.is_contained_in(Shingles.of(WIRE.replace("eleven", "fourteen")))
    assert not Shingles.of(WIRE.replace("in eleven of its", "in as many as 14 of the")).is_contained_in(
        passage
    )
    assert Shingles.of(f"17 December, 09:12. {WIRE} (Outlet 8)").is_contained_in(passage)
    assert not passage.is_contained_in(Shingles.of(HALF))
    assert Shingles.of(HALF).is_contained_in(passage)
