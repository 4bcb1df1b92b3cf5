"""Copies of one story are grouped, in whatever order they come and go; different stories are not."""

from __future__ import annotations

import itertools
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from index.schemas import Article
from index.storage import document_store as catalogue_module
from index.storage import duplicate_clusters
from index.storage.document_store import DocumentStore
from index.text.shingles import Shingles
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
# The same event, told by another reporter.
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
def catalogue(tmp_path: Path) -> DocumentStore:
    return DocumentStore(tmp_path / "catalogue.db")


def keep(catalogue: DocumentStore, **texts: str) -> None:
    for id_, text in texts.items():
        catalogue.put([(Article(id=id_, text=text), [])])


def stories(catalogue: DocumentStore) -> set[frozenset[str]]:
    """The groups of articles; each article is in one."""
    told: dict[int, set[str]] = {}
    for id_, story in catalogue.rows("SELECT article_id, story FROM tellings"):
        told.setdefault(story, set()).add(id_)
    placed = catalogue.rows("SELECT row FROM tellings")
    assert (
        catalogue.rows("SELECT DISTINCT story FROM tellings WHERE story NOT IN (SELECT row FROM tellings)")
        == []
    )
    assert catalogue.rows("SELECT telling FROM bands WHERE telling NOT IN (SELECT row FROM tellings)") == []
    assert len(placed) == catalogue.counts()[0]
    return set(map(frozenset, told.values()))


def groups(*names: str) -> set[frozenset[str]]:
    """As `stories` gives them, of names such as `a b`, `c`."""
    return {frozenset(name.split()) for name in names}


def test_copies_are_one_story_and_another_report_of_the_event_is_not(catalogue: DocumentStore) -> None:
    keep(catalogue, **COPIES, half=HALF, own=OWN)
    assert stories(catalogue) == groups("wire herald tide post courier half", "own")


@pytest.mark.parametrize("order", list(itertools.permutations(["herald", "tide", "post", "own"]))[::3])
def test_the_order_of_adding_makes_no_difference(catalogue: DocumentStore, order: tuple[str, ...]) -> None:
    keep(catalogue, **{id_: (COPIES | {"own": OWN})[id_] for id_ in order})
    assert stories(catalogue) == groups("herald tide post", "own")


def test_articles_of_one_batch_are_grouped_too(catalogue: DocumentStore) -> None:
    catalogue.put([(Article(id=id_, text=text), []) for id_, text in COPIES.items()])
    assert stories(catalogue) == groups("wire herald tide post courier")


def test_what_is_a_copy_of_two_stories_makes_them_one(catalogue: DocumentStore) -> None:
    keep(catalogue, beginning=WIRE[: len(WIRE) // 2], end=WIRE[len(WIRE) // 2 :])
    assert stories(catalogue) == groups("beginning", "end")
    keep(catalogue, wire=WIRE)
    assert stories(catalogue) == groups("beginning end wire")


@pytest.mark.parametrize("gone", ["wire", "herald", "tide"])
def test_when_one_goes_the_rest_stays_together(catalogue: DocumentStore, gone: str) -> None:
    keep(catalogue, wire=WIRE, herald=HERALD, tide=TIDE, own=OWN)
    catalogue.remove([gone])
    rest = " ".join({"wire", "herald", "tide"} - {gone})
    assert stories(catalogue) == groups(rest, "own")
    keep(catalogue, courier=COURIER)
    assert stories(catalogue) == groups(f"{rest} courier", "own")
    keep(catalogue, **{gone: COPIES[gone]})
    assert stories(catalogue) == groups(f"{rest} courier {gone}", "own")


def test_all_may_go_and_come_back(catalogue: DocumentStore) -> None:
    keep(catalogue, **COPIES)
    catalogue.remove(list(COPIES))
    assert stories(catalogue) == set()
    assert catalogue.rows("SELECT * FROM bands") == []
    keep(catalogue, **COPIES)
    assert len(stories(catalogue)) == 1


@pytest.mark.parametrize("changed", ["wire", "post"])
def test_an_article_that_is_changed_leaves_its_story_and_may_come_back(
    catalogue: DocumentStore, changed: str
) -> None:
    keep(catalogue, wire=WIRE, herald=HERALD, post=POST)
    keep(catalogue, **{changed: OWN})
    rest = " ".join({"wire", "herald", "post"} - {changed})
    assert stories(catalogue) == groups(rest, changed)
    keep(catalogue, **{changed: TIDE})
    assert stories(catalogue) == groups(f"{rest} {changed}")


def test_a_file_that_replaces_another_takes_its_place(catalogue: DocumentStore) -> None:
    keep(catalogue, herald=HERALD)
    catalogue.put([(Article(id="first", text=WIRE, origin="/news/a.txt"), [])])
    catalogue.put([(Article(id="second", text=OWN, origin="/news/a.txt"), [])])
    assert stories(catalogue) == groups("herald", "second")


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
    catalogue: DocumentStore, one: str, other: str, same: bool
) -> None:
    keep(catalogue, one=one, other=other)
    assert stories(catalogue) == (groups("one other") if same else groups("one", "other"))


def test_a_text_without_spaces_is_compared_by_its_characters(catalogue: DocumentStore) -> None:
    text = "東京都は火曜日、老朽化した東側の岸壁を閉鎖すると発表した。潜水士が柱に亀裂を発見したためである。"
    keep(catalogue, one=text + "漁船は三月末まで古い桟橋を使う。", other="本紙記者。" + text)
    assert stories(catalogue) == groups("one other")


def test_a_brief_inside_a_long_report_is_a_story_of_its_own(catalogue: DocumentStore) -> None:
    long_ = "\n\n".join([OWN, *(f"{seed.stem}: {seed.read_text('utf-8')}" for seed in SEEDS.glob("*.md"))])
    keep(catalogue, long=long_, brief=OWN)
    assert stories(catalogue) == groups("long", "brief")


def test_what_is_printed_under_every_article_groups_none(catalogue: DocumentStore) -> None:
    footer = " ".join(
        f"Our rule number {n} for readers who write to us is the same as rule {n + 7}." for n in range(4)
    )
    bodies = [path.read_text("utf-8") for path in sorted(SEEDS.glob("*.md")) if path.name != "README.md"]
    keep(catalogue, **{f"a{n}": f"{body}\n\n{footer}" for n, body in enumerate(bodies)})
    both = {frozenset(group) for group in stories(catalogue) if len(group) > 1}
    assert both == {frozenset(f"a{n}" for n, body in enumerate(bodies) if "Northshore Wire" in body)}


def test_very_many_copies_are_one_story(catalogue: DocumentStore) -> None:
    catalogue.put([(Article(id=f"a{n}", text=f"Outlet number {n} has this. {WIRE}"), []) for n in range(150)])
    keep(catalogue, own=OWN)
    assert {len(story) for story in stories(catalogue)} == {150, 1}


def test_what_fails_while_it_is_kept_leaves_the_stories_as_they_were(
    catalogue: DocumentStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(catalogue, wire=WIRE, tide=TIDE)
    before = catalogue.rows("SELECT * FROM tellings"), catalogue.rows("SELECT * FROM bands")

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(duplicate_clusters, "place_waiting", stop)
    with pytest.raises(KeyboardInterrupt):
        catalogue.put([(Article(id="wire", text=OWN), []), (Article(id="herald", text=HERALD), [])])
    assert (catalogue.rows("SELECT * FROM tellings"), catalogue.rows("SELECT * FROM bands")) == before
    assert stories(catalogue) == groups("wire tide")


def test_a_collection_from_before_there_were_stories_is_grouped_as_it_grows(
    catalogue: DocumentStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(catalogue, **COPIES, own=OWN)
    catalogue.close()
    with sqlite3.connect(tmp_path / "catalogue.db") as db:
        db.executescript("DROP TABLE tellings; DROP TABLE bands;")
    db.close()
    monkeypatch.setattr(catalogue_module, "PLACED_A_BATCH", 3)
    reopened = DocumentStore(tmp_path / "catalogue.db")
    assert reopened.article("wire").text == WIRE
    # What is not placed yet may also go or change.
    reopened.remove(["post"])
    keep(reopened, tide=TIDE + " ")
    keep(reopened, new="Something else happened today, of which there is not much to be said.")
    assert stories(reopened) == groups("wire herald tide courier", "own", "new")


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


def test_a_passage_is_told_by_a_text_with_most_of_its_words_and_the_same_numbers() -> None:
    passage = Shingles.of(WIRE)
    assert passage.is_told_by(Shingles.of(HERALD))
    assert passage.is_told_by(Shingles.of(COURIER))
    assert not passage.is_told_by(Shingles.of(OWN))
    assert not passage.is_told_by(Shingles.of(WIRE.replace("3.1 million", "4.6 million")))
    assert not passage.is_told_by(Shingles.of(WIRE.replace("eleven", "fourteen")))
    assert not Shingles.of(WIRE.replace("in eleven of its", "in as many as 14 of the")).is_told_by(passage)
    assert Shingles.of(f"17 December, 09:12. {WIRE} (Outlet 8)").is_told_by(passage)
    assert not passage.is_told_by(Shingles.of(HALF))
    assert Shingles.of(HALF).is_told_by(passage)
