from collections.abc import Sequence
from datetime import date

import pytest

from index.collection import Collection
from index.library import Library
from index.schemas import Article
from qa.pipeline.understanding.outlets import named_outlets, site_label
from qa.pipeline.understanding.understanding import understand
from qa.schemas import Question

URLS = (
    "https://www.dailyecho.example/a/1",
    "https://www.dailyecho.example/a/2",
    "https://news.theweek.co.example/b",
    "http://[broken",
)


@pytest.fixture
def collection(library: Library) -> Collection:
    articles = [
        Article(
            id=f"a{nth}",
            text=f"The ferry sailed on day {nth}.",
            title="Ferry",
            url=url,
            date=date(2024, 3, 1),
        )
        for nth, url in enumerate(URLS)
    ]
    made = library.collection("default", make=True)
    list(made.add(articles))
    return made


def outlets(collection: Collection, question: str, kind: str = "catalogue") -> Sequence[str]:
    return [one.name for one in named_outlets(question, kind, collection)]  # type: ignore[arg-type]


def test_an_article_without_a_source_is_of_the_site_of_its_address(collection: Collection) -> None:
    assert [article.outlet for article in collection.documents.present(["a0", "a2", "a3"])] == [
        "dailyecho.example",
        "news.theweek.co.example",
        "",
    ]
    assert collection.documents.sites() == ["dailyecho.example", "news.theweek.co.example"]
    assert sorted(collection.documents.ids_of_site("dailyecho.example")) == ["a0", "a1"]


@pytest.mark.parametrize(
    ("site", "label"),
    [
        ("dailyecho.example", "dailyecho"),
        ("news.echo.co.example", "echo"),
        ("theweek.co.example", "week"),
        ("localhost", "localhost"),
    ],
)
def test_a_site_is_named_by_a_part_of_its_address(site: str, label: str) -> None:
    assert site_label(site) == label


def test_a_site_is_known_by_its_name(collection: Collection) -> None:
    assert outlets(collection, "What did the Daily Echo write?") == ["dailyecho.example"]
    assert outlets(collection, "how many articles from daily echo are there") == ["dailyecho.example"]
    assert outlets(collection, "Articles of dailyecho.example") == ["dailyecho.example"]
    assert outlets(collection, "compare daily echo and the week on the ferry", "compare") == [
        "dailyecho.example",
        "news.theweek.co.example",
    ]


def test_a_common_word_is_no_outlet(collection: Collection) -> None:
    assert outlets(collection, "What happened in the week of the storm?") == []
    assert outlets(collection, "Is the ferry late this week?", "yes-no") == []


def test_a_site_restricts_the_articles(collection: Collection) -> None:
    found = understand(Question(question="How many articles are from the Daily Echo?"), collection)
    assert (found.kind, found.outlet, found.topic) == ("catalogue", "dailyecho.example", "")
    assert sorted(found.filters.article_ids) == ["a0", "a1"]
    assert found.shown.source == "dailyecho.example"
