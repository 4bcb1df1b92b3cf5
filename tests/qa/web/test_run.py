"""The server in its process: start, readiness and shutdown."""

from __future__ import annotations

import asyncio
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from fastapi.testclient import TestClient
from langchain_core.language_models import BaseChatModel, GenericFakeChatModel
from langchain_core.messages import AIMessage
from sse_starlette.sse import AppStatus

from index.errors import ArchiveBroken
from index.storage import disk_space
from qa.assistant import Assistant
from qa.errors import AddressUnavailable, ModelUnavailable, NotReady
from qa.llm.chat_models import ChatModel
from qa.settings import Settings
from qa.web import run
from qa.web.api import create_api
from qa.web.app import create_app
from qa.web.auth.api_keys import ApiKeyFile
from qa.web.run import DrainingServer, check_ready, listen, local_url, serve
from tests.conftest import ScriptedModel
from tests.qa.web.responses import DRAFT, QUESTION
from tests.serving import serving


@pytest.mark.slow
def test_server_becomes_ready_answers_its_owner_and_stops_at_sigterm(home: Path) -> None:
    token = ApiKeyFile(home).add("desk", "reader")
    with serving(home) as server:
        assert server.readiness == [503, 200]
        health = httpx.get(f"{server.url}/healthz", trust_env=False)
        assert health.json() == {"status": "ok"}
        assert httpx.get(f"{server.url}/api/articles", trust_env=False).status_code == 401
        # The command line of the home's owner needs no key.
        assert server.quoth("list")[0] == 0 and token not in server.log
        started = time.monotonic()
        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(timeout=10) == 0
        assert time.monotonic() - started < 10
        assert "Quoth is running at" in server.log and "Traceback" not in server.log


def test_used_port_is_an_error_before_anything_is_loaded(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as used:
        port = used.getsockname()[1]
        settings = Settings(home=tmp_path / "home", model="none")
        with pytest.raises(AddressUnavailable, match=f"port {port} on 127.0.0.1 is in use; .*--port"):
            serve(settings, port=port)
    assert not (tmp_path / "home").exists()


def test_address_of_another_machine_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(AddressUnavailable, match=r"192\.0\.2\.1.*--host"):
        serve(Settings(home=tmp_path, model="none"), host="192.0.2.1", port=0, open_to_all=True)


def test_missing_archive_is_reported(
    answering: Callable[[ChatModel | None], Assistant],
) -> None:
    assistant = answering(None)
    assistant.check()
    (assistant.home / "owner.json").unlink()
    with pytest.raises(ArchiveBroken, match="moved, replaced or unmounted"):
        assistant.check()


def test_unready_server_has_the_reason(answering: Callable[[ChatModel | None], Assistant]) -> None:
    class DeadModel(ScriptedModel):
        def check(self) -> None:
            raise ModelUnavailable("the model does not answer any more; restart the server")

    assistant = answering(DeadModel(DRAFT))
    loaded: Future[None] = Future()
    loaded.set_result(None)
    client = TestClient(create_api(assistant, lambda: check_ready(loaded, assistant)))
    refused = client.get("/readyz")
    assert refused.status_code == 503
    assert refused.json()["detail"] == "the model does not answer any more; restart the server"
    with pytest.raises(NotReady, match="are loading"):
        check_ready(Future(), assistant)


def test_server_with_a_full_disk_is_not_ready(
    answering: Callable[[ChatModel | None], Assistant], monkeypatch: pytest.MonkeyPatch
) -> None:
    assistant = answering(None)
    loaded: Future[None] = Future()
    loaded.set_result(None)
    client = TestClient(create_api(assistant, lambda: check_ready(loaded, assistant)))
    assert client.get("/readyz").status_code == 200
    # Without a disk of its own, the test wants more than this one has.
    monkeypatch.setattr(disk_space, "MIN_FREE_BYTES", 10**18)
    refused = client.get("/readyz")
    assert refused.status_code == 503
    assert "the disk is full" in refused.json()["detail"]
    assert str(assistant.home) not in refused.text


def test_reason_of_an_unready_server_names_no_path(
    answering: Callable[[ChatModel | None], Assistant],
) -> None:
    assistant = answering(None)
    loaded: Future[None] = Future()
    loaded.set_result(None)
    (assistant.home / "owner.json").unlink()
    with pytest.raises(NotReady, match="quoth doctor") as error:
        check_ready(loaded, assistant)
    assert str(assistant.home) not in str(error.value)


class SlowModel(ScriptedModel):
    """Pauses this many seconds before every word."""

    def __init__(self, says: str, pause: float) -> None:
        super().__init__(says)
        self._pause = pause

    @property
    def chat(self) -> BaseChatModel:
        class Slow(GenericFakeChatModel):
            pause: float

            async def _astream(self, *args: Any, **named: Any) -> Any:
                async for chunk in super()._astream(*args, **named):
                    await asyncio.sleep(self.pause)
                    yield chunk

        return Slow(messages=iter([AIMessage(self.says)]), pause=self._pause)


@contextmanager
def running(assistant: Assistant) -> Iterator[tuple[uvicorn.Server, str, threading.Thread]]:
    """A server in a thread. Setting `should_exit` shuts it down, as a signal does."""
    with listen("127.0.0.1", 0) as listener:
        app = create_app(assistant)
        server = DrainingServer(
            uvicorn.Config(app, log_config=None, ws="none", timeout_graceful_shutdown=1), app
        )
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield server, local_url(listener), thread
        finally:
            server.should_exit = True
            thread.join()
            AppStatus.should_exit = False


def test_shutdown_finishes_streams_and_refuses_new_requests(
    answering: Callable[[ChatModel | None], Assistant],
) -> None:
    with (
        running(answering(SlowModel(DRAFT, 0.08))) as (server, url, thread),
        httpx.Client(base_url=url, trust_env=False, timeout=30) as web,
        web.stream("POST", "/api/ask/stream", json={"question": QUESTION}) as response,
    ):
        lines = response.iter_lines()
        assert next(line for line in lines if line == "event: token")
        server.should_exit = True
        time.sleep(0.4)
        refused = web.post("/api/ask", json={"question": QUESTION})
        assert refused.status_code == 503 and refused.headers["retry-after"] == "5"
        assert refused.json()["type"] == "urn:quoth:not-ready"
        assert web.get("/readyz").status_code == 503
        assert web.get("/healthz").status_code == 200
        names = [line.removeprefix("event: ") for line in lines if line.startswith("event: ")]
        assert names[-1] == "answer"
        thread.join(5)
        assert not thread.is_alive()


def test_shutdown_closes_streams_that_take_too_long(
    answering: Callable[[ChatModel | None], Assistant], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "DRAIN_SECONDS", 0.3)
    with (
        running(answering(SlowModel(DRAFT, 2))) as (server, url, thread),
        httpx.Client(base_url=url, trust_env=False, timeout=30) as web,
        web.stream("POST", "/api/ask/stream", json={"question": QUESTION}) as response,
    ):
        lines = response.iter_lines()
        assert next(line for line in lines if line == "event: evidence")
        server.should_exit = True
        with pytest.raises(httpx.RemoteProtocolError):
            list(lines)
        thread.join(5)
        assert not thread.is_alive()
