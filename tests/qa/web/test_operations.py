"""What a server tells of itself, and how it ends."""

from __future__ import annotations

import asyncio
import json
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from fastapi.testclient import TestClient
from langchain_core.language_models import BaseChatModel, GenericFakeChatModel
from langchain_core.messages import AIMessage
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from prometheus_client.parser import text_string_to_metric_families
from sse_starlette.sse import AppStatus
from starlette.types import Receive, Scope, Send

from index.errors import ArchiveBroken
from qa.assistant import Assistant
from qa.errors import ModelUnavailable, NotReady, SettingsInvalid
from qa.llm.chat_models import ChatModel
from qa.telemetry import tracing
from qa.telemetry.metrics import Metrics
from qa.telemetry.tracing import start
from qa.web import run as serving_module
from qa.web.app import create_app
from qa.web.middleware.instrumentation import InstrumentationMiddleware
from qa.web.run import _check, _Server
from qa.web.sockets import listening
from tests.conftest import MODELS, ScriptedModel
from tests.serving import Serving, serving

SECRET = "Wolpertinger"
CLUB = "Which club did Ilario Castellane leave for Marren Rovers?"
SAYS = "Marren Rovers have signed the striker Ilario Castellane from Collmouth Athletic [1]."


class Collector(HTTPServer):
    """Takes traces as an OpenTelemetry collector does."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Taking)
        self.taken: list[bytes] = []

    def spans(self) -> dict[str, Any]:
        requests = [ExportTraceServiceRequest.FromString(body) for body in list(self.taken)]
        return {
            span.name: span
            for request in requests
            for resource in request.resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        }


class _Taking(BaseHTTPRequestHandler):
    server: Collector

    def do_POST(self) -> None:
        assert self.path == "/v1/traces"
        self.server.taken.append(self.rfile.read(int(self.headers["content-length"])))
        self.send_response(200)
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Silence."""


@pytest.fixture(scope="module")
def collector() -> Iterator[Collector]:
    with Collector() as collector:
        thread = threading.Thread(target=collector.serve_forever)
        thread.start()
        yield collector
        collector.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def server(
    tmp_path_factory: pytest.TempPathFactory, seeded_folder: Path, collector: Collector
) -> Iterator[Serving]:
    home = tmp_path_factory.mktemp("home")
    (home / "models").symlink_to(MODELS, target_is_directory=True)
    shutil.copytree(seeded_folder / "collections", home / "collections")
    address = f"http://127.0.0.1:{collector.server_port}"
    traces = {"OTEL_EXPORTER_OTLP_ENDPOINT": address, "OTEL_BSP_SCHEDULE_DELAY": "100"}
    with serving(home, env={"QUOTH_LOGS": "json", "HTTP_PROXY": "", **traces}) as running:
        yield running


@pytest.fixture
def web(server: Serving) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.url, trust_env=False, timeout=60) as client:
        yield client


def lines(server: Serving) -> list[dict[str, Any]]:
    return [json.loads(line) for line in server.log.splitlines()]


def test_each_request_has_an_id_in_answer_problem_and_log(server: Serving, web: httpx.Client) -> None:
    asked = web.post("/api/ask", json={"question": CLUB}, headers={"X-Request-ID": "abc-1"})
    assert asked.headers["x-request-id"] == "abc-1"
    refused = web.get(f"/api/articles/{SECRET}?collection=default&x={SECRET}")
    id_ = refused.headers["x-request-id"]
    assert len(id_) == 32 and refused.json()["request_id"] == id_
    forged = web.get("/healthz", headers={"X-Request-ID": 'a", "level": "x'})
    assert len(forged.headers["x-request-id"]) == 32
    told = {line.get("request_id"): line for line in lines(server)}
    assert told["abc-1"].items() >= {"method": "POST", "route": "/api/ask", "status": 200}.items()
    assert told["abc-1"]["ms"] > 0 and told["abc-1"]["level"] == "info"
    assert told[id_].items() >= {"route": "/api/articles/{article_id}", "status": 404}.items()


def test_what_is_asked_is_not_told(server: Serving, web: httpx.Client, collector: Collector) -> None:
    question = {"question": f"Who saw the {SECRET}?"}
    web.post("/api/ask", json=question, headers={"authorization": f"Bearer {SECRET}"})
    web.post("/api/ask/stream", json=question)
    web.post("/api/search", json={"query": SECRET, "k": "x"})
    web.get("/api/articles", params={"search": SECRET})
    web.get(f"/api/{SECRET}")
    time.sleep(0.5)
    assert SECRET not in server.log
    assert SECRET not in web.get("/metrics").text
    assert collector.taken and not any(SECRET.encode() in body for body in collector.taken)


def test_metrics_count_by_route_and_outcome(web: httpx.Client) -> None:
    before = samples(web)
    web.post("/api/ask", json={"question": CLUB})
    web.get("/api/articles/no/such/article")
    web.get("/api/nowhere")
    web.get("/en/")
    web.request("PROPFIND", "/api/ask")
    after = samples(web)
    grown = {key: after[key] - before.get(key, 0) for key in after if after[key] != before.get(key, 0)}

    def more(name: str, **labels: str) -> float:
        return grown.get((name, frozenset(labels.items())), 0)

    assert more("quoth_http_requests_total", method="POST", route="/api/ask", status="200") == 1
    unknown = {"method": "GET", "route": "/api/articles/{article_id}", "status": "404"}
    assert more("quoth_http_requests_total", **unknown) == 1
    assert more("quoth_http_requests_total", method="GET", route="other", status="404") == 1
    assert more("quoth_http_requests_total", method="GET", route="window", status="200") == 1
    assert more("quoth_http_requests_total", method="other", route="/api/ask", status="405") == 1
    assert more("quoth_answers_total", status="answered") == 1
    assert more("quoth_answer_seconds_count", stage="search") == 1
    assert more("quoth_answer_seconds_count", stage="whole") == 1
    assert (
        after["quoth_articles", frozenset({("collection", "default")})]
        == web.get("/api/articles").json()["total"]
    )
    assert after["quoth_questions_in_progress", frozenset()] == 0
    assert after["process_resident_memory_bytes", frozenset()] > 1e8


def samples(web: httpx.Client) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    text = web.get("/metrics").text
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_a_trace_has_the_steps_of_an_answer(web: httpx.Client, collector: Collector) -> None:
    collector.taken.clear()
    trace = "0af7651916cd43dd8448eb211c80319c"
    web.post("/api/ask", json={"question": CLUB}, headers={"traceparent": f"00-{trace}-b7ad6b7169203331-01"})
    wanted = {"POST /api/ask", "search", "pick evidence", "write", "check"}
    until = time.monotonic() + 10
    while not wanted <= collector.spans().keys() and time.monotonic() < until:
        time.sleep(0.1)
    spans = collector.spans()
    assert wanted <= spans.keys()
    assert {spans[name].trace_id.hex() for name in wanted} == {trace}
    whole = spans["POST /api/ask"]
    assert {spans[name].parent_span_id for name in wanted - {"POST /api/ask"}} == {whole.span_id}


def test_what_an_error_says_is_not_in_the_trace(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(kept))
    monkeypatch.setattr(tracing, "tracer", provider.get_tracer("test"))

    async def failing(scope: Scope, receive: Receive, send: Send) -> None:
        with tracing.traced("search"):
            raise ModelUnavailable(f"the model did not answer: {SECRET}")

    metrics = Metrics(dict)
    app = InstrumentationMiddleware(failing, metrics, is_window=lambda _: False, always=frozenset())
    with pytest.raises(ModelUnavailable):
        TestClient(app).get(f"/{SECRET}")
    assert [span.name for span in kept.get_finished_spans()] == ["search", "GET other"]
    assert all(SECRET not in span.to_json() for span in kept.get_finished_spans())
    left = {"method": "GET", "route": "other", "status": "500"}
    assert metrics.value("quoth_http_requests_total", left) == 1


def test_traces_that_cannot_be_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_TRACES_EXPORTER", "zipkin")
    with pytest.raises(SettingsInvalid, match="zipkin"):
        start()


# Readiness


def test_a_server_whose_archive_was_taken_away_is_not_ready(
    answering: Callable[[ChatModel | None], Assistant],
) -> None:
    assistant = answering(None)
    assistant.check()
    (assistant._library.folder / "owner.json").unlink()
    with pytest.raises(ArchiveBroken, match="moved, replaced or unmounted"):
        assistant.check()


def test_a_dead_model_is_not_ready(answering: Callable[[ChatModel | None], Assistant]) -> None:
    class Dead(ScriptedModel):
        def check(self) -> None:
            raise ModelUnavailable("the model does not answer any more; restart the server")

    assistant = answering(Dead(SAYS))
    loaded: Future[None] = Future()
    loaded.set_result(None)
    client = TestClient(create_app(assistant, ready=lambda: _check(loaded, assistant)))
    refused = client.get("/readyz", headers={"host": "localhost"})
    assert refused.status_code == 503
    assert refused.json()["detail"] == "the model does not answer any more; restart the server"
    with pytest.raises(NotReady, match="being loaded"):
        _check(Future(), assistant)


# The end


class SlowModel(ScriptedModel):
    """Speaks a word every so many seconds."""

    def __init__(self, says: str, pause: float) -> None:
        super().__init__(says)
        self._pause = pause

    @property
    def chat(self) -> BaseChatModel:
        class Slow(GenericFakeChatModel):
            pause: float

            async def _astream(self, *args: Any, **named: Any) -> Any:
                async for piece in super()._astream(*args, **named):
                    await asyncio.sleep(self.pause)
                    yield piece

        return Slow(messages=iter([AIMessage(self.says)]), pause=self._pause)


@contextmanager
def ending(assistant: Assistant) -> Iterator[tuple[uvicorn.Server, str, threading.Thread]]:
    """A server in a thread, which ends when `should_exit` is set, as a signal does."""
    with listening("127.0.0.1", 0) as listener:
        app = create_app(assistant)
        server = _Server(uvicorn.Config(app, log_config=None, ws="none", timeout_graceful_shutdown=1), app)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield server, f"http://127.0.0.1:{listener.getsockname()[1]}", thread
        finally:
            server.should_exit = True
            thread.join()
            AppStatus.should_exit = False


def test_running_streams_are_finished_and_new_ones_refused(
    answering: Callable[[ChatModel | None], Assistant],
) -> None:
    with (
        ending(answering(SlowModel(SAYS, 0.08))) as (server, url, thread),
        httpx.Client(base_url=url, trust_env=False, timeout=30) as web,
        web.stream("POST", "/api/ask/stream", json={"question": CLUB}) as told,
    ):
        read = told.iter_lines()
        assert next(line for line in read if line == "event: token")
        server.should_exit = True
        time.sleep(0.4)
        refused = web.post("/api/ask", json={"question": CLUB})
        assert refused.status_code == 503 and refused.headers["retry-after"] == "5"
        assert refused.json()["type"] == "urn:quoth:not-ready"
        assert web.get("/readyz").status_code == 503
        assert web.get("/healthz").status_code == 200
        names = [line.removeprefix("event: ") for line in read if line.startswith("event: ")]
        assert names[-1] == "answer"
        thread.join(5)
        assert not thread.is_alive()


@pytest.mark.slow
def test_a_stream_that_takes_too_long_is_cut_off(
    answering: Callable[[ChatModel | None], Assistant], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serving_module, "LAST_WORDS_SECONDS", 0.3)
    with (
        ending(answering(SlowModel(SAYS, 2))) as (server, url, thread),
        httpx.Client(base_url=url, trust_env=False, timeout=30) as web,
        web.stream("POST", "/api/ask/stream", json={"question": CLUB}) as told,
    ):
        read = told.iter_lines()
        assert next(line for line in read if line == "event: evidence")
        server.should_exit = True
        with pytest.raises(httpx.RemoteProtocolError):
            list(read)
        thread.join(5)
        assert not thread.is_alive()
