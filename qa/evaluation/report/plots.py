"""The plots of a run. One whose data are not there is left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, NullLocator, PercentFormatter

from qa.evaluation.report.confidence import reliability, risk
from qa.evaluation.report.figures import FEWEST, Plot, colour, svg
from qa.evaluation.results import EvalRun, Outcome, Row
from qa.evaluation.scoring import grouped

RANKS = (1, 3, 5, 10)
# From good to bad, so that what is good lies on one side.
STACKED: tuple[Outcome, ...] = (
    "right",
    "rightly declined",
    "unjudged",
    "wrongly declined",
    "wrong",
    "error",
)
MOST_PARTS = 12
NAME_CHARACTERS = 24
TIMES = (
    ("evidence_ms", "evidence", "first"),
    ("first_token_ms", "first word", "second"),
    ("total_ms", "whole", "third"),
)


def plots(run: EvalRun) -> list[Plot]:
    """Those whose data the run has."""
    drawn = [outcomes(run), risk(run), reliability(run), recall(run), times(run)]
    return [plot for plot in drawn if plot]


def outcomes(run: EvalRun) -> Plot | None:
    """What became of the questions, by kind."""
    judged = [row for row in run.rows if row.outcome != "unjudged"]
    if not judged:
        return None
    parts = _parts(run.rows)

    def draw(axes: Axes) -> None:
        left = np.zeros(len(parts))
        places = range(len(parts))
        for outcome in STACKED:
            counts = [Counter(row.outcome for row in rows)[outcome] for rows in parts.values()]
            shares = np.array([count / len(rows) for count, rows in zip(counts, parts.values(), strict=True)])
            if shares.any():
                axes.barh(
                    places,
                    shares,
                    left=left,
                    height=0.62,
                    color=colour(outcome.replace(" ", "-")),
                    label=outcome,
                )
            left += shares
        # At places and not by name: two names may be the same where they are cut.
        axes.set_yticks(places, [f"{_short(name)} ({len(rows)})" for name, rows in parts.items()])
        axes.invert_yaxis()
        axes.grid(visible=False)
        axes.spines[["left", "bottom"]].set_visible(False)
        axes.set_xlim(0, 1)
        axes.xaxis.set_major_formatter(PercentFormatter(1, decimals=0))
        axes.legend(loc="lower center", bbox_to_anchor=(0.3, 1), ncols=3, columnspacing=1)

    said = "; ".join(
        f"{name}: "
        + ", ".join(f"{count} {outcome}" for outcome, count in Counter(r.outcome for r in rows).items())
        for name, rows in parts.items()
    )
    return Plot(
        title="What became of the questions",
        caption="By kind of question, with how many there are.",
        drawing=svg("outcomes", said, draw, height=max(200, 90 + 26 * len(parts))),
    )


def _parts(rows: Sequence[Row]) -> dict[str, list[Row]]:
    """All rows, and those of each kind; without kinds, those that can be answered and those that cannot."""
    parts = {name: part for name, part in grouped(rows).items() if not name.startswith("half ")}
    if not parts:
        parts = {
            "answerable": [row for row in rows if row.question.answerable],
            "unanswerable": [row for row in rows if not row.question.answerable],
        }
    largest = sorted(parts, key=lambda name: -len(parts[name]))[:MOST_PARTS]
    return {"all": list(rows)} | {
        name.removeprefix("kind "): part for name, part in parts.items() if part and name in largest
    }


def _short(name: str) -> str:
    flat = " ".join(name.split())
    return flat if len(flat) <= NAME_CHARACTERS else f"{flat[: NAME_CHARACTERS - 1]}…"


def recall(run: EvalRun) -> Plot | None:
    """How far down the list the gold articles are."""
    lines = {
        "all gold articles (recall)": ("recall", "first"),
        "any of them (found)": ("found", "second"),
    }
    had = {
        name: [(k, run.metrics[f"{metric}@{k}"]) for k in RANKS if f"{metric}@{k}" in run.metrics]
        for name, (metric, _) in lines.items()
    }
    if not any(had.values()):
        return None

    def draw(axes: Axes) -> None:
        for name, points in had.items():
            if points:
                own, ks = colour(lines[name][1]), [k for k, _ in points]
                low, high = [e.low for _, e in points], [e.high for _, e in points]
                axes.fill_between(ks, low, high, color=own, alpha=0.15, linewidth=0)
                axes.plot(ks, [e.value for _, e in points], "o-", color=own, label=name, markersize=5)
        axes.set(xlabel="articles looked at", xticks=RANKS)
        axes.set_ylim(top=1.005)
        axes.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
        axes.legend(loc="lower right")

    said = "; ".join(
        f"{name}: " + ", ".join(f"{estimate.value:.0%} of the first {k}" for k, estimate in points)
        for name, points in had.items()
        if points
    )
    return Plot(
        title="What search finds",
        caption="Gold articles among the first that were found, with 95 % intervals.",
        drawing=svg("recall", said, draw),
    )


def times(run: EvalRun) -> Plot | None:
    """The share of questions that were done within a time."""
    had = {
        name: (np.sort([value for row in run.rows if (value := getattr(row, field)) is not None]), own)
        for field, name, own in TIMES
    }
    had = {name: (values, own) for name, (values, own) in had.items() if values.size >= FEWEST}
    if not had:
        return None

    def draw(axes: Axes) -> None:
        for name, (values, own) in had.items():
            axes.ecdf(values / 1000, color=colour(own), label=name)
        axes.set(xscale="log", ylim=(0, 1.005), xlabel="seconds since asking", ylabel="questions done")
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        axes.xaxis.set_minor_locator(NullLocator())
        axes.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
        axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1), ncols=3)

    said = "; ".join(
        f"{name}: half within {np.percentile(values, 50) / 1000:.2f} seconds, 95 % within "
        f"{np.percentile(values, 95) / 1000:.2f}"
        for name, (values, _) in had.items()
    )
    return Plot(
        title="How long it takes",
        caption="The share of questions that had their evidence, first word and whole answer by then.",
        drawing=svg("times", said, draw),
    )
