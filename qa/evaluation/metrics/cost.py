"""What an answer costs: milliseconds since the question was asked, and tokens where the model tells them.

p50 and p95 are percentiles with linear interpolation (Hyndman & Fan 1996, type 7). How much memory
the process had at most is `Row.memory_mb`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from qa.evaluation.metrics.metric import Metric, percentile
from qa.evaluation.results import Row

Cost = Literal["evidence_ms", "first_token_ms", "total_ms", "prompt_tokens", "answer_tokens"]


def _of(name: Cost) -> Callable[[Row], float | None]:
    return lambda row: None if (cost := getattr(row, name)) is None else float(cost)


def _time(name: Cost, about: str, share: int) -> Metric:
    return Metric(
        name=f"{name}_p{share}",
        key=name,
        about=f"{about}, {'half' if share == 50 else f'{share} %'} are faster",
        score=_of(name),
        summary=percentile(share),
        unit="ms",
        lower_is_better=True,
    )


def _tokens(name: Cost, about: str) -> Metric:
    return Metric(name=name, about=about, score=_of(name), unit="tokens", lower_is_better=True)


EVIDENCE = tuple(_time("evidence_ms", "until the evidence is shown", share) for share in (50, 95))
METRICS = (
    *EVIDENCE,
    *(_time("first_token_ms", "until the first word", share) for share in (50, 95)),
    *(_time("total_ms", "until the checked answer", share) for share in (50, 95)),
    _tokens("prompt_tokens", "tokens read by the model"),
    _tokens("answer_tokens", "tokens written by the model"),
)
