"""What the server reports about each request: id, log, metrics, trace."""

from __future__ import annotations

import json
import shutil
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi.testclient import TestClient
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from prometheus_client.parser import text_string_to_metric_families
from starlette.types import Receive, Scope, Send

from qa.errors import ModelUnavailable, SettingsInvalid
from qa.telemetry import tracing
from qa.telemetry.metrics import Metrics
from qa.telemetry.tracing import start
from qa.web.middleware.instrumentation import InstrumentationMiddleware
from tests.conftest import MODELS
from tests.qa.web.responses import QUESTION
from tests.serving import Serving, serving

SECRET = "Wolpertinger"


class Collector(HTTPServer):
    """An OpenTelemetry collector, which stores the traces it receives."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _TraceHandler)
        self.bodies: list[bytes] = []

    def spans(self) -> dict[str, Any]:
        requests = [ExportTraceServiceRequest.FromString(body) for body in list(self.bodies)]
        return {
            span.name: span
            for request in requests
            for resource in request.resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        }


class _TraceHandler(BaseHTTPRequestHandler):
    server: Collector

    def do_POST(self) -> None:
        assert self.path == "/v1/traces"
        self.server.bodies.append(self.rfile.read(int(self.headers["content-length"])))
        self.send_response(200)
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Logs nothing."""


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


def log_lines(server: Serving) -> list[dict[str, Any]]:
    return [json.loads(line) for line in server.log.splitlines()]


def samples(web: httpx.Client) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    text = web.get("/metrics").text
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_request_id_is_in_response_problem_and_log(server: Serving, web: httpx.Client) -> None:
    answered = web.post("/api/ask", json={"question": QUESTION}, headers={"X-Request-ID": "abc-1"})
    assert answered.headers["x-request-id"] == "abc-1"
    refused = web.get(f"/api/articles/{SECRET}?collection=default&x={SECRET}")
    id_ = refused.headers["x-request-id"]
    assert len(id_) == 32 and refused.json()["request_id"] == id_
    forged = web.get("/healthz", headers={"X-Request-ID": 'a", "level": "x'})
    assert len(forged.headers["x-request-id"]) == 32
    lines = {line.get("request_id"): line for line in log_lines(server)}
    assert lines["abc-1"].items() >= {"method": "POST", "route": "/api/ask", "status": 200}.items()
    assert lines["abc-1"]["ms"] > 0 and lines["abc-1"]["level"] == "info"
    assert lines[id_].items() >= {"route": "/api/articles/{article_id}", "status": 404}.items()


def test_content_of_requests_is_not_logged(server: Serving, web: httpx.Client, collector: Collector) -> None:
    question = {"question": f"Who saw the {SECRET}?"}
    web.post("/api/ask", json=question, headers={"authorization": f"Bearer {SECRET}"})
    web.post("/api/ask/stream", json=question)
    web.post("/api/search", json={"query": SECRET, "k": "x"})
    web.get("/api/articles", params={"search": SECRET})
    web.get(f"/api/{SECRET}")
    time.sleep(0.5)
    assert SECRET not in server.log
    assert SECRET not in web.get("/metrics").text
    assert collector.bodies and not any(SECRET.encode() in body for body in collector.bodies)


def test_metrics_count_by_route_and_status(web: httpx.Client) -> None:
    before = samples(web)
    web.post("/api/ask", json={"question": QUESTION})
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


def test_a_trace_has_the_steps_of_an_answer(web: httpx.Client, collector: Collector) -> None:
    collector.bodies.clear()
    trace = "0af7651916cd43dd8448eb211c80319c"
    web.post(
        "/api/ask", json={"question": QUESTION}, headers={"traceparent": f"00-{trace}-b7ad6b7169203331-01"}
    )
    wanted = {"POST /api/ask", "search", "pick evidence", "write", "check"}
    deadline = time.monotonic() + 10
    while not wanted <= collector.spans().keys() and time.monotonic() < deadline:
        time.sleep(0.1)
    spans = collector.spans()
    assert wanted <= spans.keys()
    assert {spans[name].trace_id.hex() for name in wanted} == {trace}
    whole = spans["POST /api/ask"]
    assert {spans[name].parent_span_id for name in wanted - {"POST /api/ask"}} == {whole.span_id}


def test_error_messages_are_not_in_the_trace(monkeypatch: pytest.MonkeyPatch) -> None:
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setattr(tracing, "tracer", provider.get_tracer("test"))

    async def failing(scope: Scope, receive: Receive, send: Send) -> None:
        with tracing.traced("search"):
            raise ModelUnavailable(f"the model did not answer: {SECRET}")

    metrics = Metrics(dict)
    app = InstrumentationMiddleware(failing, metrics, is_window=lambda _: False, always_available=frozenset())
    with pytest.raises(ModelUnavailable):
        TestClient(app).get(f"/{SECRET}")
    assert [span.name for span in exporter.get_finished_spans()] == ["search", "GET other"]
    assert all(SECRET not in span.to_json() for span in exporter.get_finished_spans())
    labels = {"method": "GET", "route": "other", "status": "500"}
    assert metrics.value("quoth_http_requests_total", labels) == 1


def test_unsupported_trace_exporter_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_TRACES_EXPORTER", "zipkin")
    with pytest.raises(SettingsInvalid, match="zipkin"):
        start()
