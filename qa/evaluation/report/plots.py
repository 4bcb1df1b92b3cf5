"""The plots of a run. A plot without data is left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, NullLocator, PercentFormatter

from qa.evaluation.report.confidence import reliability, risk_coverage
from qa.evaluation.report.figures import MIN_POINTS, Plot, css_color, svg
from qa.evaluation.results import EvalRun, Outcome, Row
from qa.evaluation.scoring import group_rows

RANKS = (1, 3, 5, 10)
# From good to bad, so that good outcomes are on one side.
OUTCOME_ORDER: tuple[Outcome, ...] = (
    "right",
    "rightly declined",
    "unjudged",
    "wrongly declined",
    "wrong",
    "error",
)
MAX_GROUPS = 12
NAME_CHARACTERS = 24
TIMES = (
    ("evidence_ms", "evidence", "first"),
    ("first_token_ms", "first token", "second"),
    ("total_ms", "answer", "third"),
)


def plots(run: EvalRun) -> list[Plot]:
    """Returns the plots that the run has data for."""
    drawn = [outcomes(run), risk_coverage(run), reliability(run), recall(run), times(run)]
    return [plot for plot in drawn if plot]


def outcomes(run: EvalRun) -> Plot | None:
    """Plots the outcomes of the questions, by kind."""
    judged = [row for row in run.rows if row.outcome != "unjudged"]
    if not judged:
        return None
    groups = _outcome_groups(run.rows)

    def draw(axes: Axes) -> None:
        left = np.zeros(len(groups))
        positions = range(len(groups))
        for outcome in OUTCOME_ORDER:
            counts = [Counter(row.outcome for row in rows)[outcome] for rows in groups.values()]
            shares = np.array(
                [count / len(rows) for count, rows in zip(counts, groups.values(), strict=True)]
            )
            if shares.any():
                axes.barh(
                    positions,
                    shares,
                    left=left,
                    height=0.62,
                    color=css_color(outcome.replace(" ", "-")),
                    label=outcome,
                )
            left += shares
        # By position, not by name: two shortened names may be equal.
        axes.set_yticks(positions, [f"{_short(name)} ({len(rows)})" for name, rows in groups.items()])
        axes.invert_yaxis()
        axes.grid(visible=False)
        axes.spines[["left", "bottom"]].set_visible(False)
        axes.set_xlim(0, 1)
        axes.xaxis.set_major_formatter(PercentFormatter(1, decimals=0))
        axes.legend(loc="lower center", bbox_to_anchor=(0.3, 1), ncols=3, columnspacing=1)

    description = "; ".join(
        f"{name}: "
        + ", ".join(f"{count} {outcome}" for outcome, count in Counter(r.outcome for r in rows).items())
        for name, rows in groups.items()
    )
    return Plot(
        title="Outcomes",
        caption="By kind of question, with the number of questions.",
        drawing=svg("outcomes", description, draw, height=max(200, 90 + 26 * len(groups))),
    )


def _outcome_groups(rows: Sequence[Row]) -> dict[str, list[Row]]:
    """Returns all rows and those of each kind; without kinds, the answerable and the unanswerable ones."""
    groups = {name: group for name, group in group_rows(rows).items() if not name.startswith("half ")}
    if not groups:
        groups = {
            "answerable": [row for row in rows if row.question.answerable],
            "unanswerable": [row for row in rows if not row.question.answerable],
        }
    largest = sorted(groups, key=lambda name: -len(groups[name]))[:MAX_GROUPS]
    return {"all": list(rows)} | {
        name.removeprefix("kind "): group for name, group in groups.items() if group and name in largest
    }


def _short(name: str) -> str:
    flat = " ".join(name.split())
    return flat if len(flat) <= NAME_CHARACTERS else f"{flat[: NAME_CHARACTERS - 1]}…"


def recall(run: EvalRun) -> Plot | None:
    """Plots how many gold articles are among the first results."""
    lines = {
        "all gold articles (recall)": ("recall", "first"),
        "any gold article (found)": ("found", "second"),
    }
    data = {
        name: [(k, run.metrics[f"{metric}@{k}"]) for k in RANKS if f"{metric}@{k}" in run.metrics]
        for name, (metric, _) in lines.items()
    }
    if not any(data.values()):
        return None

    def draw(axes: Axes) -> None:
        for name, points in data.items():
            if points:
                color, ks = css_color(lines[name][1]), [k for k, _ in points]
                low, high = [e.low for _, e in points], [e.high for _, e in points]
                axes.fill_between(ks, low, high, color=color, alpha=0.15, linewidth=0)
                axes.plot(ks, [e.value for _, e in points], "o-", color=color, label=name, markersize=5)
        axes.set(xlabel="articles retrieved", xticks=RANKS)
        axes.set_ylim(top=1.005)
        axes.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
        axes.legend(loc="lower right")

    description = "; ".join(
        f"{name}: " + ", ".join(f"{estimate.value:.0%} of the first {k}" for k, estimate in points)
        for name, points in data.items()
        if points
    )
    return Plot(
        title="Retrieval",
        caption="Gold articles among the first results, with 95 % intervals.",
        drawing=svg("recall", description, draw),
    )


def times(run: EvalRun) -> Plot | None:
    """Plots the cumulative distribution of the response times."""
    data = {
        name: (np.sort([value for row in run.rows if (value := getattr(row, field)) is not None]), color)
        for field, name, color in TIMES
    }
    data = {name: (values, color) for name, (values, color) in data.items() if values.size >= MIN_POINTS}
    if not data:
        return None

    def draw(axes: Axes) -> None:
        for name, (values, color) in data.items():
            axes.ecdf(values / 1000, color=css_color(color), label=name)
        axes.set(xscale="log", ylim=(0, 1.005), xlabel="seconds since the question", ylabel="questions")
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        axes.xaxis.set_minor_locator(NullLocator())
        axes.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
        axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1), ncols=3)

    description = "; ".join(
        f"{name}: median {np.percentile(values, 50) / 1000:.2f} seconds, 95 % within "
        f"{np.percentile(values, 95) / 1000:.2f}"
        for name, (values, _) in data.items()
    )
    return Plot(
        title="Response time",
        caption="The share of questions whose evidence, first token and answer were there by then.",
        drawing=svg("times", description, draw),
    )
