"""Commands that go through a running server."""

from __future__ import annotations

import json
import os
import re
import socket
from pathlib import Path

import httpx
import pytest

from index.library import Library
from qa.client import Quoth
from qa.web.run import listen, local_url
from tests.paths import SEEDS
from tests.qa.cli.running import QUESTION
from tests.serving import PROXY, Serving, serving


@pytest.fixture(autouse=True)
def unreachable_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", PROXY)


def test_commands_go_through_the_server(server: Serving, tmp_path: Path) -> None:
    code, out, err = server.quoth("ask", QUESTION)
    assert (code, err) == (0, "")
    assert "[1]" in out
    answer = tmp_path / "answer.json"
    answer.write_text(server.quoth("ask", QUESTION, "--json")[1])
    assert server.quoth("verify", answer)[::2] == (0, "every quote holds\n")
    assert re.match(
        r" 1\. 0\.\d{3}  Storm Ottilie ", server.quoth("search", "storm on Skerrow", "-k", "1")[1]
    )
    id_ = "silver-heron-film-festival"
    assert id_ in server.quoth("list", "--search", "silver heron")[1]
    shown = json.loads(server.quoth("show", id_, "--json")[1])
    assert shown["text"] and shown["date"] == "2024-05-26"
    assert server.quoth("remove", id_) == (0, f"removed {id_}  {shown['title']}\n", "")
    code, out, err = server.quoth("show", id_)
    assert (code, out) == (1, "")
    assert err.startswith(f"error: no article has the id '{id_}'")
    assert server.quoth("ask", " ")[0] == 2
    assert server.quoth("add", SEEDS)[:2] == (0, "1 added, 0 updated, 18 unchanged, 0 skipped\n")


def test_a_changed_file_replaces_what_it_was(server: Serving, tmp_path: Path) -> None:
    def add(*expected: str) -> None:
        code, out, err = server.quoth("add", tmp_path, "--collection", "files")
        assert (code, out, bool(err)) == (bool("1 skipped" in expected[0]), f"{expected[0]}\n", code == 1)

    note = tmp_path / "note.txt"
    note.write_text("Gannet Head was lit again on Friday.")
    add("1 added, 0 updated, 0 unchanged, 0 skipped")
    note.write_text("Gannet Head was lit again on Sunday.")
    (tmp_path / "empty.md").write_text("")
    add("0 added, 1 updated, 0 unchanged, 1 skipped")
    listed = json.loads(server.quoth("list", "--collection", "files", "--json")[1])["articles"]
    assert [article["characters"] for article in listed] == [len(note.read_text())]


def test_a_second_server_is_refused_and_the_doctor_reports_the_first(server: Serving) -> None:
    code, out, err = server.quoth("serve", "--port", "0")
    assert (code, out) == (1, "")
    assert f"in use by process {server.process.pid}, which answers at {server.url}; stop that" in err
    code, out, _ = server.quoth("doctor")
    assert code == 0
    assert "\n✓ collection default: articles: " in out
    assert f"process {server.process.pid}, which answers at {server.url}: its files " in out


@pytest.mark.parametrize(
    ("host", "recorded"),
    [("0.0.0.0", "127.0.0.1"), ("::1", "[::1]"), ("::", "[::1]"), ("localhost", "127.0.0.1")],
)
def test_the_recorded_address_can_be_reached_from_this_machine(host: str, recorded: str) -> None:
    if ":" in host and not _has_ipv6():
        pytest.skip("no IPv6 here")
    with listen(host, 0) as listener:
        url = httpx.URL(local_url(listener))
        assert url.netloc.decode().rpartition(":")[0] == recorded
        socket.create_connection((url.host, url.port or 0), timeout=5).close()


@pytest.mark.slow
def test_a_server_on_all_interfaces_is_found_by_commands(seeded_home: Path) -> None:
    host = "::" if _has_ipv6() else "0.0.0.0"
    with serving(seeded_home, "--host", host, "--open") as running, Quoth(running.url) as quoth:
        assert quoth.collections() == ["default"]
        assert running.quoth("list")[0] == 0


@pytest.mark.slow
def test_a_killed_server_is_not_contacted(seeded_home: Path) -> None:
    with serving(seeded_home) as running:
        running.process.kill()
        running.process.wait()
        assert (seeded_home / "owner.json").exists()
        assert running.quoth("list")[0] == 0
        # A process that has the archive open, but is not a server.
        with Library(seeded_home, None) as _:  # type: ignore[arg-type]
            code, _out, err = running.quoth("list")
            assert (code, running.url in err) == (1, False)
            assert f"is in use by process {os.getpid()}; stop that one first" in err
        assert not (seeded_home / "owner.json").exists()


def _has_ipv6() -> bool:
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        return False
    return True
