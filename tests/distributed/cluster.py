"""Two servers, two workers and haproxy, beside PostgreSQL and Chroma, on loopback in a temporary folder."""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from tests.conftest import MODELS
from tests.paths import ROOT
from tests.servers import RunningServer, Servers, free_port

QUOTH = Path(sys.executable).with_name("quoth")
HAPROXY = shutil.which("haproxy") or shutil.which("haproxy", path="/usr/sbin")
LEASE_SECONDS = 4.0
"""Of the tests' workers: how soon a killed one's batch is taken up by the other."""


@dataclass
class Cluster:
    """What runs, by name; each can be killed, paused and started again."""

    servers: Servers
    home: Path
    environment: dict[str, str]
    a: RunningServer
    b: RunningServer
    workers: tuple[RunningServer, RunningServer]
    balancer: RunningServer
    keys: dict[str, str] = field(default_factory=dict)

    @property
    def processes(self) -> dict[str, RunningServer]:
        """The six that answer and store."""
        return {
            "postgres": self.servers.postgres,
            "chroma": self.servers.chroma,
            "server a": self.a,
            "server b": self.b,
            "worker 1": self.workers[0],
            "worker 2": self.workers[1],
        }

    def client(self, server: RunningServer | None = None, *, timeout: float = 60) -> httpx.Client:
        """A client of one server, or of the balancer."""
        port = (server or self.balancer).port
        return httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=timeout)

    def logs(self) -> str:
        return "".join(f"--- {one.log.name}\n{one.log.read_text()[-3000:]}" for one in self.all())

    def all(self) -> list[RunningServer]:
        return [self.a, self.b, *self.workers, self.balancer]


@contextmanager
def running_cluster(
    folder: Path, servers: Servers, embedder_url: str | None, **settings: str
) -> Iterator[Cluster]:
    """Starts all of it over a new database, and stops it at the end."""
    environment = {
        "QUOTH_DATABASE_URL": servers.new_database(),
        "QUOTH_CHROMA_URL": servers.chroma_url,
        "QUOTH_MODEL": "none",
        "QUOTH_PROXIES": "127.0.0.1",
        "QUOTH_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        **embedding(embedder_url),
        **settings,
    }
    a, b = (_server(folder / name, environment) for name in ("a", "b"))
    workers = _worker(folder / "w1", environment), _worker(folder / "w2", environment)
    cluster = Cluster(servers, folder / "a", environment, a, b, workers, _balancer(folder, a, b))
    with ExitStack() as stack:
        for one in cluster.all():
            stack.callback(one.kill)
        with ThreadPoolExecutor() as starting:
            list(starting.map(RunningServer.start, cluster.all()))
        wait_until_ready(cluster)
        yield cluster


def embedding(url: str | None) -> dict[str, str]:
    """The settings of processes whose vectors a server computes."""
    if not url:
        return {}
    return {"QUOTH_EMBEDDER_URL": url, "QUOTH_EMBEDDER": "words", "NO_PROXY": "127.0.0.1"}


def wait_until_ready(cluster: Cluster, seconds: float = 60) -> None:
    """Until both servers are ready, and the balancer knows."""
    deadline = time.monotonic() + seconds
    for server in (cluster.a, cluster.b, cluster.balancer):
        with cluster.client(server, timeout=10) as client:
            while True:
                try:
                    if client.get("/readyz").status_code == 200:
                        break
                except httpx.HTTPError:
                    pass
                assert time.monotonic() < deadline, cluster.logs()
                time.sleep(0.1)


def _program(folder: Path, environment: Mapping[str, str], *arguments: str) -> list[str | Path]:
    """The command of a process with a home and settings of its own."""
    folder.mkdir()
    (folder / "models").symlink_to(MODELS, target_is_directory=True)
    settings = [f"{name}={value}" for name, value in environment.items()]
    return ["env", f"PYTHONPATH={os.environ['PYTHONPATH']}", *settings, f"QUOTH_HOME={folder}", *arguments]


def _server(folder: Path, environment: Mapping[str, str]) -> RunningServer:
    port = free_port()
    command = _program(folder, environment, str(QUOTH), "serve", "--port", str(port))
    return RunningServer(command, port, folder / "log", _answers)


def _worker(folder: Path, environment: Mapping[str, str]) -> RunningServer:
    command = _program(folder, environment, str(QUOTH), "work", "--lease", str(LEASE_SECONDS))
    alive = folder / "work.alive"
    return RunningServer(
        command,
        0,
        folder / "log",
        lambda _: alive.exists(),
        prepare=lambda: alive.unlink(missing_ok=True),  # that of the process before
    )


def _balancer(folder: Path, a: RunningServer, b: RunningServer) -> RunningServer:
    port = free_port()
    command = [
        "env",
        f"LISTEN=127.0.0.1:{port}",
        f"SERVER_A=127.0.0.1:{a.port}",
        f"SERVER_B=127.0.0.1:{b.port}",
        str(HAPROXY),
        "-db",
        "-f",
        str(ROOT / "deploy/cluster/haproxy.cfg"),
    ]
    return RunningServer(command, port, folder / "haproxy.log", _answers)


def _answers(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/healthz", trust_env=False, timeout=2).status_code < 500
    except httpx.HTTPError:
        return False
