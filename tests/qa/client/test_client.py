"""The client against a real server over a real socket, and the command line that goes through it."""

from __future__ import annotations

import asyncio
import json
import os
import re
import socket
from collections.abc import Iterator
from contextlib import aclosing
from dataclasses import replace
from datetime import date
from http.server import BaseHTTPRequestHandler, HTTPServer
from io import BytesIO
from pathlib import Path
from threading import Thread

import httpx
import pytest

from index.errors import (
    ArchiveEmpty,
    ArchiveLocked,
    ArticleUnknown,
    CollectionInvalid,
    DiskFull,
    SnapshotInvalid,
)
from index.library import Library
from index.schemas import Article, Filters, Ingested, IngestReport, Skipped
from qa.client import AsyncQuoth, Quoth, endpoints
from qa.errors import JobUnknown, NotReady, QuestionInvalid, ServerUnavailable, kind_of, urn
from qa.schemas import Answer, Evidence, Question, RetrievedPassage, Token
from qa.web.sockets import address, listening
from tests.paths import SEEDS
from tests.serving import PROXY, Serving, serving

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


# Asked from Python


def test_an_answer_is_the_same_value(quoth: Quoth) -> None:
    answer = quoth.ask(QUESTION, as_of=date(2024, 12, 31))
    assert isinstance(answer, Answer)
    assert answer.status == "answered"
    for citation in answer.citations:
        article = quoth.article(citation.article_id)
        assert isinstance(article, Article)
        assert article.text[citation.start : citation.end] == citation.quote
        assert article.date == citation.date


def test_a_stream_tells_what_the_assistant_tells(quoth: Quoth) -> None:
    async def events() -> list[object]:
        return [event async for event in quoth.stream(Question(question=QUESTION))]

    for _ in range(2):  # each asyncio.run is another event loop
        first, *pieces, last = asyncio.run(events())
        assert isinstance(first, Evidence) and first.passages
        assert pieces and all(isinstance(piece, Token) for piece in pieces)
        assert isinstance(last, Answer) and last.status == "answered"


def test_a_stream_may_be_left(quoth: Quoth) -> None:
    async def left() -> object:
        async with aclosing(quoth.stream(Question(question=QUESTION))) as events:
            async for event in events:
                return event
        return None

    assert isinstance(asyncio.run(left()), Evidence)


def test_search_has_its_filters(quoth: Quoth) -> None:
    hits = quoth.search("wind farm", k=3)
    assert len(hits) == 3 and all(isinstance(hit, RetrievedPassage) for hit in hits)
    herald = quoth.search("wind farm", filters=Filters(source="Skerrow Coast Herald"))
    assert {hit.source for hit in herald} == {"Skerrow Coast Herald"}
    assert quoth.search("wind farm", filters=Filters(as_of=date(1999, 1, 1))) == ()
    only = Filters(article_ids=("wind-farm-marren-post",), after=date(2000, 1, 1), before=date(2030, 1, 1))
    assert {hit.article_id for hit in quoth.search("wind", filters=only)} == {"wind-farm-marren-post"}


@pytest.mark.parametrize("own", ["news/1", "a.b", "50%", "Zürich 🚢/?#", "a//b"])
def test_an_article_comes_back_as_it_went(quoth: Quoth, own: str) -> None:
    given = replace(NEWS, id=own)
    assert list(quoth.add([given], collection="round")) == [Ingested(article_id=own, how="added")]
    assert quoth.article(own, collection="round") == given
    assert quoth.article(own, collection="round").digest == given.digest
    quoth.remove([own], collection="round")
    with pytest.raises(ArticleUnknown, match=re.escape(own)):
        quoth.article(own, collection="round")


def test_adding_tells_every_outcome(quoth: Quoth, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(endpoints, "BATCH_CHARACTERS", 100)
    many = [Article(id=f"boat-{n}", text=f"Boat {n} came in.", title=f"Boat {n}") for n in range(30)]
    long = Article(id="long", text="The harbour was full. " * 40)
    broken = Skipped(source="x.txt", reason="empty")
    told = list(quoth.add([*many, broken, long], collection="boats"))
    assert set(told) == {Ingested(article_id=article.id, how="added") for article in (*many, long)} | {broken}
    again = IngestReport.of(quoth.add([replace(many[0], text="Boat 0 left."), *many[1:]], collection="boats"))
    assert (again.updated, len(again.unchanged)) == (("boat-0",), 29)


def test_what_was_told_is_kept_whatever_ends_the_walk(quoth: Quoth, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(endpoints, "BATCH_ARTICLES", 2)

    def articles() -> Iterator[Article]:
        for n in range(5):
            yield Article(id=f"tram-{n}", text=f"Tram {n} came.")
        raise KeyboardInterrupt

    told: list[Ingested | Skipped] = []
    with pytest.raises(KeyboardInterrupt):
        for outcome in quoth.add(articles(), collection="trams"):
            told.append(outcome)
    assert len(told) == 4
    assert quoth.articles(collection="trams").total == 4


def test_listing_comes_in_pages(quoth: Quoth, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = quoth.articles()
    assert whole.total == len(whole.articles) > 10
    assert quoth.articles(limit=3, offset=2).articles == whole.articles[2:5]
    assert quoth.articles(limit=3, offset=2).total == whole.total
    assert quoth.articles(offset=1000).articles == ()
    monkeypatch.setattr(endpoints, "PAGE", 4)
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


def test_a_collection_goes_in_whole(quoth: Quoth) -> None:
    list(quoth.add([NEWS], collection="passing"))
    assert quoth.counts()["passing"] == 1
    quoth.remove_collection("passing")
    assert "passing" not in quoth.collections()
    with pytest.raises(ArchiveEmpty, match="no collection 'passing'"):
        quoth.remove_collection("passing")
    with pytest.raises(CollectionInvalid, match="stays"):
        quoth.remove_collection("default")


def test_errors_are_those_of_the_assistant(quoth: Quoth) -> None:
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

    async def streamed() -> None:
        async for _ in quoth.stream(Question(question=QUESTION, collection="nowhere")):
            pass

    with pytest.raises(ArchiveEmpty):
        asyncio.run(streamed())


def test_every_kind_of_error_has_a_name_of_its_own() -> None:
    assert urn(ArticleUnknown) == "urn:quoth:article-unknown"
    for kind in (ArticleUnknown, ArchiveLocked, DiskFull, NotReady, QuestionInvalid):
        assert kind_of(urn(kind)) is kind
    assert kind_of("about:blank") is None


def test_a_server_that_is_gone_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with Quoth(f"http://127.0.0.1:{port}/") as quoth:
        with pytest.raises(ServerUnavailable, match=rf"127\.0\.0\.1:{port} does not answer .*quoth serve"):
            quoth.collections()

        async def streamed() -> None:
            async for _ in quoth.stream(Question(question="Why?")):
                pass

        with pytest.raises(ServerUnavailable, match="does not answer"):
            asyncio.run(streamed())


@pytest.mark.parametrize(
    ("status", "body", "told"),
    [(404, b"<html>", "no Quoth server"), (200, b"<html>", "another program"), (200, b'{"a": 1}', "another")],
)
def test_another_server_is_told(status: int, body: bytes, told: str) -> None:
    class Other(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """It says nothing."""

    with (
        HTTPServer(("127.0.0.1", 0), Other) as other,
        Quoth(f"http://127.0.0.1:{other.server_port}") as quoth,
    ):
        Thread(target=other.handle_request).start()
        with pytest.raises(ServerUnavailable, match=told):
            quoth.articles()


def test_awaited_the_methods_and_values_are_the_same(quoth: Quoth, server: Serving) -> None:
    boats = [replace(NEWS, id=f"await-{n}", text=f"Boat {n} came in.") for n in range(3)]

    async def told() -> None:
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

    asyncio.run(told())


def test_both_clients_have_the_same_methods() -> None:
    def methods(kind: type) -> set[str]:
        return {name for name in vars(kind) if not name.startswith("_")}

    assert methods(Quoth) == methods(AsyncQuoth)


def test_a_collection_is_saved_and_brought_back(server: Serving, quoth: Quoth, tmp_path: Path) -> None:
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


def test_a_job_is_waited_for_from_python(quoth: Quoth) -> None:
    job = quoth.start([replace(NEWS, id="later")], collection="later")
    assert (job.collection, job.given) == ("later", 1)
    while not job.ended:
        job = quoth.job(job.id)
    assert (job.status, job.report.added) == ("done", ("later",))
    with pytest.raises(JobUnknown, match="send the articles again"):
        quoth.cancel("none")


# From the command line


def test_commands_go_through_the_server(server: Serving, tmp_path: Path) -> None:
    code, out, err = server.quoth("ask", QUESTION)
    assert (code, err) == (0, "")
    assert "[1]" in out
    answer = tmp_path / "answer.json"
    answer.write_text(server.quoth("ask", QUESTION, "--json")[1])
    assert server.quoth("verify", answer)[::2] == (0, "every quote holds\n")
    assert re.match(
        r" 1\. 0\.\d{3}  Storm Ottilie ", server.quoth("search", "storm on Skerrow", "-k", "1")[1]
    )
    id_ = "silver-heron-film-festival"
    assert id_ in server.quoth("list", "--search", "silver heron")[1]
    shown = json.loads(server.quoth("show", id_, "--json")[1])
    assert shown["text"] and shown["date"] == "2024-05-26"
    assert server.quoth("remove", id_) == (0, f"removed {id_}  {shown['title']}\n", "")
    code, out, err = server.quoth("show", id_)
    assert (code, out) == (1, "")
    assert err.startswith(f"error: no article has the id '{id_}'")
    assert server.quoth("ask", " ")[0] == 2
    assert server.quoth("add", SEEDS)[:2] == (0, "1 added, 0 updated, 18 unchanged, 0 skipped\n")


def test_a_changed_file_replaces_what_it_was(server: Serving, tmp_path: Path) -> None:
    def add(*expected: str) -> None:
        code, out, err = server.quoth("add", tmp_path, "--collection", "files")
        assert (code, out, bool(err)) == (bool("1 skipped" in expected[0]), f"{expected[0]}\n", code == 1)

    note = tmp_path / "note.txt"
    note.write_text("Gannet Head was lit again on Friday.")
    add("1 added, 0 updated, 0 unchanged, 0 skipped")
    note.write_text("Gannet Head was lit again on Sunday.")
    (tmp_path / "empty.md").write_text("")
    add("0 added, 1 updated, 0 unchanged, 1 skipped")
    listed = json.loads(server.quoth("list", "--collection", "files", "--json")[1])["articles"]
    assert [article["characters"] for article in listed] == [len(note.read_text())]


def test_a_second_server_is_refused_and_the_doctor_tells_of_the_first(server: Serving) -> None:
    code, out, err = server.quoth("serve", "--port", "0")
    assert (code, out) == (1, "")
    assert f"in use by process {server.process.pid}, which answers at {server.url}; stop that" in err
    code, out, _ = server.quoth("doctor")
    assert code == 0
    assert "\n✓ collection default: articles: " in out
    assert f"process {server.process.pid}, which answers at {server.url}: what it keeps was not looked" in out


@pytest.mark.parametrize(
    ("host", "noted"),
    [("0.0.0.0", "127.0.0.1"), ("::1", "[::1]"), ("::", "[::1]"), ("localhost", "127.0.0.1")],
)
def test_the_noted_address_can_be_reached_from_here(host: str, noted: str) -> None:
    if ":" in host and not _has_ipv6():
        pytest.skip("no IPv6 here")
    with listening(host, 0) as listener:
        url = httpx.URL(address(listener))
        assert url.netloc.decode().rpartition(":")[0] == noted
        socket.create_connection((url.host, url.port or 0), timeout=5).close()


@pytest.mark.slow
def test_a_server_that_is_open_to_others_is_reached_by_its_note(seeded_home: Path) -> None:
    host = "::" if _has_ipv6() else "0.0.0.0"
    with serving(seeded_home, "--host", host, "--open") as running, Quoth(running.url) as quoth:
        assert quoth.collections() == ["default"]
        assert running.quoth("list")[0] == 0


@pytest.mark.slow
def test_a_killed_server_does_not_mislead(seeded_home: Path) -> None:
    with serving(seeded_home) as running:
        running.process.kill()
        running.process.wait()
        assert (seeded_home / "owner.json").exists()
        assert running.quoth("list")[0] == 0
        # What took the archive over, but does not serve it.
        with Library(seeded_home, None) as _:  # type: ignore[arg-type]
            code, _out, err = running.quoth("list")
            assert (code, running.url in err) == (1, False)
            assert f"is in use by process {os.getpid()}; stop that one first" in err
        assert not (seeded_home / "owner.json").exists()


def _has_ipv6() -> bool:
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        return False
    return True
