"""What servers keep besides the articles: the same in a home and in a database."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from index.errors import StoreUnavailable
from index.schemas import IngestReport, Skipped
from qa.errors import FeedbackFull, KeysInvalid, TooMany
from qa.schemas import Job
from qa.settings import read_settings
from qa.telemetry import feedback as feedback_file
from qa.telemetry.feedback import Feedback
from qa.web.auth.api_keys import ApiKeyFile, hash_token
from qa.web.auth.session_store import MAX_SESSIONS
from qa.web.middleware.rate_limit import RateLimiter
from qa.web.state.state import ServerState, open_state

Opened = Callable[[], AbstractContextManager[ServerState]]


@pytest.fixture(params=["home", pytest.param("database", marks=pytest.mark.distributed)])
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Opened:
    """Opens the state, as each of several processes would."""
    if request.param == "home":
        return lambda: open_state(read_settings(home=tmp_path))
    servers = request.getfixturevalue("servers")
    url = servers.new_database()
    return lambda: open_state(read_settings(home=tmp_path, database_url=url, chroma_url=servers.chroma_url))


@pytest.fixture
def state(opened: Opened) -> Iterator[ServerState]:
    with opened() as state:
        yield state


def test_keys_are_added_found_and_removed(opened: Opened, state: ServerState) -> None:
    token = state.keys.add("desk", "editor", ["news", "sport"])
    state.keys.add("Archive", "reader")
    with opened() as other:
        assert [key.name for key in other.keys.all()] == ["Archive", "desk"]
        found = other.keys.find(token)
        assert found and (found.role, found.collections) == ("editor", ("news", "sport"))
        assert other.keys.find(token[:-1]) is None
        with pytest.raises(KeysInvalid, match="there is a key named 'desk'"):
            other.keys.add("desk", "reader")
        with pytest.raises(KeysInvalid, match="not a valid key name"):
            other.keys.add("no spaces", "reader")
        other.keys.remove("desk")
        assert other.keys.exist()
    assert state.keys.find(token) is None
    with pytest.raises(KeysInvalid, match="no key named 'desk'"):
        state.keys.remove("desk")


def test_keys_of_another_server_stay_valid(state: ServerState, tmp_path: Path) -> None:
    former = ApiKeyFile(tmp_path / "former")
    token, other = former.add("desk", "editor", ["news"]), former.add("archive", "reader")
    own = state.keys.add("archive", "admin")
    renamed = former.all()[1].model_copy(update={"name": "press"})
    for _ in range(2):
        state.keys.merge([*former.all(), renamed])
    assert [key.name for key in state.keys.all()] == ["archive", "desk"]
    assert state.keys.find(token) == former.find(token)
    assert state.keys.find(own) and not state.keys.find(other)


def test_a_key_has_a_number_of_sessions(state: ServerState) -> None:
    busy, calm = (hash_token(state.keys.add(name, "reader")) for name in ("busy", "calm"))
    state.sessions.start("calm", calm)
    for number in range(MAX_SESSIONS + 2):
        state.sessions.start(f"busy {number}", busy)
    known = [number for number in range(MAX_SESSIONS + 2) if state.sessions.key_of(f"busy {number}")]
    assert known == list(range(2, MAX_SESSIONS + 2))
    assert state.sessions.key_of("calm") == calm
    state.sessions.end("calm")
    assert state.sessions.key_of("calm") is None and state.sessions.key_of("") is None


def a_thumb(question: str) -> Feedback:
    return Feedback(at=datetime.now(UTC), verdict="up", question=question, answer="a \x00 b “c”")


def test_feedback_is_kept_in_order(
    opened: Opened, state: ServerState, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = [a_thumb("Who?"), a_thumb("When?")]
    for one in given:
        state.feedback.add(one)
    with opened() as other:
        assert list(other.feedback.read()) == given
        # One of them is there already, and one is given twice.
        other.feedback.merge([given[0], a_thumb("Why?"), given[0]])
    assert [one.question for one in state.feedback.read()] == ["Who?", "When?", "Why?", "Who?"]
    for module in (feedback_file, *filter(None, [sys.modules.get("qa.web.state.feedback")])):
        monkeypatch.setattr(module, "MAX_FILE_BYTES", 250)
    with pytest.raises(FeedbackFull):
        state.feedback.add(a_thumb("Where?"))


def test_the_last_report_of_each_collection_is_kept(opened: Opened, state: ServerState) -> None:
    for page in ("<p>old</p>", "<p>new \x00 \ud800</p>"):
        state.reports.save(page, '{"rows": "\ud800"}', collection="news")
    with opened() as other:
        assert other.reports.page("news") == "<p>new \x00 ?</p>"
        assert other.reports.page("other") == ""


@pytest.mark.distributed
@pytest.mark.parametrize("opened", ["database"], indirect=True)
def test_requests_are_counted_over_all_servers(opened: Opened, state: ServerState) -> None:
    refused: list[int] = []

    def ask(limiter: RateLimiter) -> None:
        for _ in range(10):
            try:
                with limiter.limit("desk"):
                    pass
            except TooMany as error:
                refused.append(error.seconds)

    with opened() as other:
        limiters = [RateLimiter(per_minute=15, concurrent=9, counts=one.counts) for one in (state, other)]
        threads = [threading.Thread(target=ask, args=(limiter,)) for limiter in limiters]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(refused) == 5 and all(1 <= seconds <= 60 for seconds in refused)
        with limiters[1].limit("someone else"):
            pass


@pytest.mark.distributed
@pytest.mark.parametrize("opened", ["database"], indirect=True)
def test_removing_a_key_ends_its_sessions(opened: Opened, state: ServerState) -> None:
    key = hash_token(state.keys.add("desk", "reader"))
    state.sessions.start("token", key)
    with opened() as other:
        assert other.sessions.key_of("token") == key
        state.keys.remove("desk")
        assert other.sessions.key_of("token") is None
    state.sessions.start("late", key)  # signed in just as the key was removed
    assert state.sessions.key_of("late") is None


@pytest.mark.distributed
@pytest.mark.parametrize("opened", ["database"], indirect=True)
def test_a_job_whose_server_fell_silent_has_failed(
    opened: Opened, state: ServerState, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert state.jobs
    skipped = IngestReport.of([Skipped(source="a \x00 b", reason="is empty")])
    job = Job(
        id="1",
        status="running",
        collection="default",
        given=1,
        told=1,
        report=skipped,
        created=datetime.now(UTC),
    )
    assert state.jobs.write([job]) == set()
    assert state.jobs.all() == (job,) == (state.jobs.get("1"),)
    with opened() as other:
        assert other.jobs
        other.jobs.cancel("1")
    assert state.jobs.write([job]) == {"1"}
    told = state.jobs.get("1")
    assert told and told.status == "cancelled"
    second = job.model_copy(update={"id": "2"})
    state.jobs.write([second])
    monkeypatch.setattr("qa.web.state.jobs.SILENT_SECONDS", -1)
    silent = state.jobs.get("2")
    assert silent and silent.status == "failed" and "send the articles again" in str(silent.error)


def test_without_a_database_its_packages_are_not_imported(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from qa.settings import Settings\n"
        "from qa.web.state.state import open_state\n"
        f"with open_state(Settings(home=Path({str(tmp_path)!r}))) as state: state.keys.add('a', 'reader')\n"
        "print([name for name in sys.modules if name.startswith(('psycopg', 'index.storage.postgres'))])"
    )
    assert subprocess.run([sys.executable, "-c", program], capture_output=True, text=True).stdout == "[]\n"


@pytest.mark.distributed
def test_a_database_that_is_away_is_named(tmp_path: Path) -> None:
    settings = read_settings(
        home=tmp_path, database_url="postgresql://127.0.0.1:1/x", chroma_url="http://127.0.0.1:1"
    )
    with pytest.raises(StoreUnavailable, match=r"127\.0\.0\.1:1/x"), open_state(settings):
        pass
