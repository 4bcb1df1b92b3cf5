"""A server whose articles are on other servers: when one of those is away, it says so, and goes on by itself
once it is back.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from index.errors import StoreUnavailable
from qa.auth import OWNER, Caller, on_behalf_of
from qa.web.errors.handlers import error_response
from tests.conftest import MODELS
from tests.paths import SEEDS
from tests.servers import RunningServer, Servers
from tests.serving import Serving, serving

QUESTION = {"question": "Who will operate the wind farm?"}
# Longer than any limit of a call.
SECONDS = 60


@pytest.fixture(scope="module")
def environment(servers: Servers) -> dict[str, str]:
    addresses = {"QUOTH_DATABASE_URL": servers.new_database(), "QUOTH_CHROMA_URL": servers.chroma_url}
    return {**addresses, "NO_PROXY": "127.0.0.1"}


@pytest.fixture(scope="module")
def served(environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    home = tmp_path_factory.mktemp("served")
    (home / "models").symlink_to(MODELS, target_is_directory=True)
    with working(environment, home):
        added = quoth(environment, "add", str(SEEDS), "--home", str(home))
    assert added.returncode == 0, added.stderr
    with serving(home, env=environment) as running:
        yield running


@contextmanager
def working(environment: dict[str, str], home: Path) -> Iterator[None]:
    """A worker, which stores what is added meanwhile."""
    program = [str(Path(sys.executable).with_name("quoth")), "work", "--home", str(home)]
    with subprocess.Popen(program, env={**os.environ, **environment}, stderr=subprocess.DEVNULL) as worker:
        try:
            yield
        finally:
            worker.terminate()


def quoth(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    program = [str(Path(sys.executable).with_name("quoth")), *arguments]
    env = {**os.environ, "QUOTH_MODEL": "none", **environment}
    return subprocess.run(program, env=env, capture_output=True, text=True, timeout=200, check=False)


def ask(served: Serving) -> httpx.Response:
    return httpx.post(f"{served.url}/api/ask", json=QUESTION, trust_env=False, timeout=SECONDS)


def ready(served: Serving) -> httpx.Response:
    return httpx.get(f"{served.url}/readyz", trust_env=False, timeout=SECONDS)


def assert_unavailable(response: httpx.Response, part: str) -> None:
    assert response.status_code == 503, response.text
    assert response.headers["content-type"] == "application/problem+json"
    assert part in response.json()["detail"]
    assert "restore" not in response.text


@pytest.mark.parametrize("part", ["Chroma", "PostgreSQL"])
@pytest.mark.parametrize("how", ["away", "silent"])
def test_a_store_that_is_away_is_named_and_used_again(
    served: Serving, servers: Servers, part: str, how: str
) -> None:
    assert ask(served).json()["status"] == "answered"
    store: RunningServer = servers.chroma if part == "Chroma" else servers.postgres
    with getattr(store, how)():
        failed = ask(served)
        assert_unavailable(failed, part)
        assert failed.json()["type"] == "urn:quoth:store-unavailable"
        assert int(failed.headers["retry-after"]) > 0
        assert_unavailable(ready(served), part)
        stream = httpx.post(f"{served.url}/api/ask/stream", json=QUESTION, trust_env=False, timeout=SECONDS)
        assert "store-unavailable" in stream.text
        assert httpx.get(f"{served.url}/healthz", trust_env=False, timeout=SECONDS).status_code == 200
    deadline = time.monotonic() + SECONDS
    while ready(served).status_code != 200:
        assert time.monotonic() < deadline
        time.sleep(0.2)
    assert ask(served).json()["status"] == "answered"


def test_commands_use_the_same_articles(served: Serving, environment: dict[str, str]) -> None:
    found = quoth(environment, "search", "wind farm", "--home", str(served.home))
    assert found.returncode == 0 and "wind farm" in found.stdout
    examined = quoth(environment, "doctor", "--home", str(served.home))
    assert "PostgreSQL and Chroma answer" in examined.stdout and "everything is consistent" in examined.stdout


def test_a_command_names_the_store_that_is_away(environment: dict[str, str], tmp_path: Path) -> None:
    unused = {**environment, "QUOTH_DATABASE_URL": "postgresql://quoth:secret@127.0.0.1:9/none"}
    failed = quoth(unused, "list", "--home", str(tmp_path))
    assert failed.returncode == 1
    assert "PostgreSQL is not available (127.0.0.1:9/none" in failed.stderr.replace("\n", " ")
    assert "secret" not in failed.stderr


def test_without_its_packages_one_sentence_says_what_to_install(tmp_path: Path) -> None:
    (tmp_path / "models").symlink_to(MODELS, target_is_directory=True)
    program = "import sys; sys.modules['psycopg'] = None; from qa.cli.main import main; main()"
    addresses = {"QUOTH_DATABASE_URL": "postgresql://127.0.0.1/x", "QUOTH_CHROMA_URL": "http://127.0.0.1:9"}
    failed = subprocess.run(
        [sys.executable, "-c", program, "list", "--home", str(tmp_path)],
        env={**os.environ, **addresses}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert failed.returncode == 2
    assert "install `quoth[server]`" in failed.stderr.replace("\n", " ") and "Traceback" not in failed.stderr


def test_hosts_are_named_to_the_owner_alone() -> None:
    error = StoreUnavailable("Chroma", "http://10.0.0.7:8000: refused")
    response = error_response(error, "/api/ask")
    assert response.status_code == 503 and response.headers["retry-after"] == "5"
    with on_behalf_of(Caller(name="anna", role="reader")):
        assert b"10.0.0.7" not in error_response(error, "/api/ask").body
    with on_behalf_of(OWNER):
        assert b"10.0.0.7" in error_response(error, "/api/ask").body
