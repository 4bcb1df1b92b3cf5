"""Cost metrics: milliseconds since the question was asked, and tokens if the model reports them.

p50 and p95 are percentiles with linear interpolation (Hyndman & Fan 1996, type 7). Peak memory is
`Row.memory_mb`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from qa.evaluation.metrics.metric import Metric, percentile
from qa.evaluation.results import Row

Cost = Literal["evidence_ms", "first_token_ms", "total_ms", "prompt_tokens", "answer_tokens"]


def _score_of(name: Cost) -> Callable[[Row], float | None]:
    return lambda row: None if (cost := getattr(row, name)) is None else float(cost)


def _time(name: Cost, about: str, share: int) -> Metric:
    return Metric(
        name=f"{name}_p{share}",
        key=name,
        about=f"{about}, {'median' if share == 50 else f'{share}th percentile'}",
        score=_score_of(name),
        summary=percentile(share),
        unit="ms",
        lower_is_better=True,
    )


def _tokens(name: Cost, about: str) -> Metric:
    return Metric(name=name, about=about, score=_score_of(name), unit="tokens", lower_is_better=True)


EVIDENCE = tuple(_time("evidence_ms", "time to evidence", share) for share in (50, 95))
METRICS = (
    *EVIDENCE,
    *(_time("first_token_ms", "time to first token", share) for share in (50, 95)),
    *(_time("total_ms", "time to verified answer", share) for share in (50, 95)),
    _tokens("prompt_tokens", "tokens read by the model"),
    _tokens("answer_tokens", "tokens written by the model"),
)
