"""The server under load: latency, memory, and what survives a crash.

`make soak` runs the long tests; docs/operations.md has their results.
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
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
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


def cpu_seconds(server: Serving) -> float:
    """CPU time that the server has used."""
    fields = Path(f"/proc/{server.process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident_mb(server: Serving) -> int:
    """Resident memory of the server in megabytes."""
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
def test_eight_readers_and_one_editor(
    served: Path, tmp_path: Path, seconds: int, slowest_ms: int | None
) -> None:
    """No errors; in the long run 95 % of answers within `slowest_ms`, and memory that does not grow."""
    with serving(served) as server:
        memory: list[int] = []

        def watch() -> None:
            while not stop.wait(2):
                memory.append(resident_mb(server))

        stop = threading.Event()
        watcher = threading.Thread(target=watch)
        watcher.start()
        before = cpu_seconds(server)
        options = f"--headless -u 9 -r 9 -t {seconds}s --stop-timeout 10 --only-summary".split()
        options += ["-f", str(Path(__file__).with_name("locustfile.py"))]
        options += ["--host", server.url, "--csv", str(tmp_path / "load")]
        locust = subprocess.run(
            [sys.executable, "-m", "locust", *options],
            env=os.environ | {"LOAD_QUESTIONS": str(SEEDS / "questions.jsonl"), "PYTHONWARNINGS": "ignore"},
            capture_output=True,
            text=True,
        )
        cpu = cpu_seconds(server) - before
        stop.set()
        watcher.join()
        assert "Traceback" not in server.log
    assert locust.returncode == 0, locust.stdout + locust.stderr
    with (tmp_path / "load_stats.csv").open() as file:
        rows = {row["Name"]: row for row in csv.DictReader(file)}
    # The results for docs/operations.md; pytest shows them with -s.
    print(locust.stderr[-3000:], f"memory {memory} MB, CPU time {cpu:.1f} s")  # noqa: T201
    for name in ("ask", "add"):
        assert int(rows[name]["Failure Count"]) == 0 and int(rows[name]["Request Count"]) > 0
    if slowest_ms:
        assert float(rows["ask"]["95%"]) <= slowest_ms
        half = len(memory) // 2
        assert max(memory[half:]) <= 1.1 * max(memory[:half])


@pytest.mark.soak
@pytest.mark.model
def test_local_model_answers_four_concurrent_questions(served: Path) -> None:
    with serving(served, env={"QUOTH_MODEL": "local:1.5b"}) as server, ThreadPoolExecutor(4) as pool:

        def ask(question: str) -> tuple[str, float]:
            started = time.monotonic()
            with Quoth(server.url) as quoth:
                return quoth.ask(question).status, time.monotonic() - started

        results = list(pool.map(ask, [QUESTION, "Which club signed Ilario Castellane?"] * 2))
        print(results)  # noqa: T201
    assert len(results) == 4 and {status for status, _ in results} <= {"answered", "declined"}


@pytest.mark.parametrize("kills", [1, pytest.param(10, marks=pytest.mark.soak)])
@pytest.mark.slow
def test_acknowledged_articles_survive_a_kill_under_load(served: Path, kills: int) -> None:
    """Clients get ServerUnavailable; what the server had acknowledged is there after a restart."""
    acknowledged: dict[str, str] = {}
    errors: list[Exception] = []
    numbers = itertools.count()

    def add(quoth: Quoth) -> None:
        number = next(numbers)
        article = Article(id=f"kill/{number}", text=f"Boat number {number} left the harbour at noon.")
        list(quoth.add([article]))
        acknowledged[article.id] = article.text

    def ask(quoth: Quoth) -> None:
        quoth.ask(QUESTION)

    for _ in range(kills):
        before = len(acknowledged)
        with serving(served) as server, Quoth(server.url) as quoth:
            threads = [
                threading.Thread(target=repeat_until_error, args=(partial(task, quoth), errors))
                for task in (add, add, ask, ask)
            ]
            for thread in threads:
                thread.start()
            wait_until(lambda before=before: len(acknowledged) >= before + 5, 30)  # type: ignore[misc]
            server.process.kill()
            for thread in threads:
                thread.join(30)
                assert not thread.is_alive()
        assert len(acknowledged) >= before + 5
    assert {type(error) for error in errors} == {ServerUnavailable}
    with serving(served) as server, Quoth(server.url) as quoth:
        assert quoth.ask(QUESTION).status == "answered"
        for id_, text in acknowledged.items():
            assert quoth.article(id_).text == text
        last = max(acknowledged, key=lambda id_: int(id_.rpartition("/")[2]))
        assert quoth.search(acknowledged[last], k=1)[0].article_id == last
        assert httpx.get(f"{server.url}/readyz", trust_env=False).status_code == 200


def repeat_until_error(task: Callable[[], None], errors: list[Exception]) -> None:
    while True:
        try:
            task()
        except Exception as error:
            errors.append(error)
            return


def wait_until(holds: Callable[[], bool], seconds: float) -> None:
    """Waits until the condition holds, at most this long."""
    deadline = time.monotonic() + seconds
    while not holds() and time.monotonic() < deadline:
        time.sleep(0.05)
