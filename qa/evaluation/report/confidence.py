"""Plots of confidence: the risk-coverage curve and the reliability diagram."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import PercentFormatter
from scipy import stats

from qa.evaluation.calibration import risk_coverage_curve
from qa.evaluation.report.figures import MIN_POINTS, Plot, css_color, svg
from qa.evaluation.results import CurvePoint, EvalRun, Row

BINS = 8
# With fewer answers, the share of wrong ones is too noisy.
MIN_ANSWERS = 5


def risk_coverage(run: EvalRun) -> Plot | None:
    """Plots the share of wrong answers by the share of questions answered (El-Yaniv & Wiener 2010)."""
    lines = _curves(run)
    lines = [line for line in lines if len(line[1]) >= MIN_POINTS]
    if not lines:
        return None

    def draw(axes: Axes) -> None:
        for name, points, style in lines:
            axes.plot([p.coverage for p in points], [p.risk for p in points], label=name, **style)
        axes.set(xlim=(0, 1.02), ylim=(0, None), xlabel="questions answered", ylabel="wrong answers")
        axes.xaxis.set_major_formatter(PercentFormatter(1, decimals=0))
        axes.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
        axes.legend()

    name, points, _ = max(lines, key=lambda line: len(line[1]))
    middle = min(points, key=lambda p: abs(p.coverage - points[0].coverage / 2))
    description = (
        f"{name}: answering {points[0].coverage:.0%} of the questions, {points[0].risk:.0%} of the answers "
        f"are wrong; answering the most confident {middle.coverage:.0%}, {middle.risk:.0%} are"
    )
    return Plot(
        title="Risk and coverage",
        caption="From right to left, the answers with the lowest confidence are declined. If the confidence "
        "is informative, the curve falls to the left.",
        drawing=svg("risk", description, draw),
    )


def _curves(run: EvalRun) -> list[tuple[str, Sequence[CurvePoint], dict[str, Any]]]:
    """Returns curves with names and line styles: of a calibration those of the fitted half, otherwise those
    of all questions and of each half.
    """
    if run.calibration:
        fitted = [row for row in run.rows if row.half == "a"]
        lines = [
            (f"gate “{gate}”, half a", points, fitted) for gate, points in run.calibration.curves.items()
        ]
    else:
        rows = [row for row in run.rows if row.outcome not in ("unjudged", "error")]
        halves = {f"half {half}": [row for row in rows if row.half == half] for half in "ab"}
        parts = {"all": rows} | halves if _gate(rows) else {}
        lines = [(name, risk_coverage_curve(part, _gate(rows)), part) for name, part in parts.items()]
    styles = [
        {"color": css_color(color), "linewidth": width}
        for color, width in (("first", 2), ("second", 1.2), ("third", 1.2))
    ]
    return [
        (name, [point for point in points if point.coverage * len(rows) >= MIN_ANSWERS], style)
        for (name, points, rows), style in zip(lines, styles, strict=False)
    ]


def reliability(run: EvalRun) -> Plot | None:
    """Plots accuracy against confidence, in bins with equally many answers (after Nguyen & O'Connor 2015),
    with Wilson's interval (1927).
    """
    gate = _gate(run.rows)
    pairs = sorted(
        (row.confidences[gate], row.outcome == "right")
        for row in run.rows
        if row.answered and row.outcome in ("right", "wrong") and gate in row.confidences
    )
    if len(pairs) < MIN_POINTS:
        return None
    bins = np.array_split(np.array(pairs, dtype=np.float64), min(BINS, len(pairs) // MIN_ANSWERS))
    means = [part[:, 0].mean() for part in bins]
    shares = [part[:, 1].mean() for part in bins]
    bounds = [
        stats.binomtest(int(part[:, 1].sum()), len(part)).proportion_ci(method="wilson") for part in bins
    ]

    def draw(axes: Axes) -> None:
        axes.plot([0, 1], [0, 1], color=css_color("soft"), linewidth=1, linestyle=(0, (4, 4)))
        axes.vlines(
            means, [b.low for b in bounds], [b.high for b in bounds], color=css_color("first"), linewidth=1.2
        )
        axes.plot(means, shares, "o-", color=css_color("first"), markersize=6)
        axes.set(xlim=(0, 1.02), ylim=(0, 1.02), xlabel=f"confidence of the gate “{gate}”", ylabel="right")
        axes.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))

    description = "; ".join(
        f"confidence {mean:.2f}: {share:.0%} right" for mean, share in zip(means, shares, strict=True)
    )
    return Plot(
        title="Reliability of the confidence",
        caption=f"Each point is a bin of about {len(bins[0])} answers, with its 95 % interval. On the dashed "
        "line, the confidence equals the probability of a right answer.",
        drawing=svg("reliability", description, draw),
    )


def _gate(rows: Sequence[Row]) -> str:
    """Returns the last gate that has confidences; empty if none has."""
    return next(
        (gate for gate in ("proof", "answer", "search") if any(gate in row.confidences for row in rows)), ""
    )
