"""What several processes bring, and what they cost, beside one process that owns its home.

    python -m tests.benchmarks.storage.scaling DATA [--articles N] [--model]

DATA has `articles.jsonl` and `questions.jsonl`. PostgreSQL, Chroma, two servers, two workers and haproxy
run on loopback. Vectors are made of words' hashes, which takes next to no time, so that the stores' own
limits show; with `--model` all-MiniLM-L6-v2 computes them in every process. All of one run is measured on
the same machine, one after another, so only the ratios are worth quoting where others use it too.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any

import httpx

from index.storage.postgres.connection import Postgres
from tests.conftest import MODELS
from tests.distributed.adding import quoth
from tests.distributed.cluster import Cluster, embedding, running_cluster, wait_until_ready
from tests.index.embedding.hashing_server import Server
from tests.servers import RunningServer, children, running_servers
from tests.serving import serving

CLIENTS = 4
Row = tuple[str, str]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path)
    parser.add_argument("--articles", type=int, default=0, help="only so many; 0: all")
    parser.add_argument("--questions", type=int, default=200)
    parser.add_argument("--model", action="store_true", help="vectors of all-MiniLM-L6-v2")
    options = parser.parse_args()
    questions = [
        json.loads(line)["question"] for line in (options.data / "questions.jsonl").read_text().splitlines()
    ][: options.questions]
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="quoth-scaling-")))
        articles = folder / "articles.jsonl"
        lines = (options.data / "articles.jsonl").read_text().splitlines(keepends=True)
        articles.write_text("".join(lines[: options.articles or None]))
        embedder = None if options.model else stack.enter_context(Server(dimension=384).running())
        for name, value in measured(folder, articles, questions, embedder):
            sys.stdout.write(f"| {name} | {value} |\n")
            sys.stdout.flush()


def measured(folder: Path, articles: Path, questions: Sequence[str], embedder: str | None) -> Iterator[Row]:
    """The rows of the table."""
    yield "processor cores", str(len(os.sched_getaffinity(0)))
    yield "vectors", "made of words' hashes" if embedder else "all-MiniLM-L6-v2"
    home = folder / "home"
    home.mkdir()
    (home / "models").symlink_to(MODELS, target_is_directory=True)
    environment = {"QUOTH_THREADS": "1", "QUOTH_REQUESTS_PER_MINUTE": "1000000"}
    environment |= embedding(embedder)
    with serving(home, env=environment) as server:
        began = time.monotonic()
        server.quoth("add", articles)
        seconds = time.monotonic() - began
        with httpx.Client(base_url=server.url, trust_env=False, timeout=120) as client:
            passages = count_passages(client)
            yield "passages", f"{passages:,}"
            yield "embedded: passages/s", f"{passages / seconds:,.0f}"
            embedded = latencies(client, questions)
            yield "embedded: search p50, p95", percentiles(embedded)
            yield "embedded: searches/s", f"{throughput(server.url, questions):,.0f}"
            yield "embedded: server's memory", f"{resident_mb(server.process.pid):,} MB"
    with (
        running_servers() as servers,
        running_cluster(folder, servers, embedder, QUOTH_REQUESTS_PER_MINUTE="1000000") as cluster,
    ):
        yield from served(cluster, folder, articles, questions, embedded)


def served(
    cluster: Cluster, folder: Path, articles: Path, questions: Sequence[str], embedded: Sequence[float]
) -> Iterator[Row]:
    rates, passages_of = [], []
    for workers in (1, 2):
        with only(cluster.workers[1], runs=workers == 2):
            began = time.monotonic()
            name = "default" if workers == 2 else "first"
            told = quoth(cluster, folder / "a", "add", str(articles), "--collection", name, timeout=3000)
            assert told.returncode in (0, 1), told.stderr
            seconds = time.monotonic() - began
        with cluster.client() as client:
            passages_of.append(count_passages(client, name))
        rates.append(passages_of[-1] / seconds)
        yield f"served: passages/s with {workers} worker{'s' * (workers - 1)}", f"{rates[-1]:,.0f}"
    yield "2 workers to 1", f"{rates[1] / rates[0]:.2f}"
    with cluster.client(cluster.a) as client:
        times = latencies(client, questions)
        yield "served: search p50, p95", percentiles(times)
        yield "served p95 to embedded", f"{percentile(times, 95) / percentile(embedded, 95):.2f}"
    url = f"http://127.0.0.1:{cluster.balancer.port}"
    searches = {}
    for count in (1, 2):
        with only(cluster.b, runs=count == 2):
            if count == 2:
                wait_until_ready(cluster)
                time.sleep(5)
            searches[count] = throughput(url, questions)
        yield f"served: searches/s with {count} server{'s' * (count - 1)}", f"{searches[count]:,.0f}"
    yield "2 servers to 1", f"{searches[2] / searches[1]:.2f}"
    kept = sum(passages_of) or 1
    database = cluster.environment["QUOTH_DATABASE_URL"]
    yield "PostgreSQL's bytes a passage", f"{database_bytes(database) / kept:,.0f}"
    for name, process in {"server": cluster.a, "worker": cluster.workers[0], **stores(cluster)}.items():
        assert process.process
        yield f"served: {name}'s memory", f"{resident_mb(process.process.pid):,} MB"


def database_bytes(url: str) -> int:
    with closing(Postgres(url)) as postgres:
        [(size,)] = postgres.rows("SELECT pg_database_size(current_database())")
    return int(size)


def stores(cluster: Cluster) -> dict[str, RunningServer]:
    return {"Chroma": cluster.servers.chroma, "PostgreSQL": cluster.servers.postgres}


@contextmanager
def only(process: RunningServer, *, runs: bool) -> Iterator[None]:
    """A process that runs meanwhile or does not; it runs again afterwards."""
    if runs:
        yield
        return
    process.stop()
    try:
        yield
    finally:
        process.start()


def count_passages(client: httpx.Client, collection: str = "default") -> int:
    passages = offset = 0
    while True:
        params: dict[str, Any] = {"collection": collection, "limit": 1000, "offset": offset}
        page = client.get("/api/articles", params=params).raise_for_status().json()
        passages += sum(int(article["passages"]) for article in page["articles"])
        offset += 1000
        if offset >= page["total"]:
            return passages


def latencies(client: httpx.Client, questions: Sequence[str]) -> list[float]:
    """Milliseconds of each search, one after another, once some others have loaded what is loaded late."""
    for question in questions[:10]:
        timed(client, question)
    return [timed(client, question) for question in questions]


def timed(client: httpx.Client, question: str) -> float:
    began = time.monotonic()
    client.post("/api/search", json={"query": question}).raise_for_status()
    return 1000 * (time.monotonic() - began)


def throughput(url: str, questions: Sequence[str]) -> float:
    """Searches a second of several clients, each with its own half of a minute at most."""

    def ask(part: Sequence[str]) -> int:
        with httpx.Client(base_url=url, trust_env=False, timeout=120) as client:
            return len([timed(client, question) for question in part])

    parts = [questions[at::CLIENTS] for at in range(CLIENTS)]
    began = time.monotonic()
    with ThreadPoolExecutor(CLIENTS) as pool:
        asked = sum(pool.map(ask, parts))
    return asked / (time.monotonic() - began)


def percentile(times: Sequence[float], percent: int) -> float:
    return statistics.quantiles(times, n=100)[percent - 1]


def percentiles(times: Sequence[float]) -> str:
    return f"{percentile(times, 50):.0f} ms, {percentile(times, 95):.0f} ms"


def resident_mb(pid: int) -> int:
    """Resident memory of a process and those that it started, shared pages counted once (Pss)."""
    return sum(map(_pss_kb, [pid, *children(pid)])) // 1024


def _pss_kb(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)


if __name__ == "__main__":
    main()
