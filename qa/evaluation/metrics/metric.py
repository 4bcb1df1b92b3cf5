"""What a metric is: a score for each eligible question, and one figure over the scores."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from qa.evaluation.results import Row

Scores: TypeAlias = NDArray[np.float64]
# Over the last axis, so that many resamples are summed up at once.
Summary: TypeAlias = Callable[[Scores], Any]


def mean(scores: Scores) -> Any:
    """The mean over the last axis."""
    return scores.mean(axis=-1)


def percentile(share: int) -> Summary:
    """The percentile over the last axis."""
    return lambda scores: np.percentile(scores, share, axis=-1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """One metric. `score` gives None where a question is not eligible: no score, not zero.

    `key` names the score in `Row.scores`, which several metrics may sum up in different ways.
    """

    name: str
    about: str
    score: Callable[[Row], float | None]
    summary: Summary = mean
    key: str = ""
    unit: Literal["share", "ms", "tokens"] = "share"
    lower_is_better: bool = False

    @property
    def score_key(self) -> str:
        return self.key or self.name
