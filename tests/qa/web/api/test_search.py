"""Search over HTTP."""

from __future__ import annotations

import pytest

from qa.web.schemas import MAX_ARTICLE_IDS
from tests.qa.web.responses import problem


def test_hits_are_exact_passages_best_first(client):
    hits = client.post("/api/search", json={"query": "striker transfer", "k": 3}).json()["hits"]
    assert len(hits) == 3
    assert [hit["score"] for hit in hits] == sorted((hit["score"] for hit in hits), reverse=True)
    for hit in hits:
        text = client.get(f"/api/articles/{hit['article_id']}").json()["text"]
        assert hit["text"] == text[hit["start"] : hit["end"]]


@pytest.mark.parametrize(
    ("filters", "passes"),
    [
        ({"filters": {"source": "Northshore Wire"}}, lambda hit: hit["source"] == "Northshore Wire"),
        ({"filters": {"article_ids": ["veybus-drivers-strike"]}}, lambda hit: "veybus" in hit["article_id"]),
        ({"filters": {"after": "2024-03-01"}}, lambda hit: hit["date"] >= "2024-03-01"),
        ({"filters": {"before": "2023-12-31"}}, lambda hit: hit["date"] <= "2023-12-31"),
        ({"as_of": "2023-12-31"}, lambda hit: not hit["date"] or hit["date"] <= "2023-12-31"),
    ],
)
def test_filters_restrict_search_and_questions(client, filters, passes):
    hits = client.post("/api/search", json={"query": "the town", "k": 100, **filters}).json()["hits"]
    assert hits and all(passes(hit) for hit in hits)
    answer = client.post("/api/ask", json={"question": "What about the town?", **filters}).json()
    assert all(passes(passage) for passage in answer["passages"])


@pytest.mark.parametrize("day", ["0", "20221028", "1666915200", "-1", "2022", 0, 20221028])
def test_number_is_no_date(client, day):
    """Numbers are seconds since 1970 to pydantic, so that a year would be a day of 1970."""
    listed = client.get("/api/articles", params={"before": day})
    problem(listed, 422, "urn:quoth:request-invalid")
    for name, body in (("search", {"query": "town"}), ("ask", {"question": "Who?"})):
        for filters in ({"as_of": day}, {"filters": {"before": day}}, {"filters": {"after": day}}):
            problem(client.post(f"/api/{name}", json=body | filters), 422, "urn:quoth:request-invalid")


@pytest.mark.parametrize("field", ["article_ids", "without_ids"])
def test_articles_are_named_up_to_a_maximum(client, field):
    ids = [f"article-{number}" for number in range(MAX_ARTICLE_IDS)]
    for path, body in (("search", {"query": "town"}), ("ask", {"question": "What about the town?"})):
        most = client.post(f"/api/{path}", json=body | {"filters": {field: ids}})
        assert most.status_code == 200, most.text
        refused = client.post(f"/api/{path}", json=body | {"filters": {field: [*ids, "x"]}})
        assert "10000 items" in problem(refused, 422, "urn:quoth:request-invalid")["detail"]


def test_articles_are_removed_up_to_a_maximum(client):
    ids = [f"article-{number}" for number in range(MAX_ARTICLE_IDS)]
    problem(client.request("DELETE", "/api/articles", json={"ids": ids}), 404, "urn:quoth:article-unknown")
    refused = client.request("DELETE", "/api/articles", json={"ids": [*ids, "x"]})
    problem(refused, 422, "urn:quoth:request-invalid")
