"""Adding articles while processes die, pause, and do the same work at once."""

from __future__ import annotations

import os
import signal
import threading
import time
from contextlib import closing

import numpy as np
import pytest

from index.storage.protocols import VectorMetadata
from tests.distributed.adding import (
    Adding,
    check_consistent,
    check_whole_and_found,
    listed,
    quoth,
    search,
    small_article,
)
from tests.distributed.cluster import LEASE_SECONDS, Cluster

pytestmark = pytest.mark.timeout(400)


def test_each_process_is_killed_in_mid_ingest(cluster: Cluster) -> None:
    articles = [small_article(number, "killed") for number in range(600)]

    def kill_one_after_another(adding: Adding) -> None:
        for number, process in enumerate(cluster.processes.values()):
            adding.wait_for(60 + 80 * number)
            process.kill()
            time.sleep(0.5)
            process.start()

    adding = Adding(cluster, articles, "killed")
    adding.run(kill_one_after_another, seconds=300)
    assert set(adding.acknowledged) == {one["id"] for one in articles}
    check_whole_and_found(cluster, articles, "killed")


def test_a_worker_that_is_paused_beyond_its_lease_loses_and_doubles_nothing(cluster: Cluster) -> None:
    articles = [small_article(number, "paused") for number in range(200)]

    def pause(adding: Adding) -> None:
        adding.wait_for(40)
        first = cluster.workers[0].process
        assert first
        os.kill(first.pid, signal.SIGSTOP)
        time.sleep(2 * LEASE_SECONDS)
        os.kill(first.pid, signal.SIGCONT)

    adding = Adding(cluster, articles, "paused")
    adding.run(pause)
    assert set(adding.acknowledged) == {one["id"] for one in articles}
    check_whole_and_found(cluster, articles, "paused")


def test_two_workers_with_the_same_articles_store_each_once(cluster: Cluster) -> None:
    articles = [small_article(number, "same") for number in range(60)]
    both = [Adding(cluster, articles, "same") for _ in range(2)]
    threads = [threading.Thread(target=one.run, args=(lambda _: None,)) for one in both]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(set(one.acknowledged) == {a["id"] for a in articles} for one in both)
    check_whole_and_found(cluster, articles, "same")


def test_copies_of_one_story_added_at_once_are_one_cluster(cluster: Cluster) -> None:
    story = " ".join(
        f"In part {part} the crew of the Zephyrine told how the storm took mast {part}." for part in range(12)
    )
    copies = [{"id": f"copy{n}", "source": f"Paper {n}", "text": story} for n in range(16)]
    # One article a request, so that both workers have some at the same time.
    several = [Adding(cluster, copies[at::4], "copies") for at in range(4)]
    threads = [threading.Thread(target=one.run, args=(lambda _: None,)) for one in several]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with cluster.client() as client:
        assert sorted(listed(client, "copies")) == sorted(one["id"] for one in copies)
        assert len({hit["article_id"] for hit in search(client, "crew of the Zephyrine", "copies")}) == 1


def test_quoth_add_puts_articles_into_the_queue(cluster: Cluster) -> None:
    folder = cluster.home / "articles"
    folder.mkdir()
    for number in range(3):
        (folder / f"{number}.txt").write_text(f"Lantern {number} of the pier burned all night.")
    told = quoth(cluster, cluster.home, "add", str(folder), "--collection", "added")
    assert told.returncode == 0 and "3 added" in told.stdout + told.stderr, told
    again = quoth(cluster, cluster.home, "add", str(folder), "--collection", "added")
    assert "3 unchanged" in again.stdout + again.stderr
    with cluster.client(cluster.b) as client:
        assert len(list(listed(client, "added"))) == 3


def test_reindexing_at_one_server_while_the_other_answers(cluster: Cluster) -> None:
    articles = [small_article(number, "again") for number in range(120)]
    Adding(cluster, articles, "again").run(lambda _: None)
    done = threading.Event()
    failures: list[str] = []

    def ask() -> None:
        number = 0
        with cluster.client(cluster.b) as client:
            while not done.is_set():
                number += 1
                body = {"query": f"visitors of the bakery {number}", "collection": "again"}
                reply = client.post("/api/search", json=body)
                if reply.status_code != 200 or not reply.json()["hits"]:
                    failures.append(reply.text)

    asking = threading.Thread(target=ask)
    asking.start()
    told = quoth(cluster, cluster.home, "reindex", "--collection", "again")
    time.sleep(1)
    done.set()
    asking.join()
    assert told.returncode == 0, told
    assert not failures, failures[:3]
    check_whole_and_found(cluster, articles, "again")


def test_what_a_dead_worker_left_is_swept(cluster: Cluster) -> None:
    """Last in this file, where it looks at the collections of the tests before it, too."""
    Adding(cluster, [small_article(number, "left") for number in range(20)], "left").run(lambda _: None)
    url = cluster.environment["QUOTH_DATABASE_URL"]
    with closing(cluster.servers.new_storage(url)) as storage:
        stores = storage.current("left").open()
        whole = stores.vectors.ids()
        # A worker has written vectors, dies, and its time is over.
        batch = stores.documents.mark_orphans(["dead-0"])
        vector = np.full((1, 64), 1 / 8, dtype=np.float32)
        stores.vectors.put(["dead-0"], vector, [VectorMetadata(article_id="dead", source="", date=None)])
        assert stores.vectors.ids() == {*whole, "dead-0"}
        storage.postgres.rows("UPDATE batches SET expires = now() WHERE id = %s", (batch,))
        check_consistent(cluster)
        assert stores.vectors.ids() == whole and not stores.documents.orphan_vectors()
