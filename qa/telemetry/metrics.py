"""Counters and timers of one process for Prometheus. None of them contains questions or texts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from qa.schemas import Answer

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"
# In seconds: a search takes 0.1 s, an answer of the local model up to a minute.
_BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.2, 0.4, 0.8, 1.5, 3, 6, 12, 25, 50, 100)


class Metrics:
    """Metrics since the start of the process. `articles` returns the number of articles by collection."""

    def __init__(self, articles: Callable[[], Mapping[str, int]]) -> None:
        self._registry = registry = CollectorRegistry()
        self._requests = Counter(
            "quoth_http_requests",
            "Requests by route and status.",
            ("method", "route", "status"),
            registry=registry,
        )
        self._request_seconds = Histogram(
            "quoth_http_request_seconds",
            "Seconds until a request was completely answered.",
            ("route",),
            buckets=_BUCKETS,
            registry=registry,
        )
        self._answers = Counter(
            "quoth_answers",
            "Questions by result: answered or declined.",
            ("status",),
            registry=registry,
        )
        self._answer_seconds = Histogram(
            "quoth_answer_seconds",
            "Seconds since a question arrived, until the end of the search, the first token, and the answer.",
            ("stage",),
            buckets=_BUCKETS,
            registry=registry,
        )
        self._tokens = Counter(
            "quoth_tokens",
            "Tokens that the model read (prompt) and wrote (answer).",
            ("kind",),
            registry=registry,
        )
        self.in_progress = Gauge(
            "quoth_questions_in_progress",
            "Questions that are being answered or wait for the model.",
            registry=registry,
        )
        ProcessCollector(registry=registry)
        registry.register(_Articles(articles))

    def answered(self, answer: Answer) -> None:
        """Counts an answer with its times and tokens."""
        self._answers.labels(answer.status).inc()
        times = answer.timings
        for stage, milliseconds in (
            ("search", times.search_ms),
            ("first_token", times.first_token_ms),
            ("whole", times.total_ms),
        ):
            if milliseconds is not None:
                self._answer_seconds.labels(stage).observe(milliseconds / 1000)
        if answer.usage:
            self._tokens.labels("prompt").inc(answer.usage.prompt_tokens)
            self._tokens.labels("answer").inc(answer.usage.answer_tokens)

    def requested(self, method: str, route: str, status: int, seconds: float) -> None:
        """Counts an HTTP request."""
        self._requests.labels(method, route, str(status)).inc()
        self._request_seconds.labels(route).observe(seconds)

    def value(self, name: str, labels: Mapping[str, str] | None = None) -> float:
        """The value of a sample; 0 before it was first counted."""
        return self._registry.get_sample_value(name, dict(labels or {})) or 0

    def text(self) -> bytes:
        """All metrics, as MEDIA_TYPE."""
        return generate_latest(self._registry)


class _Articles(Collector):
    def __init__(self, articles: Callable[[], Mapping[str, int]]) -> None:
        self._articles = articles

    def describe(self) -> Iterable[GaugeMetricFamily]:
        # Articles are counted only when metrics are requested.
        return [self._family()]

    def collect(self) -> Iterable[GaugeMetricFamily]:
        family = self._family()
        for collection, count in self._articles().items():
            family.add_metric([collection], count)
        return [family]

    def _family(self) -> GaugeMetricFamily:
        return GaugeMetricFamily("quoth_articles", "Articles in each collection.", labels=["collection"])
