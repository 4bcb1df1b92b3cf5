"""How far a figure may be chance: intervals, and tests of a difference between two runs."""

from __future__ import annotations

import numpy as np
from scipy import stats

from qa.evaluation.metrics.metric import Scores, Summary

SEED = 20_240_101
RESAMPLES = 2_000
CONFIDENCE = 0.95


def interval(scores: Scores, summary: Summary) -> tuple[float, float]:
    """The 95 % percentile bootstrap interval (Efron 1979) of a summary of the scores; the same every
    time, because the resamples are.

    One score alone gives an interval without width, as equal scores do: read the count with it.
    """
    if scores.size < 2:
        return float(summary(scores)), float(summary(scores))
    found = stats.bootstrap(
        (scores,),
        lambda sample, axis: summary(np.moveaxis(sample, axis, -1)),
        vectorized=True,
        n_resamples=RESAMPLES,
        batch=200,
        confidence_level=CONFIDENCE,
        method="percentile",
        rng=np.random.default_rng(SEED),
    ).confidence_interval
    return float(found.low), float(found.high)


def paired_interval(before: Scores, after: Scores, summary: Summary) -> tuple[float, float]:
    """The same for the difference between two runs: questions are drawn, with both their scores."""
    if before.size < 2:
        difference = float(summary(after) - summary(before))
        return difference, difference
    found = stats.bootstrap(
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
    return float(found.low), float(found.high)


def p_value(before: Scores, after: Scores, summary: Summary) -> float:
    """The chance of a difference at least as large if each question's two scores could as well be
    swapped: McNemar's exact test (1947) where all scores are 0 or 1 and their mean is
    compared, else the paired permutation test (Fisher 1935).
    """
    if before.size < 2 or np.array_equal(before, after):
        return 1.0
    if set(np.unique([before, after])) <= {0.0, 1.0}:
        better, worse = int((after > before).sum()), int((after < before).sum())
        return float(stats.binomtest(better, better + worse, 0.5).pvalue)
    found = stats.permutation_test(
        (before, after),
        lambda old, new, axis: summary(np.moveaxis(new, axis, -1)) - summary(np.moveaxis(old, axis, -1)),
        permutation_type="samples",
        vectorized=True,
        n_resamples=RESAMPLES,
        batch=200,
        rng=np.random.default_rng(SEED),
    )
    return float(found.pvalue)
