"""What a server with OpenAI's interface tells of itself and of a model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import httpx

AWAY = (502, 503, 504)
"""What a proxy answers in the place of a server that is away, and llama-server while it loads."""
Engine = Literal["llamacpp", "vllm", ""]

_CONTEXT_FIELDS = (
    "max_model_len",
    "loaded_context_length",
    "context_length",
    "context_window",
    "n_ctx",
    "max_context_length",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerProperties:
    """The `engine` that runs the model, empty if unknown; the tokens of its `context`, and its `slots`, the
    requests that it works on at once. The two are None if the server tells none.
    """

    engine: Engine = ""
    context: int | None = None
    slots: int | None = None


def ask_properties(client: httpx.Client, url: str, model: str) -> ServerProperties | None:
    """The properties of the server at `url`, as it tells them at `/v1/models` and llama.cpp's `/props`; None
    if it is away. A page that it does not have tells nothing.
    """
    base = url.rstrip("/")
    models = _page(client, f"{base}/models")
    if models is None:
        return None
    entry = _entry(models, model)
    owner = entry.get("owned_by")
    # vLLM has no such page, and others may take any address for one of theirs.
    props = {} if owner == "vllm" else _page(client, f"{base.removesuffix('/v1')}/props") or {}
    slots = props.get("total_slots")
    llamacpp = owner == "llamacpp" or isinstance(slots, int)
    return ServerProperties(
        engine="llamacpp" if llamacpp else "vllm" if owner == "vllm" else "",
        context=told_context(models, model) or told_context(props, model),
        slots=slots if isinstance(slots, int) and slots > 0 else None,
    )


def _page(client: httpx.Client, address: str) -> Mapping[str, Any] | None:
    """The object at an address; empty without one, and None if the server is away."""
    try:
        response = client.get(address)
        if response.status_code in AWAY:
            return None
        reply = response.raise_for_status().json()
    except httpx.TransportError:
        return None
    except (httpx.HTTPError, httpx.InvalidURL, ValueError):
        return {}  # many servers have only one of the two, or none
    return reply if isinstance(reply, dict) else {}


def _entry(models: Mapping[str, Any], model: str) -> Mapping[str, Any]:
    """What a list of models has of one, or of its first one."""
    listed = models.get("data")
    entries = [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
    entries.sort(key=lambda one: one.get("id") != model)
    return entries[0] if entries else {}


def told_context(reply: Mapping[str, Any], model: str) -> int | None:
    """The tokens of context that a reply tells of the model, as vLLM, LM Studio, OpenRouter, Groq and
    llama.cpp say it.
    """
    settings = reply.get("default_generation_settings")
    places = (_entry(reply, model), reply, settings if isinstance(settings, dict) else {})
    return next((size for place in places for size in _sizes(place)), None)


def _sizes(entry: Mapping[str, Any]) -> Iterator[int]:
    meta = entry.get("meta")
    for fields in (entry, meta if isinstance(meta, dict) else {}):
        for name in _CONTEXT_FIELDS:
            if isinstance(size := fields.get(name), int) and size > 0:
                yield size
