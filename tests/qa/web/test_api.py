"""The API: what goes over the wire, in both directions, and every error as a problem."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any
from urllib.parse import quote

import pytest
from fastapi.testclient import TestClient
from langchain_core.language_models import GenericFakeChatModel
from langchain_core.messages import AIMessageChunk
from langchain_core.outputs import ChatGenerationChunk
from starlette.types import Message

from index.errors import DiskFull, QuothError, WeightsMissing
from index.library import Library
from index.schemas import Article
from qa.assistant import Assistant
from qa.errors import ModelUnavailable, NotReady
from qa.web.api import MAX_BODY_BYTES, create_api
from qa.web.api.openapi_examples import ANSWER
from qa.web.errors.problem_details import MEDIA_TYPE
from qa.web.uploads import MAX_UPLOAD_BYTES
from tests.conftest import ScriptedModel

CLUB = "Which club did Ilario Castellane leave for Marren Rovers?"
SAYS = "Marren Rovers have signed the striker Ilario Castellane from Collmouth Athletic [1]."
JSON = {"content-type": "application/json"}


def client_of(assistant: Assistant, **named: Any) -> TestClient:
    return TestClient(create_api(assistant, **named), raise_server_exceptions=False)


@pytest.fixture
def client(answering) -> TestClient:
    return client_of(answering(ScriptedModel(SAYS)))


@pytest.fixture
def empty(library: Library) -> TestClient:
    return client_of(Assistant(library, None, evidence_tokens=360))


def problem(response, status: int, kind: str = "about:blank") -> dict[str, Any]:
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == MEDIA_TYPE
    told: dict[str, Any] = response.json()
    assert told["status"] == status and told["type"] == kind
    assert told["title"] and told["detail"]
    assert "Traceback" not in response.text
    return told


def events(response) -> list[tuple[str, dict[str, Any]]]:
    assert response.headers["content-type"].startswith("text/event-stream")
    told = []
    for block in response.text.replace("\r\n", "\n").split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.split("\n") if line and not line.startswith(":"))
        if fields:
            told.append((fields["event"], json.loads(fields["data"])))
    return told


def quotes_are_exact(client: TestClient, answer: dict[str, Any]) -> None:
    for citation in answer["citations"]:
        article = client.get(f"/api/articles/{quote(citation['article_id'])}").json()
        assert citation["quote"] == article["text"][citation["start"] : citation["end"]]


# Asking and searching


def test_an_answer_has_the_promised_shape_and_exact_quotes(client):
    answer = client.post("/api/ask", json={"question": CLUB}).json()
    assert answer.keys() == ANSWER.keys()
    assert answer["status"] == "answered" and answer["model"] == "scripted"
    assert answer["citations"][0].keys() == ANSWER["citations"][0].keys()
    assert answer["sentences"][0].keys() == {"text", "citations", "support"}
    assert answer["timings"].keys() == {"search_ms", "first_token_ms", "total_ms"}
    assert {"article_id", "start", "end", "score"} <= answer["passages"][0].keys()
    assert answer["citations"][0]["article_id"] == "marren-rovers-transfer"
    quotes_are_exact(client, answer)


def test_a_stream_tells_evidence_then_tokens_then_the_answer_that_ask_gives(client):
    told = events(client.post("/api/ask/stream", json={"question": CLUB}))
    names = [name for name, _ in told]
    assert names == ["evidence", *["token"] * (len(told) - 2), "answer"]
    assert len(told) > 4
    assert "".join(data["text"] for name, data in told if name == "token") == SAYS
    last = told[-1][1]
    assert told[0][1]["passages"] == last["passages"]
    quotes_are_exact(client, last)
    whole = client.post("/api/ask", json={"question": CLUB}).json()
    assert whole | {"timings": None} == last | {"timings": None}


def test_a_question_the_articles_do_not_answer_is_declined(answering):
    client = client_of(answering(ScriptedModel("NOT FOUND")))
    answer = client.post("/api/ask", json={"question": CLUB}).json()
    assert answer["status"] == "declined"
    assert answer["citations"] == [] and answer["passages"]


def test_history_makes_a_follow_up_searchable(client):
    history = [{"role": "user", "content": CLUB}, {"role": "assistant", "content": "Collmouth Athletic."}]
    answer = client.post("/api/ask", json={"question": "And for how much?", "history": history}).json()
    assert answer["question_searched"].startswith("And for how much? (")


def test_what_a_person_wants_searched_is_searched(client):
    given = {"question": "And for how much?", "search_as": "striker transfer fee"}
    answer = client.post("/api/ask", json=given).json()
    assert answer["question_searched"] == "striker transfer fee"
    answer = client.post("/api/ask", json=given | {"search_as": " "}).json()
    assert answer["question_searched"] == "And for how much?"
    assert client.post("/api/ask", json=given | {"search_as": "\0"}).status_code == 422


def test_search_gives_passages_best_first_exactly_as_they_stand(client):
    hits = client.post("/api/search", json={"query": "striker transfer", "k": 3}).json()["hits"]
    assert len(hits) == 3
    assert [hit["score"] for hit in hits] == sorted((hit["score"] for hit in hits), reverse=True)
    for hit in hits:
        text = client.get(f"/api/articles/{hit['article_id']}").json()["text"]
        assert hit["text"] == text[hit["start"] : hit["end"]]


@pytest.mark.parametrize(
    ("limits", "passes"),
    [
        ({"filters": {"source": "Northshore Wire"}}, lambda hit: hit["source"] == "Northshore Wire"),
        ({"filters": {"article_ids": ["veybus-drivers-strike"]}}, lambda hit: "veybus" in hit["article_id"]),
        ({"filters": {"after": "2024-03-01"}}, lambda hit: hit["date"] >= "2024-03-01"),
        ({"filters": {"before": "2023-12-31"}}, lambda hit: hit["date"] <= "2023-12-31"),
        ({"as_of": "2023-12-31"}, lambda hit: not hit["date"] or hit["date"] <= "2023-12-31"),
    ],
)
def test_limits_leave_out_the_other_articles(client, limits, passes):
    hits = client.post("/api/search", json={"query": "the town", "k": 100, **limits}).json()["hits"]
    assert hits and all(passes(hit) for hit in hits)
    answer = client.post("/api/ask", json={"question": "What about the town?", **limits}).json()
    assert all(passes(passage) for passage in answer["passages"])


class SlowChat(GenericFakeChatModel):
    """Speaks for ever, and notes when it is made to stop."""

    stopped: threading.Event

    async def _astream(self, *_: Any, **__: Any) -> AsyncIterator[ChatGenerationChunk]:
        try:
            while True:
                yield ChatGenerationChunk(message=AIMessageChunk(content="word "))
                await asyncio.sleep(0.01)
        finally:
            self.stopped.set()


class SlowModel(ScriptedModel):
    def __init__(self) -> None:
        super().__init__("")
        self.stopped = threading.Event()

    @property
    def chat(self) -> SlowChat:
        return SlowChat(messages=iter([]), stopped=self.stopped)


@pytest.mark.parametrize("path", ["/api/ask", "/api/ask/stream"])
def test_the_model_stops_when_the_caller_leaves(answering, path):
    model = SlowModel()
    api = create_api(answering(model))
    body = json.dumps({"question": CLUB}).encode()

    async def call() -> bytes:
        told = bytearray()
        leave = asyncio.Event()
        # One who only waits for the answer leaves by the clock, one who listens at the third token.
        asyncio.get_running_loop().call_later(0.5 if path == "/api/ask" else 20, leave.set)
        messages = iter([{"type": "http.request", "body": body, "more_body": False}])

        async def receive() -> Message:
            if message := next(messages, None):
                return message
            await leave.wait()
            return {"type": "http.disconnect"}

        async def send(message: Message) -> None:
            told.extend(message.get("body", b""))
            if told.count(b"event: token") == 3:
                leave.set()

        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": "POST",
            "scheme": "http",
            "path": path,
            "raw_path": path.encode(),
            "root_path": "",
            "query_string": b"",
            "headers": [(b"content-type", b"application/json")],
        }
        async with asyncio.timeout(30):
            await api(scope, receive, send)
        return bytes(told)

    told = asyncio.run(call())
    assert model.stopped.is_set()
    assert b'"status":"answered"' not in told and b"event: answer" not in told


# Articles

FERRY = {
    "id": "ferry",
    "title": "Ferry",
    "date": "2024-03-02",
    "source": "Herald",
    "text": "The ferry “Astrid” 🚢 left at 18:40. Nobody was late.",
}


def test_an_article_is_added_found_replaced_and_removed(empty):
    def report() -> Any:
        response = empty.post("/api/articles", json=given)
        assert response.status_code == 200
        return response.json()

    given = dict(FERRY)
    nothing: dict[str, object] = {"added": [], "updated": [], "unchanged": [], "skipped": []}
    nothing |= {"uncovered": {}, "warnings": []}
    assert report() == nothing | {"added": ["ferry"]}
    assert report() == nothing | {"unchanged": ["ferry"]}
    listed = empty.get("/api/articles").json()
    assert listed["total"] == 1
    head = {name: FERRY[name] for name in ("id", "title", "date", "source")} | {"url": ""}
    assert listed["articles"] == [{**head, "passages": 1, "characters": len(FERRY["text"])}]
    assert empty.get("/api/articles/ferry").json() == {**head, "text": FERRY["text"]}
    answer = empty.post("/api/ask", json={"question": "When did the ferry leave?"}).json()
    assert answer["status"] == "answered"
    quotes_are_exact(empty, answer)

    given["text"] = "The ferry left at 19:55."
    assert report() == nothing | {"updated": ["ferry"]}
    hits = empty.post("/api/search", json={"query": "ferry left"}).json()["hits"]
    assert [hit["text"] for hit in hits] == ["The ferry left at 19:55."]

    gone = empty.delete("/api/articles/ferry")
    assert (gone.status_code, gone.content) == (204, b"")
    problem(empty.get("/api/articles/ferry"), 404, "urn:quoth:article-unknown")
    problem(empty.delete("/api/articles/ferry"), 404, "urn:quoth:article-unknown")
    problem(empty.post("/api/search", json={"query": "ferry"}), 409, "urn:quoth:archive-empty")


@pytest.mark.parametrize(
    "own",
    ["a/b", "/lead", "tail/", "two words", "Zürich-東京-🚢", "50%", "q?x=1#y", "a//b", "semi;colon"],
)
def test_ids_of_any_kind_go_through_addresses(empty, own):
    assert empty.post("/api/articles", json={**FERRY, "id": own}).json()["added"] == [own]
    address = f"/api/articles/{quote(own, safe='/')}"
    assert empty.get(address).json()["id"] == own
    assert empty.get(f"/api/articles/{quote(own, safe='')}").json()["id"] == own
    assert empty.delete(address).status_code == 204
    assert empty.get("/api/articles").json()["total"] == 0


def test_many_are_added_at_once_and_what_is_no_article_is_skipped(empty):
    given = [{"id": "a", "text": "One day."}, {"id": "b", "text": " "}, {"text": "Two.", "date": "soon"}]
    report = empty.post("/api/articles", json={"articles": given}).json()
    assert report["added"] == ["a"]
    assert [skipped["source"] for skipped in report["skipped"]] == ["articles.jsonl:2", "articles.jsonl:3"]
    assert report["skipped"][0]["reason"] == "empty"
    assert "ISO 8601" in report["skipped"][1]["reason"]


def test_several_are_removed_all_or_none(empty):
    given = {"articles": [{"id": name, "text": f"Article {name} is here."} for name in "abc"]}
    empty.post("/api/articles", json=given)
    problem(
        empty.request("DELETE", "/api/articles", json={"ids": ["a", "x"]}), 404, "urn:quoth:article-unknown"
    )
    assert empty.get("/api/articles").json()["total"] == 3
    assert empty.request("DELETE", "/api/articles", json={"ids": ["a", "c"]}).status_code == 204
    assert [one["id"] for one in empty.get("/api/articles").json()["articles"]] == ["b"]


def test_the_list_comes_in_pages_newest_first(client):
    everything = client.get("/api/articles", params={"limit": 1000}).json()
    assert everything["total"] == len(everything["articles"])
    days = [one["date"] for one in everything["articles"] if one["date"]]
    assert days == sorted(days, reverse=True)
    page = client.get("/api/articles", params={"limit": 2, "offset": 3}).json()
    assert (page["limit"], page["offset"], page["total"]) == (2, 3, everything["total"])
    assert page["articles"] == everything["articles"][3:5]
    assert client.get("/api/articles", params={"offset": 10**30}).json()["articles"] == []


def test_the_list_can_be_searched(empty):
    titles = {"a": "Zürich voters", "b": "50% of voters", "c": "Trams"}
    given = [
        {"id": id_, "title": title, "text": "A text.", "source": "Herald"} for id_, title in titles.items()
    ]
    empty.post("/api/articles", json={"articles": [*given, {"id": "d", "text": "A text.", "source": "ZÜRI"}]})

    def found(search: str, **page: int) -> tuple[list[str], int]:
        listed = empty.get("/api/articles", params={"search": search, **page}).json()
        return [one["id"] for one in listed["articles"]], listed["total"]

    assert found("ZÜR") == (["d", "a"], 2)
    assert found("voters", limit=1, offset=1) == (["a"], 2)
    assert found("%") == (["b"], 1)
    assert found("_") == ([], 0)
    assert found("")[1] == 4


def test_what_was_read_from_a_place_replaces_what_was_read_there_before(empty):
    old = {"text": "The ferry left at 18:40.", "origin": "/news/ferry.txt"}
    [first] = empty.post("/api/articles", json=old).json()["added"]
    new = {**old, "text": "The ferry left at 19:55."}
    [second] = empty.post("/api/articles", json={"articles": [new]}).json()["updated"]
    assert first != second
    assert [one["id"] for one in empty.get("/api/articles").json()["articles"]] == [second]
    skipped = empty.post("/api/articles", json={"text": " ", "origin": "/news/a.txt"}).json()["skipped"]
    assert skipped == [{"source": "/news/a.txt", "reason": "empty"}]


def test_a_collection_is_removed_in_whole(empty):
    empty.post("/api/articles", params={"collection": "north"}, json=FERRY)
    assert empty.delete("/api/collections/north").status_code == 204
    assert empty.get("/api/collections").json() == {"collections": []}
    problem(empty.delete("/api/collections/north"), 409, "urn:quoth:archive-empty")
    problem(empty.delete("/api/collections/default"), 422, "urn:quoth:collection-invalid")
    problem(empty.get("/api/articles/ferry", params={"collection": "north"}), 409, "urn:quoth:archive-empty")


def test_lists_have_the_filters_of_searches(client):
    def listed(**wanted: Any) -> set[str]:
        return {one["source"] for one in client.get("/api/articles", params=wanted).json()["articles"]}

    assert listed(source="The Marren Post") == {"The Marren Post"}
    assert listed(as_of="1999-01-01") == set()
    page = client.get("/api/articles", params={"after": "2024-01-01", "before": "2024-06-30", "limit": 2})
    assert page.json()["total"] > 2
    assert all("2024-01-01" <= one["date"] <= "2024-06-30" for one in page.json()["articles"])
    assert "after=2024-01-01" in page.links["next"]["url"]
    problem(client.get("/api/articles?after=soon"), 422, "urn:quoth:request-invalid")
    problem(client.get("/api/articles?outlet=x"), 422, "urn:quoth:request-invalid")


def test_a_long_conversation_may_come_along(client):
    turn = "It rained all day, and the ferry was late again. " * 100
    history = [{"role": role, "content": turn} for role in ("user", "assistant")] * 90
    assert client.post("/api/ask", json={"question": CLUB, "history": history}).json()["status"] == "answered"


def test_collections_are_apart(empty):
    empty.post("/api/articles", params={"collection": "north"}, json=FERRY)
    empty.post("/api/articles", params={"collection": "south"}, json={**FERRY, "text": "No ferry sails."})
    counts = [{"name": "north", "articles": 1}, {"name": "south", "articles": 1}]
    assert empty.get("/api/collections").json() == {"collections": counts}
    assert empty.get("/api/articles").json()["total"] == 0
    found = empty.post("/api/search", json={"query": "ferry", "collection": "south"}).json()["hits"]
    assert [hit["text"] for hit in found] == ["No ferry sails."]
    assert empty.get("/api/articles/ferry", params={"collection": "north"}).json()["text"] == FERRY["text"]


def test_files_are_added_and_a_file_of_the_same_name_replaces(empty):
    def send(*files: tuple[str, bytes]) -> Any:
        return empty.post("/api/articles", files=[("files", file) for file in files]).json()

    page = b"<html><head><title>Dig</title></head><body><article><p>%s</p></article></body></html>" % (
        b"A boat grave was found below the car park of Nether Collan. " * 5
    )
    line = json.dumps({"id": "from-line", "text": "A line of its own."}).encode()
    report = send(
        ("a.txt", b"Snow fell in May."),
        ("b.MD", b"# Hail\n\nHail fell."),
        ("c.html", page),
        ("d.jsonl", line),
    )
    assert (len(report["added"]), report["skipped"]) == (4, [])
    assert "from-line" in report["added"]

    again = send(("folder/a.txt", b"Snow fell in June."))
    assert len(again["updated"]) == 1
    listed = empty.get("/api/articles").json()["articles"]
    texts = {empty.get(f"/api/articles/{one['id']}").json()["text"] for one in listed}
    assert len(texts) == 4 and "Snow fell in June." in texts and "Snow fell in May." not in texts


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\texts\\paper.pdf", "paper.pdf"),
        (".txt", ".txt"),
        ("x" * 300 + ".pdf", "x" * 300 + ".pdf"),
        ("line\x7fbreak.pdf", "line_break.pdf"),
    ],
)
def test_a_file_that_cannot_be_read_is_skipped_under_its_own_name(empty, name, shown):
    report = empty.post("/api/articles", files=[("files", (name, b"text"))]).json()
    assert [skipped["source"] for skipped in report["skipped"]] == [shown]
    assert report["added"] == []


def test_nothing_tells_where_files_lie(empty):
    report = empty.post(
        "/api/articles", files=[("files", ("empty.txt", b"")), ("files", ("b.jsonl", b"{"))]
    ).text
    empty.post("/api/articles", files=[("files", ("../" + "x" * 300 + ".txt", b"A text."))])
    told = report + empty.get("/api/articles").text
    assert "/tmp" not in told and "quoth-" not in told
    assert '"empty.txt"' in report and '"b.jsonl:1"' in report


# Errors


def test_asking_where_there_are_no_articles(empty):
    problem(empty.post("/api/ask", json={"question": "Who?"}), 409, "urn:quoth:archive-empty")
    [(name, told)] = events(empty.post("/api/ask/stream", json={"question": "Who?"}))
    assert name == "error"
    assert (told["status"], told["type"], told["title"]) == (
        409,
        "urn:quoth:archive-empty",
        "no articles yet",
    )


class FailingModel(ScriptedModel):
    def __init__(self, error: Exception) -> None:
        super().__init__("")
        self.error = error

    @property
    def chat(self) -> GenericFakeChatModel:
        raise self.error


@pytest.mark.parametrize(
    ("error", "status", "kind"),
    [
        (ModelUnavailable("it is off"), 503, "urn:quoth:model-unavailable"),
        (WeightsMissing("not here"), 503, "urn:quoth:weights-missing"),
        (DiskFull("no room"), 507, "urn:quoth:disk-full"),
        (QuothError("odd"), 500, "urn:quoth:quoth-error"),
        (RuntimeError("a provider's"), 503, "urn:quoth:model-unavailable"),
    ],
)
def test_errors_of_the_model_have_their_status(answering, error, status, kind):
    client = client_of(answering(FailingModel(error)))
    told = problem(client.post("/api/ask", json={"question": CLUB}), status, kind)
    assert str(error) in told["detail"]
    *_, (name, streamed) = events(client.post("/api/ask/stream", json={"question": CLUB}))
    assert name == "error"
    assert streamed == told | {"instance": "/api/ask/stream"}


def test_an_unforeseen_error_tells_nothing_of_itself(answering, monkeypatch):
    assistant = answering(None)
    monkeypatch.setattr(assistant, "counts", lambda: 1 / 0)
    told = problem(client_of(assistant).get("/api/collections"), 500)
    assert "division" not in json.dumps(told)


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE", "PATCH"])
@pytest.mark.parametrize("path", ["/api", "/api/nothing", "/api/ask/nothing"])
def test_unknown_paths_are_problems(client, method, path):
    assert problem(client.request(method, path), 404)["instance"] == path


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/api/ask"), ("PUT", "/api/articles"), ("POST", "/readyz")]
)
def test_wrong_methods_are_problems(client, method, path):
    response = client.request(method, path)
    problem(response, 405)
    assert response.headers["allow"]


BAD_BODIES: list[tuple[str, bytes]] = [
    ("/api/ask", b""),
    ("/api/ask", b"{"),
    ("/api/ask", b"[]"),
    ("/api/ask", b"null"),
    ("/api/ask", b"\xff\xfe"),
    ("/api/ask", b"[" * 30_000),
    ("/api/ask", b"1" * 10_000),
    ("/api/ask", b"{}"),
    ("/api/ask", b'{"question": NaN}'),
    ("/api/ask", b'{"question": 7}'),
    ("/api/ask", b'{"question": ""}'),
    ("/api/ask", b'{"question": "  "}'),
    ("/api/ask", b'{"question": "a\\u0000b"}'),
    ("/api/ask", b'{"question": "\\ud800"}'),
    ("/api/ask", b'{"question": "a", "\\ud800": 1}'),
    ("/api/ask", b'{"question": "a", "questoin": "a"}'),
    ("/api/ask", b'{"question": "%s"}' % (b"a" * 2001)),
    ("/api/ask", b'{"question": "a", "as_of": "soon"}'),
    ("/api/ask", b'{"question": "a", "as_of": 20221028}'),
    ("/api/ask", b'{"question": "a", "as_of": "2023-02-30"}'),
    ("/api/ask", b'{"question": "a", "history": [{"role": "system", "content": "x"}]}'),
    ("/api/ask", b'{"question": "a", "history": [{"role": "user", "content": "\\udfff"}]}'),
    ("/api/ask", b'{"question": "a", "filters": {"as_of": "2023-02-03"}}'),
    ("/api/ask", b'{"question": "a", "filters": {"source": "\\ud800"}}'),
    ("/api/ask", b'{"question": "a", "filters": {"article_ids": "x"}}'),
    ("/api/ask", b'{"question": "a", "collection": "../x"}'),
    ("/api/search", b'{"query": "a", "k": 0}'),
    ("/api/search", b'{"query": "a", "k": 101}'),
    ("/api/search", b'{"query": "a", "k": "5"}'),
    ("/api/search", b'{"query": "a", "k": true}'),
    ("/api/search", b'{"query": "a", "k": Infinity}'),
    ("/api/search", b'{"query": ""}'),
    ("/api/search", b'{"query": "a", "collection": "\\u0000"}'),
    ("/api/articles", b""),
    ("/api/articles", b"{}"),
    ("/api/articles", b"[]"),
    ("/api/articles", b"NaN"),
    ("/api/articles", b'{"articles": 1}'),
    ("/api/articles", b'{"text": NaN}'),
    ("/api/articles", b'{"text": "a", "unread": NaN}'),
    ("/api/ask", b'{"question": "a", "history": ' + b"[" * 900 + b"]" * 900 + b"}"),
    ("/api/articles", b'{"text": "\\ud800"}'),
    ("/api/articles", b'{"text": "a", "date": 20221028}'),
    ("/api/articles", b"[" * 30_000),
    ("/api/articles", b"\xff"),
    ("/api/articles?collection=NO", b'{"text": "A text."}'),
]


@pytest.mark.parametrize(("path", "body"), BAD_BODIES)
def test_bad_bodies_are_refused_with_the_place_of_the_fault(client, path, body):
    response = client.post(path, content=body, headers=JSON)
    assert response.status_code in (400, 422), response.text
    assert response.headers["content-type"] == MEDIA_TYPE
    assert response.json()["detail"]


def test_a_fault_is_told_with_its_place(client):
    response = client.post("/api/ask", json={"question": "a", "filters": {"after": "soon"}})
    told = problem(response, 422, "urn:quoth:request-invalid")
    assert [fault["place"] for fault in told["errors"]] == ["body.filters.after"]


def test_odd_characters_in_an_article_do_no_harm(empty):
    text = "Nul \0 and line\u2028break, joined\u200dletters, \U0010ffff the end."
    report = empty.post("/api/articles", json={"id": "odd", "title": "\0", "text": text}).json()
    assert report["added"] == ["odd"]
    assert empty.get("/api/articles/odd").json()["text"] == text
    assert empty.post("/api/search", json={"query": "joined letters"}).status_code == 200
    skipped = empty.post("/api/articles", json={"id": "a\0b", "text": "A text."}).json()["skipped"]
    assert "printable" in skipped[0]["reason"]


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "", "application/xml"])
@pytest.mark.parametrize("path", ["/api/ask", "/api/ask/stream", "/api/search", "/api/articles"])
def test_only_json_is_taken_for_json(client, path, kind):
    body = b'{"question": "a", "query": "a", "text": "a"}'
    response = client.post(path, content=body, headers={"content-type": kind} if kind else {})
    problem(response, 415)


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("multipart/form-data", b"x"),
        ("multipart/form-data; boundary=x", b"nonsense"),
        ("multipart/form-data; boundary=x", b"--x--\r\n"),
        (
            "multipart/form-data; boundary=x",
            b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\nb\r\n--x--\r\n',
        ),
    ],
)
def test_bad_forms_are_refused(client, kind, body):
    response = client.post("/api/articles", content=body, headers={"content-type": kind})
    assert response.status_code in (400, 422)
    assert response.headers["content-type"] == MEDIA_TYPE


def in_pieces(size: int) -> Iterator[bytes]:
    for _ in range(0, size, 1 << 20):
        yield b" " * min(size, 1 << 20)


@pytest.mark.parametrize(
    ("path", "most"),
    [("/api/ask", MAX_BODY_BYTES), ("/api/articles", MAX_UPLOAD_BYTES)],
)
@pytest.mark.parametrize("content", [lambda size: b" " * size, in_pieces], ids=["told", "untold"])
def test_too_large_a_body_is_refused_whether_or_not_its_size_was_told(
    client, path, most, content: Callable[[int], Any]
):
    problem(client.post(path, content=content(most + (1 << 20)), headers=JSON), 413)


def test_articles_may_be_larger_than_questions(empty):
    given = FERRY | {"comment": "x" * MAX_BODY_BYTES}
    assert empty.post("/api/articles", json=given).json()["added"] == ["ferry"]


# Health and description


def test_health_and_readiness(answering):
    def not_yet() -> None:
        raise NotReady("the models are being loaded")

    client = client_of(answering(None), ready=not_yet)
    assert client.get("/healthz").json() == {"status": "ok"}
    assert (
        problem(client.get("/readyz"), 503, "urn:quoth:not-ready")["detail"] == "the models are being loaded"
    )
    ready = client_of(answering(None)).get("/readyz")
    assert (ready.status_code, ready.json()) == (200, {"status": "ready"})


def test_everything_is_described(client):
    described = client.get("/openapi.json").json()
    schemas = described["components"]["schemas"]
    for path, operations in described["paths"].items():
        for operation in operations.values():
            assert operation["summary"] and operation["description"], path
            problems = {status for status in operation["responses"] if status >= "400"}
            assert "500" in problems
            kind = "application/json" if path.startswith("/v1") else MEDIA_TYPE
            for status in problems:
                assert list(operation["responses"][status]["content"]) == [kind], (path, status)
            for told in operation["responses"].values():
                for content in (one for kind, one in told.get("content", {}).items() if "zip" not in kind):
                    shown = schemas.get(content["schema"].get("$ref", "").rpartition("/")[2], {})
                    assert "example" in content or "examples" in content or shown.get("examples"), path
    refs = {line.split('"')[3] for line in json.dumps(described, indent=0).splitlines() if '"$ref"' in line}
    assert {ref.rpartition("/")[2] for ref in refs} <= schemas.keys()
    assert all(ref.startswith("#/components/schemas/") for ref in refs)


def test_an_article_is_whole_on_the_wire(seeded: Library, client):
    for article, _ in seeded.collection("default").documents.articles():
        given = client.get(f"/api/articles/{article.id}").json()
        assert isinstance(article, Article)
        assert given["text"] == article.text
        assert "origin" not in given
