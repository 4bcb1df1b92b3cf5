"""Many at once: how long they wait, what they are told, and what is left after a crash.

The long ones are run by `make soak`, whose figures are in docs/operations.md.
"""

from __future__ import annotations

import csv
import itertools
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from index.schemas import Article
from qa.client import Quoth
from qa.errors import ServerUnavailable
from tests.conftest import MODELS
from tests.paths import SEEDS
from tests.serving import Serving, serving

QUESTION = "When was the Vey Bridge in Ostleigh opened?"


@pytest.fixture
def served(tmp_path: Path, seeded_folder: Path) -> Iterator[Path]:
    home = tmp_path / "served"
    home.mkdir()
    (home / "models").symlink_to(MODELS, target_is_directory=True)
    shutil.copytree(seeded_folder / "collections", home / "collections")
    yield home


def worked(server: Serving) -> float:
    """Seconds that processors have worked for the server."""
    fields = Path(f"/proc/{server.process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident(server: Serving) -> int:
    """Megabytes of memory that the server holds."""
    [line] = [
        line
        for line in Path(f"/proc/{server.process.pid}/status").read_text().splitlines()
        if line.startswith("VmRSS")
    ]
    return int(line.split()[1]) // 1024


@pytest.mark.parametrize(
    ("seconds", "slowest_ms"), [(10, None), pytest.param(120, 400, marks=pytest.mark.soak)]
)
@pytest.mark.slow
def test_eight_read_while_one_adds(
    served: Path, tmp_path: Path, seconds: int, slowest_ms: int | None
) -> None:
    """No error; in the long run, 95 of 100 answers within `slowest_ms`, and memory that does not grow."""
    with serving(served) as server:
        held: list[int] = []

        def watch() -> None:
            while not stop.wait(2):
                held.append(resident(server))

        stop = threading.Event()
        watching = threading.Thread(target=watch)
        watching.start()
        before = worked(server)
        options = f"--headless -u 9 -r 9 -t {seconds}s --stop-timeout 10 --only-summary".split()
        options += ["-f", str(Path(__file__).with_name("locustfile.py"))]
        options += ["--host", server.url, "--csv", str(tmp_path / "load")]
        locust = subprocess.run(
            [sys.executable, "-m", "locust", *options],
            env=os.environ | {"LOAD_QUESTIONS": str(SEEDS / "questions.jsonl"), "PYTHONWARNINGS": "ignore"},
            capture_output=True,
            text=True,
        )
        work = worked(server) - before
        stop.set()
        watching.join()
        assert "Traceback" not in server.log
    assert locust.returncode == 0, locust.stdout + locust.stderr
    with (tmp_path / "load_stats.csv").open() as file:
        rows = {row["Name"]: row for row in csv.DictReader(file)}
    # The figures of docs/operations.md, seen with -s.
    print(locust.stderr[-3000:], f"memory {held} MB, processors worked {work:.1f} s")  # noqa: T201
    for name in ("ask", "add"):
        assert int(rows[name]["Failure Count"]) == 0 and int(rows[name]["Request Count"]) > 0
    if slowest_ms:
        assert float(rows["ask"]["95%"]) <= slowest_ms
        half = len(held) // 2
        assert max(held[half:]) <= 1.1 * max(held[:half])


@pytest.mark.soak
@pytest.mark.model
def test_four_at_once_are_all_served_by_the_local_model(served: Path) -> None:
    with serving(served, env={"QUOTH_MODEL": "local:1.5b"}) as server, ThreadPoolExecutor(4) as people:

        def ask(question: str) -> tuple[str, float]:
            began = time.monotonic()
            with Quoth(server.url) as quoth:
                return quoth.ask(question).status, time.monotonic() - began

        told = list(people.map(ask, [QUESTION, "Which club signed Ilario Castellane?"] * 2))
        print(told)  # noqa: T201
    assert len(told) == 4 and {status for status, _ in told} <= {"answered", "declined"}


@pytest.mark.parametrize("kills", [1, pytest.param(10, marks=pytest.mark.soak)])
@pytest.mark.slow
def test_killed_under_load_nothing_acknowledged_is_lost(served: Path, kills: int) -> None:
    """Clients are told that the server is gone, in its own words; what it kept is there afterwards."""
    acknowledged: dict[str, str] = {}
    told: list[Exception] = []
    numbers = itertools.count()

    def add(quoth: Quoth) -> None:
        while True:
            number = next(numbers)
            article = Article(id=f"kill/{number}", text=f"Boat number {number} left the harbour at noon.")
            try:
                list(quoth.add([article]))
            except Exception as error:
                told.append(error)
                return
            acknowledged[article.id] = article.text

    def ask(quoth: Quoth) -> None:
        while True:
            try:
                quoth.ask(QUESTION)
            except Exception as error:
                told.append(error)
                return

    for _ in range(kills):
        before = len(acknowledged)
        with serving(served) as server, Quoth(server.url) as quoth:
            workers = [threading.Thread(target=work, args=(quoth,)) for work in (add, add, ask, ask)]
            for worker in workers:
                worker.start()
            until = time.monotonic() + 30
            while len(acknowledged) < before + 5 and time.monotonic() < until:
                time.sleep(0.05)
            server.process.kill()
            for worker in workers:
                worker.join(30)
                assert not worker.is_alive()
        assert len(acknowledged) >= before + 5
    assert {type(error) for error in told} == {ServerUnavailable}
    with serving(served) as server, Quoth(server.url) as quoth:
        assert quoth.ask(QUESTION).status == "answered"
        for id_, text in acknowledged.items():
            assert quoth.article(id_).text == text
        last = max(acknowledged, key=lambda id_: int(id_.rpartition("/")[2]))
        assert quoth.search(acknowledged[last], k=1)[0].article_id == last
        found = httpx.get(f"{server.url}/readyz", trust_env=False)
        assert found.status_code == 200
