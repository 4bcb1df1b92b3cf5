"""Servers that are stopped, broken or something else are reported."""

from __future__ import annotations

import asyncio
import socket
from datetime import date
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from index.errors import (
    ArchiveLocked,
    ArticleUnknown,
    DiskFull,
)
from index.schemas import Article
from qa.client import Quoth, endpoints
from qa.errors import NotReady, QuestionInvalid, ServerUnavailable, error_of_type, problem_type
from qa.schemas import Question


def test_error_classes_and_problem_types_correspond() -> None:
    assert problem_type(ArticleUnknown) == "urn:quoth:article-unknown"
    for kind in (ArticleUnknown, ArchiveLocked, DiskFull, NotReady, QuestionInvalid):
        assert error_of_type(problem_type(kind)) is kind
    assert error_of_type("about:blank") is None


def test_a_stopped_server_is_reported() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with Quoth(f"http://127.0.0.1:{port}/") as quoth:
        with pytest.raises(ServerUnavailable, match=rf"127\.0\.0\.1:{port} does not respond .*quoth serve"):
            quoth.collections()

        async def streamed() -> None:
            async for _ in quoth.stream(Question(question="Why?")):
                pass

        with pytest.raises(ServerUnavailable, match="does not respond"):
            asyncio.run(streamed())


@pytest.mark.parametrize(
    ("status", "body", "message"),
    [
        (404, b"<html>", "is not a Quoth server"),
        (200, b"<html>", "another program"),
        (200, b'{"a": 1}', "another"),
    ],
)
def test_another_kind_of_server_is_reported(status: int, body: bytes, message: str) -> None:
    class Other(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """No log."""

    with (
        HTTPServer(("127.0.0.1", 0), Other) as other,
        Quoth(f"http://127.0.0.1:{other.server_port}") as quoth,
    ):
        Thread(target=other.handle_request).start()
        with pytest.raises(ServerUnavailable, match=message):
            quoth.articles()


@pytest.mark.parametrize(
    ("content_type", "body", "message"),
    [
        ("text/html", "<html>", "another program"),
        ("text/event-stream", "event: news\ndata: {}\n\n", "another program"),
        ("text/event-stream", "event: token\ndata: {}\n\n", "another program"),
        ("text/event-stream", ": ping\n\nevent: token\n", "closed the connection before the answer"),
        ("text/event-stream", "event: error\ndata: oops\n\n", "not a Quoth server"),
    ],
)
def test_a_broken_stream_is_reported(content_type: str, body: str, message: str) -> None:
    class Broken(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["content-length"]))
            self.send_response(200)
            self.send_header("content-type", content_type)
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_: object) -> None:
            """No log."""

    async def read_stream(quoth: Quoth) -> None:
        async for _ in quoth.stream(Question(question="Why?")):
            pass

    with (
        HTTPServer(("127.0.0.1", 0), Broken) as other,
        Quoth(f"http://127.0.0.1:{other.server_port}") as quoth,
    ):
        Thread(target=other.handle_request).start()
        with pytest.raises(ServerUnavailable, match=message):
            asyncio.run(read_stream(quoth))


def test_a_month_is_sent_as_the_date_of_an_article() -> None:
    month = Article(id="a", text="It rained.", period="2022-03")
    known = [month, Article(id="b", text="It snowed.", date=date(2024, 5, 1))]
    body = endpoints.add(known, "default").json
    assert [article["date"] for article in body["articles"]] == ["2022-03", "2024-05-01"]
    assert not any("period" in article for article in body["articles"])
