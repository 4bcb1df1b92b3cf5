"""OpenTelemetry traces. Nothing is recorded or sent unless the OTEL_ variables ask for it."""

from __future__ import annotations

import os
from contextlib import AbstractContextManager
from importlib.metadata import version

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.trace import Span, SpanKind

from qa.errors import SettingsInvalid

tracer = trace.get_tracer("quoth", version("quoth"))
"""Its spans cost nothing until `start` configures an exporter."""


def traced(
    name: str, *, after: Context | None = None, kind: SpanKind = SpanKind.INTERNAL
) -> AbstractContextManager[Span]:
    """A span of that name for the block, a child of `after`, the context of another process. It does not
    record exceptions, whose messages may contain the question.
    """
    return tracer.start_as_current_span(
        name, after, kind, record_exception=False, set_status_on_exception=False
    )


_ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")


def start() -> None:
    """Starts exporting traces by OTLP over HTTP as the variables say, or to standard error for `console`.

    Raises SettingsInvalid if the exporter is unknown or not installed.
    """
    wanted = os.environ.get("OTEL_TRACES_EXPORTER") or (
        "otlp" if any(map(os.environ.get, _ENDPOINTS)) else "none"
    )
    if wanted == "none" or os.environ.get("OTEL_SDK_DISABLED", "").lower() == "true":
        return
    if wanted not in ("otlp", "console"):
        raise SettingsInvalid(f"OTEL_TRACES_EXPORTER cannot be '{wanted}'; set otlp, console or none")
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor, ConsoleSpanExporter
    except ImportError as error:
        raise SettingsInvalid(
            f"the OTEL_ variables ask for traces, which need `pip install 'quoth[otel]'` ({error})"
        ) from None
    import sys

    os.environ.setdefault("OTEL_SERVICE_NAME", "quoth")
    provider = TracerProvider()  # exports the remaining spans when the process ends
    exporter = OTLPSpanExporter() if wanted == "otlp" else ConsoleSpanExporter(out=sys.stderr)
    provider.add_span_processor(BatchSpanProcessor(exporter))
    trace.set_tracer_provider(provider)
