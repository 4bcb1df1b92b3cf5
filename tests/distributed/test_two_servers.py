"""Two servers that share a database: what is done at one holds at the other."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner

from index.maintenance.backup_file import verify_backup
from qa.cli import main
from qa.telemetry.feedback import Feedback, FeedbackFile
from qa.web.auth.api_keys import ApiKeyFile
from tests.index.embedding.hashing_server import Server
from tests.servers import Servers
from tests.serving import Serving, serving

TEXT = "The ferry Alda burned off Marren on Monday. Nobody was hurt. The harbour reopened on Tuesday."
LIMIT = 40


@dataclass(frozen=True)
class Pair:
    """Two servers, the home of the first, and the environment of both."""

    a: Serving
    b: Serving
    environment: dict[str, str]

    def quoth(self, *arguments: str) -> str:
        """What a command prints that knows the database, and no server's home."""
        home = self.a.home.parent / "elsewhere"
        result = CliRunner().invoke(
            main.app, [*arguments, "--home", str(home)], env=self.environment, catch_exceptions=False
        )
        assert result.exit_code == 0, result.stderr
        return result.stdout

    def at(self, server: Serving, key: str = "") -> httpx.Client:
        headers = {"authorization": f"Bearer {key}"} if key else {}
        return httpx.Client(base_url=server.url, headers=headers, trust_env=False, timeout=60)


@pytest.fixture(scope="module")
def pair(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    folder: Path = tmp_path_factory.mktemp("pair")
    with Server(dimension=32).running() as embedder:
        environment = {
            "QUOTH_DATABASE_URL": servers.new_database(),
            "QUOTH_CHROMA_URL": servers.chroma_url,
            "QUOTH_EMBEDDER": "words",
            "QUOTH_EMBEDDER_URL": embedder,
            "QUOTH_REQUESTS_PER_MINUTE": str(LIMIT),
            "QUOTH_THREADS": "1",
            "NO_PROXY": "127.0.0.1",
        }
        for name in ("a", "b"):
            (folder / name).mkdir()
        with serving(folder / "a", env=environment) as a, serving(folder / "b", env=environment) as b:
            yield Pair(a, b, environment)


@pytest.fixture
def key(pair: Pair, request: pytest.FixtureRequest) -> Iterator[tuple[str, str]]:
    """The name and the token of an admin's key, of which each test has its own."""
    name = request.node.name[:60].replace("[", "-").replace("]", "")
    yield name, pair.quoth("keys", "add", name, "--role", "admin").strip()


def test_who_signed_in_at_one_asks_at_the_other(pair: Pair, key: tuple[str, str]) -> None:
    name, token = key
    with pair.at(pair.a) as a, pair.at(pair.b) as b:
        assert a.post("/signin", data={"key": token}).status_code == 303
        b.cookies.update(a.cookies)
        assert f"signed in as {name}" in b.get("/signin").text
        assert b.get("/api/collections").status_code == 200
        assert b.get("/en/config").status_code == 200
        # A key that is removed takes its sessions with it, wherever they began.
        pair.quoth("keys", "remove", name)
        assert (a.get("/en/config").status_code, b.get("/en/config").status_code) == (401, 401)


def test_signing_out_at_one_holds_at_the_other(pair: Pair, key: tuple[str, str]) -> None:
    with pair.at(pair.a) as a, pair.at(pair.b) as b:
        a.post("/signin", data={"key": key[1]})
        b.cookies.update(a.cookies)
        assert b.get("/en/config").status_code == 200
        a.post("/signout")
        assert b.get("/en/config").status_code == 401


def test_a_key_removed_at_one_is_refused_at_the_other(pair: Pair, key: tuple[str, str]) -> None:
    name, token = key
    with pair.at(pair.a, token) as a, pair.at(pair.b, token) as b:
        assert (a.get("/api/collections").status_code, b.get("/api/collections").status_code) == (200, 200)
        pair.quoth("keys", "remove", name)
        assert (a.get("/api/collections").status_code, b.get("/api/collections").status_code) == (401, 401)


def test_requests_are_counted_over_both(pair: Pair, key: tuple[str, str]) -> None:
    with pair.at(pair.a, key[1]) as a, pair.at(pair.b, key[1]) as b:
        codes = [client.get("/api/collections").status_code for _ in range(LIMIT // 2) for client in (a, b)]
        assert codes == [200] * LIMIT
        for client in (a, b):
            refused = client.get("/api/collections")
            assert refused.status_code == 429
            assert 1 <= int(refused.headers["retry-after"]) <= 60


def test_a_job_begun_at_one_is_read_and_cancelled_at_the_other(pair: Pair, key: tuple[str, str]) -> None:
    articles = [{"title": f"Report {n}", "text": f"Report {n}. {TEXT}"} for n in range(3000)]
    with pair.at(pair.a, key[1]) as a, pair.at(pair.b, key[1]) as b:
        begun = a.post("/api/articles?wait=false&collection=jobs", json={"articles": articles})
        assert begun.status_code == 202
        id_ = begun.json()["id"]
        told = b.get(f"/api/jobs/{id_}").json()
        assert told["status"] in ("waiting", "running") and told["given"] == 3000
        assert id_ in [job["id"] for job in b.get("/api/jobs").json()["jobs"]]
        assert b.delete(f"/api/jobs/{id_}").json()["status"] == "cancelled"
        deadline = time.monotonic() + 30
        while not (ended := a.get(f"/api/jobs/{id_}").json()).get("ended"):
            assert time.monotonic() < deadline, ended
            time.sleep(0.5)
        assert ended["status"] == "cancelled" and ended["told"] < 3000
        while b.get(f"/api/jobs/{id_}").json() != ended:  # which `a` tells about once a second
            assert time.monotonic() < deadline, ended
            time.sleep(1)
        assert b.get("/api/jobs/unknown").status_code == b.get("/api/jobs/a%00b").status_code == 404


def test_feedback_given_at_both_becomes_questions(pair: Pair, key: tuple[str, str], tmp_path: Path) -> None:
    for server in (pair.a, pair.b):
        with pair.at(server, key[1]) as client:
            thumb = {"verdict": "down", "question": f"What burned at {server.home.name}?", "answer": "It."}
            assert client.post("/api/feedback", json=thumb).status_code == 204
    pair.quoth("questions", "--from-feedback", "--out", str(tmp_path / "made.jsonl"))
    made = (tmp_path / "made.jsonl").read_text()
    assert "What burned at a?" in made and "What burned at b?" in made
    assert not list(pair.a.home.parent.glob("*/feedback.jsonl"))


def test_an_archive_that_moves_to_the_servers_and_back_takes_its_keys_along(
    pair: Pair, key: tuple[str, str], tmp_path: Path
) -> None:
    embedded = {name: value for name, value in pair.environment.items() if "_URL" not in name}
    embedded["QUOTH_EMBEDDER_URL"] = pair.environment["QUOTH_EMBEDDER_URL"]

    def quoth(home: str, *arguments: str) -> None:
        result = CliRunner().invoke(main.app, [*arguments, "--home", str(tmp_path / home)], env=embedded)
        assert result.exit_code == 0, result.stderr

    (tmp_path / "ferry.txt").write_text(TEXT)
    quoth("before", "add", str(tmp_path / "ferry.txt"), "--collection", "moved")
    token = ApiKeyFile(tmp_path / "before").add("moved", "reader", ["moved"])
    FeedbackFile(tmp_path / "before").add(
        Feedback(at=datetime.now(UTC), verdict="down", question="What burned at home?", answer="It.")
    )
    there, back = str(tmp_path / "there.zip"), str(tmp_path / "back.zip")
    quoth("before", "export", there)
    pair.quoth("import", there)
    for server in (pair.a, pair.b):
        with pair.at(server, token) as client:
            body = {"query": "Which ferry burned?", "collection": "moved"}
            [hit, *_] = client.post("/api/search", json=body).raise_for_status().json()["hits"]
            assert hit["text"].startswith("The ferry Alda")
    # An admin's export is without keys; the command's is the owner's.
    with pair.at(pair.a, key[1]) as client:
        assert b"keys.json" not in client.get("/api/export").content
    pair.quoth("export", back)
    quoth("after", "import", back)
    after = tmp_path / "after"
    assert ApiKeyFile(after).find(token) == ApiKeyFile(tmp_path / "before").find(token)
    assert ApiKeyFile(after).find(key[1])
    assert "What burned at home?" in [one.question for one in FeedbackFile(after).read()]
    was, now = (verify_backup(Path(file)).sha256 for file in (there, back))
    assert was.items() <= now.items()  # there may be other collections


def test_a_database_that_is_away_is_said_and_comes_back(
    pair: Pair, key: tuple[str, str], servers: Servers
) -> None:
    with pair.at(pair.a, key[1]) as a:
        with servers.postgres.away():
            refused = a.get("/api/collections")
            assert refused.status_code == 503 and refused.headers["retry-after"]
            assert refused.json()["type"] == "urn:quoth:store-unavailable"
            assert a.get("/healthz").status_code == 200
        deadline = time.monotonic() + 15  # the pool pauses between its attempts to connect
        while (again := a.get("/api/collections")).status_code != 200:
            assert again.status_code == 503 and time.monotonic() < deadline, again.text
            time.sleep(0.5)
