"""One cluster for all tests of this folder; a test adds to a collection of its own, and starts again what it
stopped.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.distributed.cluster import HAPROXY, Cluster, running_cluster, wait_until_ready
from tests.index.embedding.hashing_server import Server
from tests.servers import Servers


@pytest.fixture(scope="session")
def started_cluster(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    assert HAPROXY, "haproxy is not installed; on Debian: apt-get install haproxy"
    folder = tmp_path_factory.mktemp("cluster")
    with Server(dimension=64).running() as embedder, running_cluster(folder, servers, embedder) as running:
        yield running


@pytest.fixture
def cluster(started_cluster: Cluster) -> Iterator[Cluster]:
    """All processes run, and both servers are ready."""
    for process in started_cluster.processes.values():
        assert process.process and process.process.poll() is None, process.log.read_text()[-3000:]
    wait_until_ready(started_cluster)
    yield started_cluster
    for process in started_cluster.processes.values():
        if process.process and process.process.poll() is not None:
            process.start()
