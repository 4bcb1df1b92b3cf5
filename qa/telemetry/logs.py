"""What happens in a server, on standard error: for people, or as JSON lines; each with its request's id.

What people ask, what articles say, and keys are never told.
"""

from __future__ import annotations

import json
import logging
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Literal

request_id: ContextVar[str] = ContextVar("request_id", default="")
"""The id of the request that is being answered; empty outside of one."""


def configure(form: Literal["text", "json"]) -> None:
    """Has this process tell what it does, its libraries only what is wrong."""
    handler = logging.StreamHandler()
    handler.setFormatter(_Json() if form == "json" else _Text())
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    logging.getLogger("qa").setLevel(logging.INFO)
    logging.captureWarnings(True)


class _Text(logging.Formatter):
    """What is usual is told as it is; anything else begins with its level."""

    def format(self, record: logging.LogRecord) -> str:
        told = super().format(record)
        if record.levelno > logging.INFO:
            told = f"{record.levelname.lower()}: {told}"
        return f"{told}  [{id_}]" if (id_ := request_id.get()) else told


class _Json(logging.Formatter):
    """One object a line. `extra={"fields": {...}}` of a record become members of their own."""

    def format(self, record: logging.LogRecord) -> str:
        told = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            "request_id": request_id.get() or None,
            **getattr(record, "fields", {}),
            "exception": self.formatException(record.exc_info) if record.exc_info else None,
        }
        return json.dumps({name: value for name, value in told.items() if value is not None}, default=str)
