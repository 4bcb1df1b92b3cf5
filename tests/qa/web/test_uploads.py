"""Articles in the body of a request: JSON, files and forms."""

from __future__ import annotations

import json
from typing import Any

import pytest
from fastapi.testclient import TestClient

from index.library import Library
from qa.assistant import Assistant
from qa.web.errors.problem_details import MEDIA_TYPE
from qa.web.ui.views.upload_stream import create_app


def test_invalid_articles_are_skipped(empty_client):
    given = [{"id": "a", "text": "One day."}, {"id": "b", "text": " "}, {"text": "Two.", "date": "soon"}]
    report = empty_client.post("/api/articles", json={"articles": given}).json()
    assert report["added"][0] == "a" and len(report["added"]) == 2
    assert report["skipped"] == [{"source": "articles.jsonl:2", "reason": "empty"}]
    [warning] = report["warnings"]
    assert warning == "articles.jsonl:3: its date names no certain day, so it has none ('soon')"


def test_a_month_or_a_year_is_kept_beside_no_date(empty_client):
    given = [
        {"id": "month", "text": "It froze.", "date": "2022-03"},
        {"id": "year", "text": "It thawed.", "date": "2022"},
    ]
    assert empty_client.post("/api/articles", json={"articles": given}).json()["warnings"] == []
    month = empty_client.get("/api/articles/month").json()
    assert (month["date"], month["period"]) == (None, "2022-03")
    listed = empty_client.get("/api/articles", params={"after": "2022-03-01", "before": "2022-03-31"}).json()
    assert [(one["id"], one["period"]) for one in listed["articles"]] == [("month", "2022-03")]
    hits = empty_client.post("/api/search", json={"query": "It thawed"}).json()["hits"]
    assert {hit["article_id"]: hit["period"] for hit in hits} == {"month": "2022-03", "year": "2022"}


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


def test_files_of_several_formats(empty_client):
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
    assert len(send(("folder/a.txt", b"Snow fell in June."))["added"]) == 1
    assert len(send(("a.txt", b"Snow fell in May."))["unchanged"]) == 1
    listed = empty_client.get("/api/articles").json()["articles"]
    texts = {empty_client.get(f"/api/articles/{one['id']}").json()["text"] for one in listed}
    assert len(texts) == 5 and {"Snow fell in June.", "Snow fell in May."} < texts


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


def _page(title: str, text: str, canonical: str = "") -> bytes:
    link = f'<link rel="canonical" href="{canonical}">' if canonical else ""
    body = f"<h1>{title}</h1><p>{text}</p>" * 3
    return (
        f"<html><head><title>{title}</title>{link}</head><body><article>{body}</article></body></html>"
    ).encode()


PAGES = [
    _page("Kiln relit", "The kiln of Nether Collan was relit on Friday after nine years."),
    _page("Well dug", "A well of forty metres was dug behind the school of Nether Collan."),
    _page("Owls back", "Three owls are back in the tower of Nether Collan, the warden said."),
]


def test_files_of_one_name_are_different_articles(empty_client):
    together = empty_client.post(
        "/api/articles", files=[("files", ("index.html", page)) for page in PAGES[:2]]
    ).json()
    third = empty_client.post("/api/articles", files=[("files", ("index.html", PAGES[2]))]).json()
    again = empty_client.post("/api/articles", files=[("files", ("other.html", PAGES[0]))]).json()
    assert (len(together["added"]), len(third["added"])) == (2, 1)
    assert (again["unchanged"], again["added"], again["updated"]) == ([together["added"][0]], [], [])
    assert together["replaced"] == third["replaced"] == []
    titles = {one["title"] for one in empty_client.get("/api/articles").json()["articles"]}
    assert titles == {"Kiln relit", "Well dug", "Owls back"}


def test_pages_of_one_canonical_address_replace_each_other_and_it_is_told(empty_client):
    address = "https://collan.example/kiln"
    old, new = (
        _page("Kiln cold", "The kiln is cold since May, they say.", address),
        _page("Kiln relit", "The kiln was relit in June, they say.", address),
    )
    sent = [("files", ("a.html", old)), ("files", ("b.html", new))]
    report = empty_client.post("/api/articles", files=sent).json()
    [id_] = report["added"]
    assert report["replaced"] == [{"article_id": id_, "title": "Kiln cold", "by": id_}]
    report = empty_client.post("/api/articles", files=[("files", ("c.html", old))]).json()
    assert report["updated"] == [id_]
    assert report["replaced"] == [{"article_id": id_, "title": "Kiln relit", "by": id_}]


def test_pages_that_name_their_sites_front_page_stay_apart(empty_client):
    for page in ("Kiln relit", "Well dug"):
        sent = {
            "files": ("index.html", _page(page, f"{page} in Collan, they say.", "https://collan.example/"))
        }
        assert len(empty_client.post("/api/articles", files=sent).json()["added"]) == 1


def test_put_replaces_the_article_of_an_id(empty_client):
    put = empty_client.put("/api/articles/collan/kiln", json={"title": "Kiln", "text": "The kiln is cold."})
    assert put.json()["added"] == ["collan/kiln"]
    tag = empty_client.get("/api/articles/collan/kiln").headers["etag"]
    report = empty_client.put(
        "/api/articles/collan/kiln", files={"files": ("kiln.html", PAGES[0])}, headers={"if-match": tag}
    ).json()
    assert report["updated"] == ["collan/kiln"]
    assert report["replaced"] == [{"article_id": "collan/kiln", "title": "Kiln", "by": "collan/kiln"}]
    assert empty_client.get("/api/articles").json()["total"] == 1

    def status(id_: str, headers: dict[str, str] | None = None, **body: Any) -> int:
        return int(empty_client.put(f"/api/articles/{id_}", headers=headers, **body).status_code)

    assert status("collan/kiln", {"if-match": tag}, json={"text": "Too late."}) == 412
    assert status("other", {"if-match": tag}, json={"text": "Not there."}) == 404
    assert status("a", json={"id": "b", "text": "Two ids."}) == 422
    assert status("a", json={"text": " "}) == 422
    assert status("a", json={"articles": [{"text": "One."}, {"text": "Two."}]}) == 422
    assert status("a" * 201, json={"text": "A long id."}) == 422


def test_columns_of_uploaded_tables(empty_client):
    films = b"Year,Film,Plot\n1901,Smash,He serves.\n1902,Crash,She leaves.\n"
    refused = empty_client.post("/api/articles", files={"files": ("films.csv", films)}).json()
    assert "Year, Film, Plot" in refused["skipped"][0]["reason"]
    sent = {"files": ("films.csv", films)}
    report = empty_client.post("/api/articles", files=sent, data={"columns": "text=Plot,title=Film"}).json()
    assert (len(report["added"]), report["warnings"]) == (2, [])
    guessed = b"Headline;Body;Published\nKiln;The kiln is cold.;soon\nWell;The well is dug.;later\n"
    report = empty_client.post("/api/articles", files={"files": ("news.csv", guessed)}).json()
    told, dates = report["warnings"]
    assert told.startswith("news.csv: `Headline` is read as title, `Published` is read as date")
    assert dates == "news.csv:2: its date names no certain day, so it has none ('soon'), and so in 1 more"
    wrong = empty_client.post("/api/articles", files=sent, data={"columns": "Plot"})
    assert (wrong.status_code, wrong.headers["content-type"]) == (422, MEDIA_TYPE)


def test_undecodable_letters_are_counted(empty_client):
    text = "Größe und Güte – ein schöner Tag. ".encode() + b"\xe4\xff."
    report = empty_client.post("/api/articles", files={"files": ("a.txt", text)}).json()
    assert report["warnings"] == ["a.txt: some characters could not be decoded, and stand as \ufffd (2)"]


def test_the_window_tells_what_was_replaced_and_guessed(library: Library):
    address = "https://collan.example/kiln"
    old = _page("Kiln cold", "The kiln is cold since May, they say.", address)
    new = _page("Kiln relit", "The kiln was relit in June, they say.", address)

    def send(name: str, content: bytes, **fields: str) -> list[dict[str, str]]:
        sent = client.post("/articles", files={"files": (name, content)}, data=fields)
        return [json.loads(line) for line in sent.text.splitlines()]

    with Assistant(library, None, evidence_tokens=360) as assistant:
        client = TestClient(create_app(assistant))
        assert send("index.html", old) == [{"how": "added"}]
        assert send("index.html", PAGES[1]) == [{"how": "added"}]
        assert send("index.html", new) == [{"how": "updated", "replaced": "Kiln cold"}]
        table = b"Film,Plot\nSmash,He serves beer.\n"
        assert send("films.csv", table, columns="text=Plot,title=Film") == [{"how": "added"}]
        outcome, told = send("news.csv", b"Headline,Body\nKiln,The kiln is cold.\n")
        assert outcome == {"how": "added"}
        assert told["warning"].startswith("news.csv: `Headline` is read as title, `Body` is read as text")
