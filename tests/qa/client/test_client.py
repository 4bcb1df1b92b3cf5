"""The clients against a real server over a real socket."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from contextlib import aclosing
from dataclasses import replace
from datetime import date
from io import BytesIO
from pathlib import Path

import pytest

from index.errors import (
    ArchiveEmpty,
    ArticleUnknown,
    CollectionInvalid,
    SnapshotInvalid,
)
from index.schemas import Article, Filters, Ingested, IngestReport, Remark, Replaced, Skipped
from qa.client import AsyncQuoth, Quoth, endpoints
from qa.errors import JobUnknown, ModelUnavailable, QuestionInvalid, ServerUnavailable, TextInvalid
from qa.schemas import Answer, Evidence, Question, RetrievedPassage, Token
from tests.serving import PROXY, Serving

QUESTION = "When was the Vey Bridge in Ostleigh opened?"
TEXT = "The ferry “Astrid” 🚢 left\u2028at 18:40.\r\n"
NEWS = Article(id="news/1", text=TEXT, title="Ferry", date=date(2024, 3, 2))


@pytest.fixture
def quoth(server: Serving) -> Iterator[Quoth]:
    with Quoth(server.url) as quoth:
        yield quoth


@pytest.fixture(autouse=True)
def settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUOTH_MODEL", "none")
    monkeypatch.setenv("HTTP_PROXY", PROXY)


def test_an_answer_is_the_same_value(quoth: Quoth) -> None:
    answer = quoth.ask(QUESTION, as_of=date(2024, 12, 31))
    assert isinstance(answer, Answer)
    assert answer.status == "answered"
    for citation in answer.citations:
        article = quoth.article(citation.article_id)
        assert isinstance(article, Article)
        assert article.text[citation.start : citation.end] == citation.quote
        assert article.date == citation.date


def test_a_stream_has_evidence_tokens_and_the_answer(quoth: Quoth) -> None:
    async def events() -> list[object]:
        return [event async for event in quoth.stream(Question(question=QUESTION))]

    for _ in range(2):  # each asyncio.run is another event loop
        first, *tokens, last = asyncio.run(events())
        assert isinstance(first, Evidence) and first.passages
        assert tokens and all(isinstance(token, Token) for token in tokens)
        assert isinstance(last, Answer) and last.status == "answered"


def test_a_stream_can_be_closed_early(quoth: Quoth) -> None:
    async def first_event() -> object:
        async with aclosing(quoth.stream(Question(question=QUESTION))) as events:
            async for event in events:
                return event
        return None

    assert isinstance(asyncio.run(first_event()), Evidence)


def test_search_applies_filters(quoth: Quoth) -> None:
    hits = quoth.search("wind farm", k=3)
    assert len(hits) == 3 and all(isinstance(hit, RetrievedPassage) for hit in hits)
    herald = quoth.search("wind farm", filters=Filters(source="Skerrow Coast Herald"))
    assert {hit.source for hit in herald} == {"Skerrow Coast Herald"}
    assert quoth.search("wind farm", filters=Filters(as_of=date(1999, 1, 1))) == ()
    only = Filters(article_ids=("wind-farm-marren-post",), after=date(2000, 1, 1), before=date(2030, 1, 1))
    assert {hit.article_id for hit in quoth.search("wind", filters=only)} == {"wind-farm-marren-post"}


@pytest.mark.parametrize("own", ["news/1", "a.b", "50%", "Zürich 🚢/?#", "a//b"])
def test_an_article_is_returned_unchanged(quoth: Quoth, own: str) -> None:
    given = replace(NEWS, id=own)
    assert list(quoth.add([given], collection="round")) == [Ingested(article_id=own, how="added")]
    assert quoth.article(own, collection="round") == given
    assert quoth.article(own, collection="round").digest == given.digest
    quoth.remove([own], collection="round")
    with pytest.raises(ArticleUnknown, match=re.escape(own)):
        quoth.article(own, collection="round")


def test_adding_returns_every_outcome(quoth: Quoth, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(endpoints, "BATCH_CHARACTERS", 100)
    many = [Article(id=f"boat-{n}", text=f"Boat {n} came in.", title=f"Boat {n}") for n in range(30)]
    long = Article(id="long", text="The harbour was full. " * 40)
    broken = Skipped(source="x.txt", reason="empty")
    outcomes = list(quoth.add([*many, broken, long], collection="boats"))
    assert set(outcomes) == {Ingested(article_id=article.id, how="added") for article in (*many, long)} | {
        broken
    }
    again = IngestReport.of(quoth.add([replace(many[0], text="Boat 0 left."), *many[1:]], collection="boats"))
    assert (again.updated, len(again.unchanged)) == (("boat-0",), 29)


def test_adding_tells_what_was_replaced_and_what_the_reader_remarked(quoth: Quoth) -> None:
    remark = Remark(place="kiln.csv:2", kind="its date is odd", detail="'2022'")
    kiln = Article(id="kiln", title="Kiln", text="The kiln is cold.", remarks=(remark,))
    [added] = quoth.add([kiln], collection="kilns")
    assert isinstance(added, Ingested) and added.remarks == (remark,)
    [updated] = quoth.add([replace(kiln, text="The kiln is hot.")], collection="kilns")
    assert isinstance(updated, Ingested)
    assert updated.replaced == (Replaced(article_id="kiln", title="Kiln", by="kiln"),)


def test_interrupted_adding_keeps_what_was_added(quoth: Quoth, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(endpoints, "BATCH_ARTICLES", 2)

    def articles() -> Iterator[Article]:
        for n in range(5):
            yield Article(id=f"tram-{n}", text=f"Tram {n} came.")
        raise KeyboardInterrupt

    outcomes: list[Ingested | Skipped] = []
    with pytest.raises(KeyboardInterrupt):
        for outcome in quoth.add(articles(), collection="trams"):
            outcomes.append(outcome)
    assert len(outcomes) == 4
    assert quoth.articles(collection="trams").total == 4


def test_listing_comes_in_pages(quoth: Quoth, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = quoth.articles()
    assert whole.total == len(whole.articles) > 10
    assert quoth.articles(limit=3, offset=2).articles == whole.articles[2:5]
    assert quoth.articles(limit=3, offset=2).total == whole.total
    assert quoth.articles(offset=1000).articles == ()
    monkeypatch.setattr(endpoints, "PAGE_SIZE", 4)
    assert quoth.articles() == whole
    assert quoth.articles(limit=6).articles == whole.articles[:6]
    found = quoth.articles(search="MARREN POST")
    assert found.total == len(found.articles) > 1
    assert {article.source for article in found.articles} == {"The Marren Post"}
    assert quoth.articles(collection="nowhere").total == 0
    assert "default" in quoth.collections()
    of_post = quoth.articles(filters=Filters(source="The Marren Post", after=date(2024, 1, 1)))
    assert of_post.articles and {article.source for article in of_post.articles} == {"The Marren Post"}
    assert quoth.articles(filters=Filters(as_of=date(1999, 1, 1))).total == 0
    only = Filters(article_ids=("wind-farm-marren-post", "50% & more"))
    assert [article.id for article in quoth.articles(filters=only).articles] == ["wind-farm-marren-post"]


def test_a_collection_is_removed_with_its_articles(quoth: Quoth) -> None:
    list(quoth.add([NEWS], collection="passing"))
    assert quoth.counts()["passing"] == 1
    quoth.remove_collection("passing")
    assert "passing" not in quoth.collections()
    with pytest.raises(ArchiveEmpty, match="no collection 'passing'"):
        quoth.remove_collection("passing")
    with pytest.raises(CollectionInvalid, match="stays"):
        quoth.remove_collection("default")


def test_errors_have_the_classes_of_the_assistant(quoth: Quoth) -> None:
    with pytest.raises(ArticleUnknown, match=r"'no'; .*quoth list"):
        quoth.article("no")
    with pytest.raises(ArticleUnknown):
        quoth.remove(["wind-farm-marren-post", "no"])
    assert quoth.article("wind-farm-marren-post").text
    with pytest.raises(QuestionInvalid, match="empty"):
        quoth.ask(" ")
    with pytest.raises(QuestionInvalid, match="filters"):
        quoth.ask("Why?", filters="none")
    with pytest.raises(ArchiveEmpty, match="quoth add"):
        quoth.ask(QUESTION, collection="nowhere")
    with pytest.raises(CollectionInvalid):
        quoth.search("x", collection="../x")
    with pytest.raises(ServerUnavailable, match=r"body\.k"):
        quoth.search("x", k=1000)
    with pytest.raises(TextInvalid, match="the text is empty"):
        quoth.check_text(" ")
    with pytest.raises(ModelUnavailable, match="QUOTH_VERIFIER"):
        quoth.check_text("It rained.")

    async def streamed() -> None:
        async for _ in quoth.stream(Question(question=QUESTION, collection="nowhere")):
            pass

    with pytest.raises(ArchiveEmpty):
        asyncio.run(streamed())


def test_the_asynchronous_client_returns_the_same_values(quoth: Quoth, server: Serving) -> None:
    boats = [replace(NEWS, id=f"await-{n}", text=f"Boat {n} came in.") for n in range(3)]

    async def use_client() -> None:
        async with AsyncQuoth(server.url) as awaited:
            await awaited.check_ready()
            answer = await awaited.ask(QUESTION)
            assert answer.citations == quoth.ask(QUESTION).citations
            events = [event async for event in awaited.stream(Question(question=QUESTION))]
            assert isinstance(events[0], Evidence) and isinstance(events[-1], Answer)
            assert await awaited.search("wind farm", k=3) == quoth.search("wind farm", k=3)
            kept = [outcome async for outcome in awaited.add(boats, collection="awaited")]
            assert kept == [Ingested(article_id=boat.id, how="added") for boat in boats]
            assert await awaited.article("await-1", collection="awaited") == boats[1]
            assert "awaited" in await awaited.collections()
            await awaited.remove(["await-0"], collection="awaited")
            listing = await awaited.articles(collection="awaited")
            assert listing == quoth.articles(collection="awaited") and listing.total == 2
            with pytest.raises(ArticleUnknown):
                await awaited.article("await-0", collection="awaited")
            job = await awaited.start(boats, collection="awaited", idempotency_key="boats")
            assert (await awaited.start(boats, collection="awaited", idempotency_key="boats")).id == job.id
            while not job.ended:
                job = await awaited.job(job.id)
            assert (job.report.added, len(job.report.unchanged)) == (("await-0",), 2)
            assert (await awaited.cancel(job.id)).status == "done"

    asyncio.run(use_client())


def test_both_clients_have_the_same_methods() -> None:
    def methods(kind: type) -> set[str]:
        return {name for name in vars(kind) if not name.startswith("_")}

    assert methods(Quoth) == methods(AsyncQuoth)


def test_a_collection_is_exported_and_imported(server: Serving, quoth: Quoth, tmp_path: Path) -> None:
    file = tmp_path / "saved.zip"

    async def awaited() -> None:
        async with AsyncQuoth(server.url) as quoth:
            _ = [outcome async for outcome in quoth.add([NEWS], collection="saved")]
            with file.open("wb") as sink:
                _ = [step async for step in quoth.export(sink, collection="saved")]
            await quoth.remove_collection("saved")
            _ = [step async for step in quoth.restore(file, name="brought-back")]
            assert await quoth.article(NEWS.id, collection="brought-back") == NEWS
            with pytest.raises(SnapshotInvalid, match="already"):
                _ = [step async for step in quoth.restore(file, name="brought-back")]
            with pytest.raises(SnapshotInvalid, match="no such file"):
                _ = [step async for step in quoth.restore(tmp_path / "none.zip")]
            with pytest.raises(ArchiveEmpty):
                _ = [step async for step in quoth.export(BytesIO(), collection="saved")]

    asyncio.run(awaited())
    list(quoth.restore(file))
    assert quoth.article(NEWS.id, collection="saved") == NEWS


def test_a_job_is_started_and_polled(quoth: Quoth) -> None:
    job = quoth.start([replace(NEWS, id="later")], collection="later")
    assert (job.collection, job.given) == ("later", 1)
    while not job.ended:
        job = quoth.job(job.id)
    assert (job.status, job.report.added) == ("done", ("later",))
    with pytest.raises(JobUnknown, match="send the articles again"):
        quoth.cancel("none")
