"""Filters choose the same articles in the vectors, in the keyword index and in a search."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from index.collection import Collection
from index.embedding.embedder import SentenceEmbedder
from index.library import Library
from index.schemas import Article, Filters

DAY = date(2022, 10, 27)
ARTICLES = [
    Article(
        id=f"{source or 'nobody'}{days}",
        text=f"The ferry to the island, as {source or 'nobody'} reports, was late by {word} hours.",
        source=source,
        date=None if days == "undated" else DAY + timedelta(days=int(days)),
    )
    for source in ("Post", "Herald", "")
    for days, word in [("-400", "four"), ("-1", "few"), ("0", "no"), ("1", "two"), ("undated", "many")]
]
EVERYTHING = {article.id for article in ARTICLES}


@pytest.fixture(scope="module")
def collection(tmp_path_factory: pytest.TempPathFactory, embedder: SentenceEmbedder) -> Iterator[Collection]:
    with Library(tmp_path_factory.mktemp("filters"), embedder) as library:
        collection = library.collection("default", make=True)
        list(collection.add(ARTICLES))
        yield collection


def found(collection: Collection, filters: Filters) -> set[str]:
    """The articles that pass, of which vectors, keywords and search have been found to agree."""
    [vector] = collection.encode(["The ferry was late"])
    nearest = collection.vectors.nearest(vector, 50, filters)
    with_words = collection.keywords.search({"ferry": 1.0}, 50, filters)
    assert set(nearest) == set(with_words)
    ids = {hit.passage.article_id for hit in collection.search("The ferry was late", k=50, filters=filters)}
    assert len(ids) == len(nearest)
    assert ids == {article.id for article in collection.documents.list_articles(filters=filters).articles}
    return ids


Rule = Callable[[Article], bool]

RULES: list[tuple[Filters, Rule]] = [
    (Filters(), lambda a: True),
    (Filters(source="Post"), lambda a: a.source == "Post"),
    (Filters(source="post"), lambda a: False),
    (Filters(source="Courier"), lambda a: False),
    (Filters(after=DAY), lambda a: bool(a.date and a.date >= DAY)),
    (Filters(before=DAY), lambda a: bool(a.date and a.date <= DAY)),
    (Filters(as_of=DAY), lambda a: not a.date or a.date <= DAY),
    (Filters(after=DAY, before=DAY), lambda a: a.date == DAY),
    (Filters(after=DAY, before=DAY - timedelta(days=1)), lambda a: False),
    (Filters(before=date(1, 1, 1)), lambda a: False),
    (Filters(after=date(1, 1, 1)), lambda a: bool(a.date)),
    (Filters(before=date.max), lambda a: bool(a.date)),
    (Filters(as_of=date(1, 1, 1)), lambda a: not a.date),
    (Filters(article_ids=("Post0", "Herald1", "nothing")), lambda a: a.id in {"Post0", "Herald1"}),
    (Filters(article_ids=("nothing",)), lambda a: False),
    (Filters(article_ids=("Post0", "Post0")), lambda a: a.id == "Post0"),
    (Filters(without_ids=("Post0", "nothing")), lambda a: a.id != "Post0"),
    (Filters(article_ids=("Post0", "Herald1"), without_ids=("Post0",)), lambda a: a.id == "Herald1"),
    (Filters(as_of=DAY, after=DAY - timedelta(days=7)), lambda a: a.id[-2:] in {"-1", "t0", "d0", "y0"}),
    (Filters(source="Post", as_of=DAY), lambda a: a.source == "Post" and (not a.date or a.date <= DAY)),
    (
        Filters(
            source="Herald",
            after=DAY - timedelta(days=1),
            before=DAY + timedelta(days=1),
            as_of=DAY,
            article_ids=("Herald-1", "Herald0", "Herald1", "Post0"),
        ),
        lambda a: a.id in {"Herald-1", "Herald0"},
    ),
]  # fmt: skip


@pytest.mark.parametrize(("filters", "rule"), RULES)
def test_filters_choose_what_they_say(collection: Collection, filters: Filters, rule: Rule) -> None:
    assert found(collection, filters) == {article.id for article in ARTICLES if rule(article)}


def test_a_list_is_searched_among_what_passes(collection: Collection) -> None:
    listed = collection.documents.list_articles(search="HERALD", filters=Filters(before=DAY), limit=2)
    assert listed.total == 3
    assert [article.id for article in listed.articles] == ["Herald0", "Herald-1"]
    assert collection.documents.sources() == ["Herald", "Post"]


def test_no_filter_is_no_filter() -> None:
    assert not Filters()
    assert not Filters(source="", article_ids=())
    assert all(filters for filters, _ in RULES[1:])


def test_values_are_values_and_not_part_of_the_query(collection: Collection) -> None:
    for odd in ("' OR 1=1 --", '"', "$ne", "\0"):
        assert found(collection, Filters(source=odd)) == set()
        assert found(collection, Filters(article_ids=(odd,))) == set()


def test_many_article_ids_may_be_given(collection: Collection) -> None:
    many = (*(f"nothing{n}" for n in range(2_000)), "Post0")
    assert found(collection, Filters(article_ids=many)) == {"Post0"}


def test_a_filter_does_not_only_choose_among_the_nearest(home: Path, embedder: SentenceEmbedder) -> None:
    with Library(home, embedder) as library:
        collection = library.collection("default", make=True)
        crowd = [
            Article(id=f"a{n}", text=f"The ferry was late, number {n}.", source="Post") for n in range(60)
        ]
        list(collection.add([*crowd, Article(id="other", text="Bread is baked in ovens.", source="Herald")]))
        [hit] = collection.search("The ferry was late", filters=Filters(source="Herald"))
        assert hit.passage.article_id == "other"


def test_a_changed_date_and_source_are_filtered_by_their_new_values(
    home: Path, embedder: SentenceEmbedder
) -> None:
    with Library(home, embedder) as library:
        collection = library.collection("default", make=True)
        text = "The ferry was late."
        list(collection.add([Article(id="a", text=text, source="Post", date=DAY)]))
        list(collection.add([Article(id="a", text=text, source="Herald", date=DAY + timedelta(days=9))]))
        assert found(collection, Filters(source="Post")) == found(collection, Filters(before=DAY)) == set()
        assert found(collection, Filters(source="Herald", after=DAY)) == {"a"}
