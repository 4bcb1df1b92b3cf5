"""Articles over HTTP: added, listed, read, replaced, deleted."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest

from index.library import Library
from index.schemas import Article
from qa.web.api import MAX_BODY_BYTES
from tests.qa.web.responses import FERRY, check_quotes, problem


def test_article_is_added_found_replaced_and_deleted(empty_client):
    def report() -> Any:
        response = empty_client.post("/api/articles", json=given)
        assert response.status_code == 200
        return response.json()

    given = dict(FERRY)
    nothing: dict[str, object] = {"added": [], "updated": [], "unchanged": [], "skipped": []}
    nothing |= {"replaced": [], "uncovered": {}, "warnings": []}
    assert report() == nothing | {"added": ["ferry"]}
    assert report() == nothing | {"unchanged": ["ferry"]}
    listed = empty_client.get("/api/articles").json()
    assert listed["total"] == 1
    head = {name: FERRY[name] for name in ("id", "title", "date", "source")} | {"url": "", "period": ""}
    assert listed["articles"] == [{**head, "passages": 1, "characters": len(FERRY["text"])}]
    assert empty_client.get("/api/articles/ferry").json() == {**head, "text": FERRY["text"]}
    answer = empty_client.post("/api/ask", json={"question": "When did the ferry leave?"}).json()
    assert answer["status"] == "answered"
    check_quotes(empty_client, answer)

    given["text"] = "The ferry left at 19:55."
    replaced = [{"article_id": "ferry", "title": FERRY["title"], "by": "ferry"}]
    assert report() == nothing | {"updated": ["ferry"], "replaced": replaced}
    hits = empty_client.post("/api/search", json={"query": "ferry left"}).json()["hits"]
    assert [hit["text"] for hit in hits] == ["The ferry left at 19:55."]

    gone = empty_client.delete("/api/articles/ferry")
    assert (gone.status_code, gone.content) == (204, b"")
    problem(empty_client.get("/api/articles/ferry"), 404, "urn:quoth:article-unknown")
    problem(empty_client.delete("/api/articles/ferry"), 404, "urn:quoth:article-unknown")
    problem(empty_client.post("/api/search", json={"query": "ferry"}), 409, "urn:quoth:archive-empty")


@pytest.mark.parametrize(
    "id_",
    ["a/b", "/lead", "tail/", "two words", "Zürich-東京-🚢", "50%", "q?x=1#y", "a//b", "semi;colon"],
)
def test_ids_may_contain_any_characters(empty_client, id_):
    assert empty_client.post("/api/articles", json={**FERRY, "id": id_}).json()["added"] == [id_]
    address = f"/api/articles/{quote(id_, safe='/')}"
    assert empty_client.get(address).json()["id"] == id_
    assert empty_client.get(f"/api/articles/{quote(id_, safe='')}").json()["id"] == id_
    assert empty_client.delete(address).status_code == 204
    assert empty_client.get("/api/articles").json()["total"] == 0


def test_several_are_deleted_or_none(empty_client):
    given = {"articles": [{"id": name, "text": f"Article {name} is here."} for name in "abc"]}
    empty_client.post("/api/articles", json=given)
    problem(
        empty_client.request("DELETE", "/api/articles", json={"ids": ["a", "x"]}),
        404,
        "urn:quoth:article-unknown",
    )
    assert empty_client.get("/api/articles").json()["total"] == 3
    assert empty_client.request("DELETE", "/api/articles", json={"ids": ["a", "c"]}).status_code == 204
    assert [one["id"] for one in empty_client.get("/api/articles").json()["articles"]] == ["b"]


def test_list_has_pages_newest_first(client):
    everything = client.get("/api/articles", params={"limit": 1000}).json()
    assert everything["total"] == len(everything["articles"])
    days = [one["date"] for one in everything["articles"] if one["date"]]
    assert days == sorted(days, reverse=True)
    page = client.get("/api/articles", params={"limit": 2, "offset": 3}).json()
    assert (page["limit"], page["offset"], page["total"]) == (2, 3, everything["total"])
    assert page["articles"] == everything["articles"][3:5]
    assert client.get("/api/articles", params={"offset": 10**30}).json()["articles"] == []


def test_list_can_be_searched(empty_client):
    titles = {"a": "Zürich voters", "b": "50% of voters", "c": "Trams"}
    given = [
        {"id": id_, "title": title, "text": "A text.", "source": "Herald"} for id_, title in titles.items()
    ]
    empty_client.post(
        "/api/articles", json={"articles": [*given, {"id": "d", "text": "A text.", "source": "ZÜRI"}]}
    )

    def found(search: str, **page: int) -> tuple[list[str], int]:
        listed = empty_client.get("/api/articles", params={"search": search, **page}).json()
        return [one["id"] for one in listed["articles"]], listed["total"]

    assert found("ZÜR") == (["d", "a"], 2)
    assert found("voters", limit=1, offset=1) == (["a"], 2)
    assert found("%") == (["b"], 1)
    assert found("_") == ([], 0)
    assert found("")[1] == 4


def test_list_can_be_filtered(client):
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


def test_articles_may_be_larger_than_other_bodies(empty_client):
    given = FERRY | {"comment": "x" * MAX_BODY_BYTES}
    assert empty_client.post("/api/articles", json=given).json()["added"] == ["ferry"]


def test_unusual_characters_are_stored_unchanged(empty_client):
    text = "Nul \0 and line\u2028break, joined\u200dletters, \U0010ffff the end."
    report = empty_client.post("/api/articles", json={"id": "odd", "title": "\0", "text": text}).json()
    assert report["added"] == ["odd"]
    assert empty_client.get("/api/articles/odd").json()["text"] == text
    assert empty_client.post("/api/search", json={"query": "joined letters"}).status_code == 200
    skipped = empty_client.post("/api/articles", json={"id": "a\0b", "text": "A text."}).json()["skipped"]
    assert "printable" in skipped[0]["reason"]


def test_text_is_complete_and_origin_is_private(seeded: Library, client):
    for article, _ in seeded.collection("default").documents.articles():
        given = client.get(f"/api/articles/{article.id}").json()
        assert isinstance(article, Article)
        assert given["text"] == article.text
        assert "origin" not in given


def test_etag_tells_whether_an_article_changed(empty_client):
    client = empty_client
    client.post("/api/articles", json={"id": "a", "text": "Snow fell."})
    tag = client.get("/api/articles/a").headers["etag"]
    assert tag == f'"{Article(id="a", text="Snow fell.").digest}"'
    for known in (tag, f'"x", W/{tag}', "*"):
        same = client.get("/api/articles/a", headers={"if-none-match": known})
        assert (same.status_code, same.content, same.headers["etag"]) == (304, b"", tag)
    client.post("/api/articles", json={"id": "a", "text": "Hail fell."})
    changed = client.get("/api/articles/a", headers={"if-none-match": tag})
    assert changed.json()["text"] == "Hail fell."
    refused = client.delete("/api/articles/a", headers={"if-match": tag})
    assert (refused.status_code, refused.json()["type"]) == (412, "urn:quoth:article-changed")
    assert client.delete("/api/articles/b", headers={"if-match": "*"}).status_code == 404
    assert client.delete("/api/articles/a", headers={"if-match": changed.headers["etag"]}).status_code == 204


def test_links_connect_the_pages(empty_client):
    client = empty_client
    boats = [{"id": f"boat-{n}", "text": f"Boat {n} came in at noon."} for n in range(30)]
    client.post("/api/articles", json={"articles": boats})
    url, seen = "/api/articles?limit=7&search=", []
    while url:
        page = client.get(url)
        seen += [one["id"] for one in page.json()["articles"]]
        url = page.links.get("next", {}).get("url", "")
    assert len(seen) == len(set(seen)) == 30
    links = client.get("/api/articles?limit=7&offset=14").links
    offsets = {name: link["url"].rpartition("=")[2] for name, link in links.items()}
    assert offsets == {"first": "0", "prev": "7", "next": "21", "last": "28"}
    assert client.get("/api/articles?offset=1000").links["prev"]["url"].endswith("offset=0")
