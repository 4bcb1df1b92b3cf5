"""A part that does not answer: what people are told, and that all goes on by itself."""

from __future__ import annotations

import time

from tests.distributed.adding import Adding, search, small_article
from tests.distributed.cluster import Cluster, wait_until_ready

QUESTION = {"question": "Who counted number 4 of the station?", "collection": "silent"}
# The time that a call of a store may take, and what else there is to do.
PATIENCE_SECONDS = 40


def test_a_silent_chroma_fails_questions_in_time_and_they_recover(cluster: Cluster) -> None:
    articles = [small_article(number, "silent") for number in range(20)]
    Adding(cluster, articles, "silent").run(lambda _: None)
    with cluster.client(cluster.a) as client:
        assert client.post("/api/ask", json=QUESTION).status_code == 200
        with cluster.servers.chroma.silent():
            asked = time.monotonic()
            reply = client.post("/api/ask", json=QUESTION)
            assert time.monotonic() - asked < PATIENCE_SECONDS
            assert reply.status_code == 503, reply.text
            assert int(reply.headers["retry-after"]) > 0
            assert reply.headers["content-type"] == "application/problem+json"
            assert "backup" not in reply.text
            assert client.get("/readyz").status_code == 503
        wait_until_ready(cluster)
        assert client.post("/api/ask", json=QUESTION).status_code == 200


def test_while_postgres_is_away_the_balancer_says_when_to_try_again(cluster: Cluster) -> None:
    articles = [small_article(number, "gone") for number in range(20)]
    Adding(cluster, articles, "gone").run(lambda _: None)
    with cluster.client() as client:
        with cluster.servers.postgres.away():
            time.sleep(5)  # the balancer has noticed
            reply = client.post("/api/search", json={"query": "station", "collection": "gone"})
            assert reply.status_code == 503 and "retry-after" in reply.headers, reply.text
        wait_until_ready(cluster)
        assert search(client, "visitors of the station", "gone")
