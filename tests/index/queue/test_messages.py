from __future__ import annotations

from datetime import date

from index.errors import ArchiveEmpty, QuothError, StoreUnavailable, WorkersMissing
from index.queue.messages import (
    pack_articles,
    pack_error,
    pack_outcomes,
    unpack_articles,
    unpack_error,
    unpack_outcomes,
)
from index.schemas import Article, Ingested, Remark, Replaced, Skipped, UnsupportedLanguage


def test_articles_come_out_as_they_went_in() -> None:
    articles = [
        Article(id="a/1", text="NUL \0, a lone surrogate \ud800, “quotes” and\u2028lines", title="ü"),
        Article(
            id="b",
            text="x",
            date=date(2024, 2, 29),
            source="Herald",
            url="https://herald.example/b",
            origin="/news/b.txt",
            remarks=(Remark(place="/news/b.txt", kind="its date is a guess", detail="2024"),),
        ),
        Article(id="c", text="y", period="2022-03"),
    ]
    unpacked = unpack_articles(pack_articles(articles))
    assert unpacked == articles
    assert [one.remarks for one in unpacked] == [one.remarks for one in articles]


def test_outcomes_come_out_as_they_went_in() -> None:
    outcomes = (
        Ingested(
            article_id="a",
            how="updated",
            uncovered=UnsupportedLanguage(language="fi", embedder="small"),
            replaced=(Replaced(article_id="a", title="old", by="a"),),
            remarks=(Remark(place="p", kind="k"),),
        ),
        Skipped(source="b", reason="has no words to quote"),
        Ingested(article_id="c", how="unchanged"),
    )
    assert unpack_outcomes(pack_outcomes(outcomes)) == outcomes


def test_errors_keep_their_kind() -> None:
    error = unpack_error(pack_error(ArchiveEmpty("there is nothing: add some")))
    assert type(error) is ArchiveEmpty and str(error) == "there is nothing: add some"
    away = unpack_error(pack_error(StoreUnavailable("Chroma", "http://c: refused")))
    assert isinstance(away, StoreUnavailable) and "http://c: refused" in str(away)
    missing = unpack_error(pack_error(WorkersMissing()))
    assert isinstance(missing, StoreUnavailable) and "start one with" in str(missing)
    assert type(unpack_error("SomethingElse: it broke")) is QuothError
