"""Search over HTTP."""

from __future__ import annotations

import pytest


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
