"""Bootstrap confidence intervals, and significance tests of the difference between two runs."""

from __future__ import annotations

import numpy as np
from scipy import stats

from qa.evaluation.metrics.metric import Scores, Summary

SEED = 20_240_101
RESAMPLES = 2_000
CONFIDENCE = 0.95


def bootstrap_interval(scores: Scores, summary: Summary) -> tuple[float, float]:
    """Returns the 95 % percentile bootstrap interval (Efron 1979) of `summary(scores)`. A fixed seed makes
    it reproducible.

    A single score gives an interval of width zero, as equal scores do: read it together with the count.
    """
    if scores.size < 2:
        return float(summary(scores)), float(summary(scores))
    result = stats.bootstrap(
        (scores,),
        lambda sample, axis: summary(np.moveaxis(sample, axis, -1)),
        vectorized=True,
        n_resamples=RESAMPLES,
        batch=200,
        confidence_level=CONFIDENCE,
        method="percentile",
        rng=np.random.default_rng(SEED),
    ).confidence_interval
    return float(result.low), float(result.high)


def paired_interval(before: Scores, after: Scores, summary: Summary) -> tuple[float, float]:
    """Returns the same interval for the difference `after - before`, with paired resampling."""
    if before.size < 2:
        difference = float(summary(after) - summary(before))
        return difference, difference
    result = stats.bootstrap(
        (before, after),
        lambda old, new, axis: summary(np.moveaxis(new, axis, -1)) - summary(np.moveaxis(old, axis, -1)),
        paired=True,
        vectorized=True,
        n_resamples=RESAMPLES,
        batch=200,
        confidence_level=CONFIDENCE,
        method="percentile",
        rng=np.random.default_rng(SEED),
    ).confidence_interval
    return float(result.low), float(result.high)


def p_value(before: Scores, after: Scores, summary: Summary) -> float:
    """Returns the two-sided p-value of the difference between paired scores: McNemar's exact test (1947) for
    scores of 0 and 1, otherwise the paired permutation test (Fisher 1935).
    """
    if before.size < 2 or np.array_equal(before, after):
        return 1.0
    if set(np.unique([before, after])) <= {0.0, 1.0}:
        better, worse = int((after > before).sum()), int((after < before).sum())
        return float(stats.binomtest(better, better + worse, 0.5).pvalue)
    result = stats.permutation_test(
        (before, after),
        lambda old, new, axis: summary(np.moveaxis(new, axis, -1)) - summary(np.moveaxis(old, axis, -1)),
        permutation_type="samples",
        vectorized=True,
        n_resamples=RESAMPLES,
        batch=200,
        rng=np.random.default_rng(SEED),
    )
    return float(result.pvalue)
