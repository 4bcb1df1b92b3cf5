"""The server's log on standard error, as text or as JSON lines, each with the id of its request.

It never contains questions, texts of articles, or keys.
"""

from __future__ import annotations

import json
import logging
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Literal

request_id: ContextVar[str] = ContextVar("request_id", default="")
"""The id of the current request; empty outside of requests."""


def configure(form: Literal["text", "json"]) -> None:
    """Starts logging: information from Quoth, only warnings from its libraries."""
    handler = logging.StreamHandler()
    handler.setFormatter(_Json() if form == "json" else _Text())
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    logging.getLogger("qa").setLevel(logging.INFO)
    logging.captureWarnings(True)


class _Text(logging.Formatter):
    """Text lines; those above INFO begin with their level."""

    def format(self, record: logging.LogRecord) -> str:
        line = super().format(record)
        if record.levelno > logging.INFO:
            line = f"{record.levelname.lower()}: {line}"
        return f"{line}  [{id_}]" if (id_ := request_id.get()) else line


class _Json(logging.Formatter):
    """One JSON object a line. The `extra={"fields": {...}}` of a record become its members."""

    def format(self, record: logging.LogRecord) -> str:
        entry = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            "request_id": request_id.get() or None,
            **getattr(record, "fields", {}),
            "exception": self.formatException(record.exc_info) if record.exc_info else None,
        }
        return json.dumps({name: value for name, value in entry.items() if value is not None}, default=str)
