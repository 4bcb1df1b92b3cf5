"""Searches among many passages, in a home and on servers.

    python -m tests.benchmarks.storage.many --passages 200000 [--kinds home servers] [--questions 200]

Articles and vectors are made (`made_articles`), since computing as many would take days, and imported as an
export. The embedding server is made too: it knows the vectors of the questions. The two kinds are measured
one after the other, with PostgreSQL, Chroma and a server on loopback. What goes on is told on standard error,
and a table is printed at the end.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import httpx

from index.embedding.embedder import Vectors
from index.embedding.served import ServedEmbedder
from index.library import Library
from tests.benchmarks.storage.made_articles import DIMENSION, MadeArchive, make_archive
from tests.benchmarks.storage.scaling import (
    Row,
    database_bytes,
    latencies,
    percentiles,
    resident_mb,
    throughput,
)
from tests.conftest import MODELS
from tests.distributed.cluster import embedding
from tests.index.embedding.hashing_server import Server
from tests.servers import RunningServer, children, running_servers
from tests.serving import serving

KINDS = ("home", "servers")
TELL_SECONDS = 10
_began = time.monotonic()


class KnownVectors(Server):
    """An embedding server that gives known vectors back."""

    def __init__(self) -> None:
        super().__init__(dimension=DIMENSION)
        self.known: Mapping[str, Vectors] = {}

    def vector(self, text: str) -> Vectors:
        found = self.known.get(text)
        return super().vector(text) if found is None else found


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--passages", type=int, required=True)
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=KINDS)
    parser.add_argument("--questions", type=int, default=200)
    options = parser.parse_args()
    server = KnownVectors()
    with (
        tempfile.TemporaryDirectory(prefix="quoth-many-") as name,
        server.running() as url,
    ):
        folder = Path(name)
        file = folder / "export.zip"
        settings = {**embedding(url), "QUOTH_THREADS": "1", "QUOTH_REQUESTS_PER_MINUTE": "1000000"}
        embedder = embedder_of(settings)
        made = make_archive(file, options.passages, options.questions, embedder.name, embedder.tokens, tell)
        server.known = made.vectors
        tell(f"made {made.articles:,} articles of {made.passages:,} passages")
        rows: list[Row] = [
            ("processor cores", str(len(os.sched_getaffinity(0)))),
            ("articles", f"{made.articles:,}"),
            ("passages", f"{made.passages:,}"),
        ]
        for kind in options.kinds:
            measure = in_home if kind == "home" else on_servers
            rows += [(f"{kind}: {name}", value) for name, value in measure(folder, file, made, settings)]
    for row in [("", ""), ("---", "---"), *rows]:
        sys.stdout.write(f"| {row[0]} | {row[1]} |\n")


def in_home(folder: Path, file: Path, made: MadeArchive, settings: Mapping[str, str]) -> Iterator[Row]:
    home = new_home(folder / "home")
    with Library(home, embedder_of(settings)) as library:
        yield from imported(library, file, made, {})
    with serving(home, env=settings) as server:
        yield from searched(server.url, made)
        yield "server's memory", f"{resident_mb(server.process.pid):,} MB"
    for part in ("catalogue.db", "vectors"):
        yield f"{part} on disk", on_disk(made, *(home / "collections/default").glob(f"{part}*"))


def on_servers(folder: Path, file: Path, made: MadeArchive, settings: Mapping[str, str]) -> Iterator[Row]:
    with running_servers() as servers:
        stores = {"PostgreSQL": servers.postgres, "Chroma": servers.chroma}
        url = servers.new_database()
        with Library(folder / "none", embedder_of(settings), storage=servers.new_storage(url)) as library:
            yield from imported(library, file, made, stores)
        settings = {**settings, "QUOTH_DATABASE_URL": url, "QUOTH_CHROMA_URL": servers.chroma_url}
        with serving(new_home(folder / "server"), env=settings) as server:
            yield from searched(server.url, made)
            yield "server's memory", f"{resident_mb(server.process.pid):,} MB"
            for name, store in stores.items():
                assert store.process
                yield f"{name}'s memory", f"{resident_mb(store.process.pid):,} MB"
        yield "PostgreSQL on disk", each(made, database_bytes(url))
        yield "Chroma on disk", on_disk(made, servers.chroma.log.with_suffix(""))


def imported(
    library: Library, file: Path, made: MadeArchive, stores: Mapping[str, RunningServer]
) -> Iterator[Row]:
    """Imports the file as `quoth import` does, and tells which process takes the time."""
    place = " and ".join(stores) or "a home"
    before = {name: processor_seconds(store) for name, store in stores.items()}
    own, began, told = time.process_time(), time.monotonic(), 0.0
    for count, _ in enumerate(library.restore(file, {"default": "default"}), 1):
        # The outcomes of a batch come at once.
        if count % 100 == 0 and (seconds := time.monotonic() - began) > told + TELL_SECONDS:
            told = seconds
            done = made.passages * count // made.articles
            tell(f"imported {done:,} passages into {place}, {done / seconds:,.0f} a second")
    seconds = time.monotonic() - began
    yield "import, passages/s", f"{made.passages / seconds:,.0f}"
    spent = {"the importing process": time.process_time() - own}
    spent |= {name: processor_seconds(store) - before[name] for name, store in stores.items()}
    yield "import, seconds for 10,000", f"{10_000 * seconds / made.passages:,.1f}"
    for name, used in spent.items():
        yield f"of them computing, {name}", f"{10_000 * used / made.passages:,.1f}"


def searched(url: str, made: MadeArchive) -> Iterator[Row]:
    tell(f"asking {len(made.questions)} questions")
    with httpx.Client(base_url=url, trust_env=False, timeout=120) as client:
        began = time.monotonic()
        client.post("/api/search", json={"query": made.questions[0]}).raise_for_status()
        yield "first search after the start", f"{1000 * (time.monotonic() - began):,.0f} ms"
        yield "search p50, p95", percentiles(latencies(client, made.questions))
    yield "searches a second, 4 clients", f"{throughput(url, made.questions):,.0f}"


def new_home(home: Path) -> Path:
    home.mkdir()
    (home / "models").symlink_to(MODELS, target_is_directory=True)
    return home


def embedder_of(settings: Mapping[str, str]) -> ServedEmbedder:
    return ServedEmbedder(settings["QUOTH_EMBEDDER_URL"], settings["QUOTH_EMBEDDER"])


def processor_seconds(server: RunningServer) -> float:
    """What a server and the processes that it has started have computed so far."""
    assert server.process
    pids = [server.process.pid, *children(server.process.pid)]
    return sum(map(_ticks, pids)) / os.sysconf("SC_CLK_TCK")


def _ticks(pid: int) -> int:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except FileNotFoundError:
        return 0
    return sum(map(int, fields[11:15]))  # its own, and those of its children that have ended


def on_disk(made: MadeArchive, *paths: Path) -> str:
    files = [file for path in paths for file in ([path] if path.is_file() else path.rglob("*"))]
    return each(made, sum(file.stat().st_blocks * 512 for file in files if file.is_file()))


def each(made: MadeArchive, size: int) -> str:
    return f"{size / 1e6:,.0f} MB, {size / made.passages:,.0f} bytes a passage"


def tell(what: str) -> None:
    sys.stderr.write(f"{time.monotonic() - _began:7.0f} s  {what}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    main()
