"""The size of a remote model's context, as its server tells it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import httpx

TIMEOUT_SECONDS = 5
_FIELDS = (
    "max_model_len",
    "loaded_context_length",
    "context_length",
    "context_window",
    "n_ctx",
    "max_context_length",
)


def asked_context(url: str, model: str, key: str | None) -> int | None:
    """The tokens of context that the server with OpenAI's interface at `url` tells of the model, at
    `/v1/models` or at llama.cpp's `/props`; None if it tells none.
    """
    headers = {"authorization": f"Bearer {key}"} if key else {}
    base = url.rstrip("/")
    with httpx.Client(headers=headers, timeout=TIMEOUT_SECONDS) as client:
        for address in (f"{base}/models", f"{base.removesuffix('/v1')}/props"):
            try:
                reply = client.get(address).raise_for_status().json()
            except (httpx.HTTPError, httpx.InvalidURL, ValueError):
                continue  # many servers have only one of the two, or none
            if isinstance(reply, dict) and (context := told_context(reply, model)):
                return context
    return None


def told_context(reply: Mapping[str, Any], model: str) -> int | None:
    """The tokens of context that a reply tells of the model, as vLLM, LM Studio, OpenRouter, Groq and
    llama.cpp say it.
    """
    listed = reply.get("data")
    entries = [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
    entries.sort(key=lambda one: one.get("id") != model)
    settings = reply.get("default_generation_settings")
    found = (
        size
        for entry in (*entries[:1], reply, settings if isinstance(settings, dict) else {})
        for size in _sizes(entry)
    )
    return next(found, None)


def _sizes(entry: Mapping[str, Any]) -> Iterator[int]:
    meta = entry.get("meta")
    for fields in (entry, meta if isinstance(meta, dict) else {}):
        for name in _FIELDS:
            if isinstance(size := fields.get(name), int) and size > 0:
                yield size
