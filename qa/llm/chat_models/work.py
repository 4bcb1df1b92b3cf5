"""How much a local model has read and written, as llama.cpp counts it."""

from __future__ import annotations

from typing import NamedTuple


class ModelWork(NamedTuple):
    """What a model has read and written: tokens, and the seconds they took. What a saved state spares it does
    not count.
    """

    read: float = 0
    read_seconds: float = 0
    written: float = 0
    written_seconds: float = 0

    def since(self, earlier: ModelWork) -> ModelWork:
        """The difference to an earlier count."""
        return ModelWork(*(now - then for now, then in zip(self, earlier, strict=True)))


# The names under which llama.cpp counts them.
_COUNTERS = (
    "llamacpp:prompt_tokens_total",
    "llamacpp:prompt_seconds_total",
    "llamacpp:tokens_predicted_total",
    "llamacpp:tokens_predicted_seconds_total",
)


def counted(metrics: str) -> ModelWork:
    """The work in llama.cpp's metrics, which are in Prometheus's format."""
    lines = metrics.splitlines()
    counts = dict(line.split(" ", 1) for line in lines if not line.startswith("#"))
    return ModelWork(*(float(counts[name]) for name in _COUNTERS))
