"""The plots of confidence: what declining more would give, and what a confidence is worth."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import PercentFormatter
from scipy import stats

from qa.evaluation.calibration import curve
from qa.evaluation.report.figures import FEWEST, Plot, colour, svg
from qa.evaluation.results import CurvePoint, EvalRun, Row

BINS = 8
# Below so many answers, the share of wrong ones jumps about.
FEWEST_ANSWERS = 5


def risk(run: EvalRun) -> Plot | None:
    """The share of wrong answers, by how many questions are answered (El-Yaniv & Wiener 2010)."""
    lines = _curves(run)
    lines = [line for line in lines if len(line[1]) >= FEWEST]
    if not lines:
        return None

    def draw(axes: Axes) -> None:
        for name, points, style in lines:
            axes.plot([p.coverage for p in points], [p.risk for p in points], label=name, **style)
        axes.set(xlim=(0, 1.02), ylim=(0, None), xlabel="questions answered", ylabel="of these wrong")
        axes.xaxis.set_major_formatter(PercentFormatter(1, decimals=0))
        axes.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
        axes.legend()

    name, points, _ = max(lines, key=lambda line: len(line[1]))
    middle = min(points, key=lambda p: abs(p.coverage - points[0].coverage / 2))
    said = (
        f"{name}: answering {points[0].coverage:.0%}, {points[0].risk:.0%} are wrong; "
        f"answering the surest {middle.coverage:.0%}, {middle.risk:.0%} are"
    )
    return Plot(
        title="What declining more would give",
        caption="Going left, the answers with the least confidence are declined. A confidence that is worth "
        "something makes the curve fall to the left.",
        drawing=svg("risk", said, draw),
    )


def _curves(run: EvalRun) -> list[tuple[str, Sequence[CurvePoint], dict[str, Any]]]:
    """The lines with their names and looks: of a calibration those it fitted on, else those of all
    questions and of either half.
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
        lines = [(name, curve(part, _gate(rows)), part) for name, part in parts.items()]
    looks = [
        {"color": colour(own), "linewidth": width}
        for own, width in (("first", 2), ("second", 1.2), ("third", 1.2))
    ]
    return [
        (name, [point for point in points if point.coverage * len(rows) >= FEWEST_ANSWERS], look)
        for (name, points, rows), look in zip(lines, looks, strict=False)
    ]


def reliability(run: EvalRun) -> Plot | None:
    """How often answers of a confidence are right, in bins of equally many answers (after Nguyen &
    O'Connor 2015), with Wilson's interval (1927).
    """
    gate = _gate(run.rows)
    had = sorted(
        (row.confidences[gate], row.outcome == "right")
        for row in run.rows
        if row.answered and row.outcome in ("right", "wrong") and gate in row.confidences
    )
    if len(had) < FEWEST:
        return None
    bins = np.array_split(np.array(had, dtype=np.float64), min(BINS, len(had) // FEWEST_ANSWERS))
    means = [part[:, 0].mean() for part in bins]
    shares = [part[:, 1].mean() for part in bins]
    bounds = [
        stats.binomtest(int(part[:, 1].sum()), len(part)).proportion_ci(method="wilson") for part in bins
    ]

    def draw(axes: Axes) -> None:
        axes.plot([0, 1], [0, 1], color=colour("soft"), linewidth=1, linestyle=(0, (4, 4)))
        axes.vlines(
            means, [b.low for b in bounds], [b.high for b in bounds], color=colour("first"), linewidth=1.2
        )
        axes.plot(means, shares, "o-", color=colour("first"), markersize=6)
        axes.set(xlim=(0, 1.02), ylim=(0, 1.02), xlabel=f"confidence of the gate “{gate}”", ylabel="right")
        axes.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))

    said = "; ".join(
        f"confidence {mean:.2f}: {share:.0%} right" for mean, share in zip(means, shares, strict=True)
    )
    return Plot(
        title="What the confidence is worth",
        caption=f"Each point stands for {len(bins[0])} answers or so, with its 95 % interval. On the broken "
        "line, the confidence would be the chance of being right.",
        drawing=svg("reliability", said, draw),
    )


def _gate(rows: Sequence[Row]) -> str:
    """The gate that saw most, of those that have a confidence; empty where none has."""
    return next((gate for gate in ("answer", "search") if any(gate in row.confidences for row in rows)), "")
