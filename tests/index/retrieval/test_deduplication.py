"""A search shows what copies have in common once, and says who else has it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from index.collection import Collection
from index.embedding.embedder import SentenceEmbedder
from index.library import Library
from index.schemas import Article, Filters, Hit
from tests.index.storage.test_duplicate_clusters import COURIER, HALF, HERALD, OWN, TIDE, WIRE
from tests.index.tables import rows

DAY = date(2024, 12, 17)
QUERY = "What did divers find at the eastern quay?"


def article(id_: str, text: str, **details: object) -> Article:
    given = {
        "title": f"The quay, by {id_}",
        "source": id_.title(),
        "url": f"https://{id_}.example",
        "date": DAY,
    }
    return Article(id=id_, text=text, **(given | details))  # type: ignore[arg-type]


ARTICLES = [
    article("wire", WIRE),
    article("herald", HERALD, date=date(2024, 12, 18)),
    article("tide", TIDE, date=None, source=""),
    article("own", OWN),
    article("bread", "Bread is baked in ovens before dawn, and the baker sleeps at noon."),
    article("mayor", "The mayor, Ilse Quandt, resigned on Friday after the vote."),
]


@pytest.fixture
def collection(library: Library) -> Collection:
    collection = library.collection("default", make=True)
    list(collection.add(ARTICLES))
    return collection


def ids(hits: list[Hit]) -> list[str]:
    return [hit.passage.article_id for hit in hits]


def test_of_copies_the_best_is_shown_and_names_the_others(collection: Collection) -> None:
    hits = collection.search(QUERY, k=4)
    first, *others = ids(hits)
    assert sorted([first, *others]) in (
        sorted([one, "own", "bread", "mayor"]) for one in ("wire", "herald", "tide")
    )
    [copied] = [hit for hit in hits if hit.also]
    named = [other.id for other in copied.also]
    # Oldest first, undated last.
    assert named == [id_ for id_ in ("wire", "herald", "tide") if id_ != copied.passage.article_id]
    assert set(copied.also) <= set(ARTICLES)


def test_the_copy_that_fits_best_is_the_one_that_is_shown(collection: Collection) -> None:
    hits = collection.search("What does Jonna Peel write about bad news shortly before Christmas?", k=3)
    assert ids(hits)[0] == "herald"
    assert not {"wire", "tide"} & set(ids(hits))


@pytest.mark.parametrize(
    ("filters", "shown", "named"),
    [
        (Filters(source="Herald"), {"herald"}, set()),
        (Filters(article_ids=("wire", "tide")), {"wire", "tide"}, {"wire", "tide"}),
        (Filters(after=date(2024, 12, 18)), {"herald"}, set()),
        (Filters(before=DAY), {"wire", "own", "bread", "mayor"}, set()),
        (Filters(as_of=DAY), {"wire", "tide", "own", "bread", "mayor"}, {"wire", "tide"}),
    ],
)
def test_only_articles_that_pass_the_filter_are_shown_or_named(
    collection: Collection, filters: Filters, shown: set[str], named: set[str]
) -> None:
    hits = collection.search(QUERY, filters=filters)
    also = {other.id for hit in hits for other in hit.also}
    assert set(ids(hits)) <= shown
    assert len(hits) == len(shown) - bool(named)
    assert also <= named
    assert len(also) == bool(named)


def test_what_a_copy_has_for_itself_is_found_in_it(library: Library) -> None:
    collection = library.collection("default", make=True)
    report = " ".join(
        f"On page {n} of its own report from Ostleigh the paper describes quay number {n * 7} at length."
        for n in range(1, 12)
    )
    list(collection.add([article("wire", WIRE * 2), article("courier", f"{COURIER}\n\n{report}")]))
    assert len(collection.search(QUERY, k=1)[0].also) == 1
    hits = collection.search("Which quay is described on page 9 of the report from Ostleigh?", k=5)
    [own] = [hit for hit in hits if "quay number 63" in hit.passage.text]
    assert own.passage.article_id == "courier"
    assert own.also == ()


def test_a_copy_that_says_much_more_is_shown_beside_a_short_one(library: Library) -> None:
    collection = library.collection("default", make=True)
    list(collection.add([article("half", HALF, title=QUERY), article("wire", WIRE, title="")]))
    hits = collection.search(QUERY, k=5)
    assert ids(hits) == ["half", "wire"]
    assert [[other.id for other in hit.also] for hit in hits] == [["wire"], ["half"]]
    # The other way round there is nothing left to say.
    list(collection.add([article("half", HALF, title=""), article("wire", WIRE, title=QUERY)]))
    [hit] = collection.search(QUERY, k=5)
    assert (hit.passage.article_id, [other.id for other in hit.also]) == ("wire", ["half"])


def test_what_a_copy_says_besides_is_found_though_another_was_found_first(library: Library) -> None:
    collection = library.collection("default", make=True)
    filler = "The herring season begins in March, and the old pier has a single crane for all boats. " * 9
    own = "Jonna Peel counted ninety empty lobster baskets in front of the net loft. "
    list(
        collection.add(
            [article("wire", f"{WIRE}\n\n{filler}"), article("herald", f"{WIRE}\n\n{filler}{own}")]
        )
    )
    hits = collection.search(f"{QUERY} Who counted empty lobster baskets?", k=3)
    assert any(own.strip() in hit.passage.text for hit in hits)
    assert sum("eleven of its pillars" in " ".join(hit.passage.text.split()) for hit in hits) == 1


def test_a_changed_number_is_news_and_no_copy(library: Library) -> None:
    collection = library.collection("default", make=True)
    list(collection.add([article("first", WIRE), article("later", WIRE.replace("eleven", "fourteen"))]))
    clusters = rows(collection.documents, "SELECT DISTINCT cluster FROM cluster_members")
    assert len(clusters) == 1
    hits = collection.search(QUERY, k=5)
    assert sorted(ids(hits)) == ["first", "later"]
    assert not any(hit.also for hit in hits)


def test_two_passages_of_one_article_may_both_be_shown(library: Library) -> None:
    collection = library.collection("default", make=True)
    longer = WIRE + "\n\n" + OWN + "\n\n" + "The herring season begins in March, and the pier is old. " * 30
    list(collection.add([article("one", longer), article("two", longer.upper())]))
    hits = collection.search("eastern quay, old pier and herring season", k=10)
    assert len(hits) == collection.documents.counts()[1] / 2
    assert all(len(hit.also) == 1 for hit in hits)


@pytest.fixture(scope="module")
def crowded(tmp_path_factory: pytest.TempPathFactory, embedder: SentenceEmbedder) -> Iterator[Collection]:
    with Library(tmp_path_factory.mktemp("crowded"), embedder) as library:
        collection = library.collection("default", make=True)
        copies = [article(f"outlet-{n:03}", f"{TIDE[:-120]} (Outlet {n})") for n in range(120)]
        list(collection.add([*copies, *ARTICLES[3:]]))
        yield collection


@pytest.mark.parametrize("k", [1, 2, 4])
def test_copies_do_not_crowd_others_out(crowded: Collection, k: int) -> None:
    hits = crowded.search(QUERY, k=k)
    assert len(hits) == k
    assert sum(id_.startswith("outlet") for id_ in ids(hits)) == 1
    assert max(len(hit.also) for hit in hits) == 20
