"""Articles in the body of a request: JSON, files and forms."""

from __future__ import annotations

import json
from typing import Any

import pytest

from qa.web.errors.problem_details import MEDIA_TYPE


def test_invalid_articles_are_skipped(empty_client):
    given = [{"id": "a", "text": "One day."}, {"id": "b", "text": " "}, {"text": "Two.", "date": "soon"}]
    report = empty_client.post("/api/articles", json={"articles": given}).json()
    assert report["added"] == ["a"]
    assert [skipped["source"] for skipped in report["skipped"]] == ["articles.jsonl:2", "articles.jsonl:3"]
    assert report["skipped"][0]["reason"] == "empty"
    assert "ISO 8601" in report["skipped"][1]["reason"]


def test_article_of_the_same_origin_is_replaced(empty_client):
    old = {"text": "The ferry left at 18:40.", "origin": "/news/ferry.txt"}
    [first] = empty_client.post("/api/articles", json=old).json()["added"]
    new = {**old, "text": "The ferry left at 19:55."}
    [second] = empty_client.post("/api/articles", json={"articles": [new]}).json()["updated"]
    assert first != second
    assert [one["id"] for one in empty_client.get("/api/articles").json()["articles"]] == [second]
    skipped = empty_client.post("/api/articles", json={"text": " ", "origin": "/news/a.txt"}).json()[
        "skipped"
    ]
    assert skipped == [{"source": "/news/a.txt", "reason": "empty"}]


def test_files_are_added_and_replaced_by_name(empty_client):
    def send(*files: tuple[str, bytes]) -> Any:
        return empty_client.post("/api/articles", files=[("files", file) for file in files]).json()

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
    listed = empty_client.get("/api/articles").json()["articles"]
    texts = {empty_client.get(f"/api/articles/{one['id']}").json()["text"] for one in listed}
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
def test_unreadable_file_is_skipped_under_its_own_name(empty_client, name, shown):
    report = empty_client.post("/api/articles", files=[("files", (name, b"text"))]).json()
    assert [skipped["source"] for skipped in report["skipped"]] == [shown]
    assert report["added"] == []


def test_no_path_of_the_server_is_revealed(empty_client):
    report = empty_client.post(
        "/api/articles", files=[("files", ("empty_client.txt", b"")), ("files", ("b.jsonl", b"{"))]
    ).text
    empty_client.post("/api/articles", files=[("files", ("../" + "x" * 300 + ".txt", b"A text."))])
    responses = report + empty_client.get("/api/articles").text
    assert "/tmp" not in responses and "quoth-" not in responses
    assert '"empty_client.txt"' in report and '"b.jsonl:1"' in report


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
def test_invalid_forms_are_refused(client, kind, body):
    response = client.post("/api/articles", content=body, headers={"content-type": kind})
    assert response.status_code in (400, 422)
    assert response.headers["content-type"] == MEDIA_TYPE
