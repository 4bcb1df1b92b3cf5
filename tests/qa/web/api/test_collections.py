"""Collections over HTTP."""

from __future__ import annotations

from tests.qa.web.responses import FERRY, problem


def test_collections_are_separate(empty_client):
    empty_client.post("/api/articles", params={"collection": "north"}, json=FERRY)
    empty_client.post(
        "/api/articles", params={"collection": "south"}, json={**FERRY, "text": "No ferry sails."}
    )
    counts = [{"name": "north", "articles": 1}, {"name": "south", "articles": 1}]
    assert empty_client.get("/api/collections").json() == {"collections": counts}
    assert empty_client.get("/api/articles").json()["total"] == 0
    found = empty_client.post("/api/search", json={"query": "ferry", "collection": "south"}).json()["hits"]
    assert [hit["text"] for hit in found] == ["No ferry sails."]
    assert (
        empty_client.get("/api/articles/ferry", params={"collection": "north"}).json()["text"]
        == FERRY["text"]
    )


def test_collection_is_deleted(empty_client):
    empty_client.post("/api/articles", params={"collection": "north"}, json=FERRY)
    assert empty_client.delete("/api/collections/north").status_code == 204
    assert empty_client.get("/api/collections").json() == {"collections": []}
    problem(empty_client.delete("/api/collections/north"), 409, "urn:quoth:archive-empty")
    problem(empty_client.delete("/api/collections/default"), 422, "urn:quoth:collection-invalid")
    problem(
        empty_client.get("/api/articles/ferry", params={"collection": "north"}),
        409,
        "urn:quoth:archive-empty",
    )
