"""Articles of which only the month or the year is known: listed, filtered, found, copied."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from index.collection import Collection
from index.embedding.embedder import SentenceEmbedder
from index.library import Library
from index.readers.article_fields import article_from_fields
from index.schemas import Filters

DATED = ["2021-12-31", "2022", "2022-01-01", "2022-02", "2022-02-03", "2022-03-15", ""]


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory, embedder: SentenceEmbedder) -> Iterator[Library]:
    with Library(tmp_path_factory.mktemp("periods"), embedder) as library:
        list(
            library.collection("default", make=True).add(
                article_from_fields(
                    {"id": dated or "none", "date": dated, "text": f"The {word} ferry was late."}
                )
                for dated, word in zip(
                    DATED, "first second third fourth fifth sixth last".split(), strict=True
                )
            )
        )
        yield library


@pytest.fixture
def collection(library: Library) -> Collection:
    return library.collection("default")


def found(collection: Collection, filters: Filters) -> set[str]:
    """The articles that pass, in the list and in a search."""
    listed = {article.id for article in collection.documents.list_articles(filters=filters).articles}
    hits = collection.search("The ferry was late", k=50, filters=filters)
    assert {hit.passage.article_id for hit in hits} == listed
    return listed


def test_a_month_or_year_is_no_day(collection: Collection) -> None:
    articles = {article.id: article for article, _ in collection.documents.articles()}
    assert (articles["2022"].date, articles["2022"].period) == (None, "2022")
    assert (articles["2022-02"].date, articles["2022-02"].period) == (None, "2022-02")
    assert (articles["2022-01-01"].date, articles["2022-01-01"].period) == (date(2022, 1, 1), "")
    assert [hit.period for hit in collection.search("second ferry", k=1)] == ["2022"]


def test_lists_are_by_first_day_newest_first(collection: Collection) -> None:
    listed = [article.id for article in collection.documents.list_articles().articles]
    assert listed == [*sorted(filter(None, DATED), reverse=True), "none"]
    assert collection.documents.newest_date() == date(2022, 3, 15)


def test_filters_want_all_days_of_it(collection: Collection) -> None:
    year = Filters(after=date(2022, 1, 1), before=date(2022, 12, 31))
    assert found(collection, year) == {"2022", "2022-01-01", "2022-02", "2022-02-03", "2022-03-15"}
    assert found(collection, Filters(after=date(2022, 2, 1), before=date(2022, 2, 28))) == {
        "2022-02",
        "2022-02-03",
    }
    assert found(collection, Filters(before=date(2022, 2, 27))) == {"2021-12-31", "2022-01-01", "2022-02-03"}
    assert found(collection, Filters(after=date(2022, 2, 2))) == {"2022-02-03", "2022-03-15"}
    assert found(collection, Filters(before=date(2022, 12, 30))) == set(DATED) - {"2022", ""}


def test_as_of_knows_what_had_begun(collection: Collection) -> None:
    begun = {"2021-12-31", "2022", "2022-01-01", "none"}
    assert found(collection, Filters(as_of=date(2022, 1, 31))) == begun
    assert found(collection, Filters(as_of=date(2022, 2, 1))) == {*begun, "2022-02"}


def test_backups_keep_it(library: Library, tmp_path: Path, embedder: SentenceEmbedder) -> None:
    saved = tmp_path / "saved.zip"
    with saved.open("wb") as sink:
        list(library.export(["default"], sink))
    with Library(tmp_path / "other", embedder) as other:
        list(other.restore(saved, {"default": "default"}))
        articles = {article.id: article for article, _ in other.collection("default").documents.articles()}
    assert articles["2022-02"].period == "2022-02"
    original = library.collection("default").documents
    assert articles["2022-02"].digest == original.digest("2022-02")
