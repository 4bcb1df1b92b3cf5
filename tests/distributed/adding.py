"""Clients that add articles until each is acknowledged, and what must be true afterwards."""

from __future__ import annotations

import json
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx

from index.storage.postgres.document_store import BATCH_SECONDS
from tests.distributed.cluster import QUOTH, Cluster

BATCH = 20
PLACES = ("harbour", "orchard", "foundry", "museum", "station", "bakery", "quarry")


def small_article(number: int, name: str = "story") -> dict[str, str]:
    """Two or three sentences; one word is in no other article."""
    place = PLACES[number % len(PLACES)]
    return {
        "id": f"{name}{number}",
        "title": f"News of the {place}",
        "text": f"Number {number} of the {place} was counted by {word_of(number, name)} on a quiet morning. "
        f"Nobody at the {place} had expected {number * 7 + 3} visitors. The mayor opened the {place} again.",
    }


def word_of(number: int, name: str = "story") -> str:
    return f"zorb{name}{number:04d}x"


class Adding:
    """Adds articles in small requests through the balancer; a request that fails is sent again."""

    def __init__(self, cluster: Cluster, articles: Sequence[dict[str, str]], collection: str) -> None:
        self._cluster = cluster
        self._collection = collection
        self._requests = [articles[at : at + BATCH] for at in range(0, len(articles), BATCH)]
        self._acknowledged = threading.Condition()
        self.acknowledged: list[str] = []
        self.failures = 0

    def run(self, disturb: Callable[[Adding], None], *, clients: int = 2, seconds: float = 180) -> None:
        """Adds all of them while `disturb` does what it does."""
        deadline = time.monotonic() + seconds
        with ThreadPoolExecutor(clients + 1) as pool:
            sent = [pool.submit(self._send_until_stored, request, deadline) for request in self._requests]
            pool.submit(disturb, self).result()
            for one in sent:
                one.result()

    def wait_for(self, count: int, seconds: float = 120) -> None:
        """Until so many articles are acknowledged."""
        with self._acknowledged:
            assert self._acknowledged.wait_for(lambda: len(self.acknowledged) >= count, seconds), (
                f"{len(self.acknowledged)} of {count}\n{self._cluster.logs()}"
            )

    def _send_until_stored(self, articles: Sequence[dict[str, str]], deadline: float) -> None:
        while True:
            try:
                with self._cluster.client(timeout=40) as client:
                    reply = client.post(
                        "/api/articles", params={"collection": self._collection}, json={"articles": articles}
                    )
                if reply.status_code == 200:
                    break
                assert reply.status_code in (408, 429, 502, 503, 504), reply.text
            except httpx.HTTPError:
                pass
            self.failures += 1
            assert time.monotonic() < deadline, self._cluster.logs()
            time.sleep(0.3)
        report = reply.json()
        assert not report["skipped"], report
        with self._acknowledged:
            self.acknowledged += [*report["added"], *report["updated"], *report["unchanged"]]
            self._acknowledged.notify_all()


def check_whole_and_found(cluster: Cluster, articles: Sequence[dict[str, str]], collection: str) -> None:
    """Every article is stored once, as it was given, and found by a word that no other has."""
    with cluster.client() as client:
        assert sorted(listed(client, collection)) == sorted(one["id"] for one in articles)
        for article in articles:
            stored = client.get(f"/api/articles/{article['id']}", params={"collection": collection}).json()
            assert stored["text"] == article["text"]
        for article in articles[::4]:
            word = article["text"].partition(" by ")[2].partition(" ")[0]
            hits = search(client, f"Who is {word}?", collection)
            assert hits[0]["article_id"] == article["id"], (word, hits[:2])


def listed(client: httpx.Client, collection: str) -> Iterator[str]:
    offset = 0
    while True:
        params: dict[str, Any] = {"collection": collection, "limit": 100, "offset": offset}
        page = client.get("/api/articles", params=params).raise_for_status().json()
        yield from (article["id"] for article in page["articles"])
        offset += 100
        if offset >= page["total"]:
            return


def search(client: httpx.Client, query: str, collection: str, k: int = 10) -> list[dict[str, Any]]:
    body = {"query": query, "k": k, "collection": collection}
    hits: list[dict[str, Any]] = client.post("/api/search", json=body).raise_for_status().json()["hits"]
    return hits


def quoth(
    cluster: Cluster, home: Path, *arguments: str, timeout: float = 120
) -> subprocess.CompletedProcess[str]:
    """Runs a command with the cluster's settings."""
    settings = [f"{name}={value}" for name, value in {**cluster.environment, "QUOTH_HOME": str(home)}.items()]
    command = ["env", *settings, str(QUOTH), *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=timeout)


def findings(cluster: Cluster) -> list[dict[str, str]]:
    """What `quoth doctor` says of all collections beside `ok`."""
    told = quoth(cluster, cluster.home, "doctor", "--json")
    found: list[dict[str, str]] = json.loads(told.stdout)["findings"]
    return [one for one in found if one["level"] != "ok"]


def check_consistent(cluster: Cluster, seconds: float = BATCH_SECONDS + 30) -> None:
    """`quoth doctor` finds nothing wrong, at the latest once the sweeper has been there."""
    deadline = time.monotonic() + seconds
    while found := findings(cluster):
        assert time.monotonic() < deadline, found
        time.sleep(2)
