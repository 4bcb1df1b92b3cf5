"""Bootstrap intervals and significance tests, on scores with known results."""

from __future__ import annotations

import numpy as np
import pytest

from qa.evaluation.bootstrap import bootstrap_interval, p_value, paired_interval
from qa.evaluation.metrics.metric import mean, percentile


def test_an_interval_is_close_to_the_normal_one_and_reproducible() -> None:
    scores = np.array([1.0] * 60 + [0.0] * 40)
    low, high = bootstrap_interval(scores, mean)
    # 0.6 ± 1.96 · sqrt(0.6 · 0.4 / 100)
    assert low == pytest.approx(0.504, abs=0.02)
    assert high == pytest.approx(0.696, abs=0.02)
    assert bootstrap_interval(scores, mean) == (low, high)


def test_an_interval_contains_its_percentile() -> None:
    low, high = bootstrap_interval(np.arange(1.0, 101.0), percentile(50))
    assert low < 50.5 < high


def test_one_score_and_equal_scores_have_width_zero() -> None:
    assert bootstrap_interval(np.array([0.25]), mean) == (0.25, 0.25)
    assert bootstrap_interval(np.ones(9), mean) == (1, 1)
    assert paired_interval(np.array([0.0]), np.array([1.0]), mean) == (1, 1)
    assert p_value(np.array([0.0]), np.array([1.0]), mean) == 1


def test_mcnemar_is_the_binomial_test_of_changed_scores() -> None:
    # Five turned right, one wrong: 2 · (C(6,5) + C(6,6)) / 2^6 = 14 / 64
    before = np.array([0.0] * 5 + [1.0] + [1.0] * 20)
    after = np.array([1.0] * 5 + [0.0] + [1.0] * 20)
    assert p_value(before, after, mean) == pytest.approx(14 / 64)
    low, high = paired_interval(before, after, mean)
    assert low < 4 / 26 < high


def test_the_permutation_test_of_few_pairs_is_exact() -> None:
    # Of the 2^4 ways to swap, only all and none make a difference as large.
    before, after = np.array([0.1, 0.2, 0.3, 0.4]), np.array([0.3, 0.5, 0.7, 0.9])
    assert p_value(before, after, mean) == pytest.approx(2 / 16)


def test_equal_runs_do_not_differ() -> None:
    scores = np.array([0.2, 0.8, 1.0])
    assert paired_interval(scores, scores, mean) == (0, 0)
    assert p_value(scores, scores, mean) == 1
