"""The metric type: a score for each eligible question, and a summary of the scores."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from qa.evaluation.results import Row

Scores: TypeAlias = NDArray[np.float64]
# Works over the last axis, so that the bootstrap computes many resamples at once.
Summary: TypeAlias = Callable[[Scores], Any]


def mean(scores: Scores) -> Any:
    """Returns the mean over the last axis."""
    return scores.mean(axis=-1)


def percentile(share: int) -> Summary:
    """Returns a function that computes the percentile over the last axis."""
    return lambda scores: np.percentile(scores, share, axis=-1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """A metric. `score` returns None if a question is not eligible, which is different from 0.

    `key` names the score in `Row.scores`, which several metrics may summarise; by default it is `name`.
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
