"""Prints the metrics of an evaluation run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from rich.table import Table
from rich.text import Text

from qa.cli import console
from qa.evaluation.metrics.metric import Metric
from qa.evaluation.results import Calibration, Estimate, EvalRun, MetricChange
from qa.evaluation.scoring import FAMILIES, METRICS

# Characters per line if the output is not a terminal; wide enough for all columns.
WIDTH = 130
MAX_CHANGED = 20
# The metrics that the table of question groups shows.
GROUP_METRICS = "recall@5 found@5 mrr accuracy wrongly_declined declining_recall quotes_exact proven".split()
CALIBRATION_METRICS = (
    "accuracy accuracy_of_answered wrongly_declined declining_recall declining_f1 proven".split()
)
CURVE_POINTS = 12


def show_run(run: EvalRun) -> None:
    """Prints all tables and a summary."""
    screen = console.PlainConsole()
    if not screen.is_terminal:
        screen.width = WIDTH
    for table in _tables(run):
        screen.print(table)
        screen.print()
    screen.show(_summary(run))


def _tables(run: EvalRun) -> Iterator[Table]:
    yield _metrics(run)
    if len(run.groups) > 2:
        yield _groups(run)
    if run.comparison and run.comparison.turned:
        yield _outcome_changes(run)
    if run.calibration:
        yield _thresholds(run.calibration)
        yield from (_curve(run.calibration, gate) for gate in run.calibration.curves)


def _table(*columns: str, title: str = "", texts: int = 1) -> Table:
    """A table whose first `texts` columns are text, and the others numbers."""
    table = Table(box=None, pad_edge=False, title=title or None, title_justify="left", title_style="bold")
    for at, column in enumerate(columns):
        table.add_column(column, justify="left" if at < texts else "right", no_wrap=at >= texts)
    return table


def _metrics(run: EvalRun) -> Table:
    changes = run.comparison.changes if run.comparison else {}
    baseline = ["baseline", "difference", "p"] if changes else []
    table = _table("metric", "", "value", "95 %", "n", "half a", "half b", *baseline, texts=2)
    for family, metrics in FAMILIES.items():
        measured = [metric for metric in metrics if metric.name in run.metrics]
        if measured:
            table.add_row(Text(family, "bold"))
        for metric in measured:
            found = run.metrics[metric.name]
            halves = [run.groups[f"half {half}"].get(metric.name) for half in "ab"]
            table.add_row(
                f"  {metric.name}",
                Text(metric.about, "dim"),
                Text(_number(found.value, metric), "bold"),
                f"{_number(found.low, metric)}–{_number(found.high, metric)}",
                str(found.count),
                *(_value(half, metric) for half in halves),
                *(_change(changes.get(metric.name), metric) if changes else []),
            )
    return table


def _number(value: float, metric: Metric) -> str:
    return f"{value:.3f}" if metric.unit == "share" else f"{value:,.0f}"


def _value(found: Estimate | None, metric: Metric) -> str:
    return _number(found.value, metric) if found else "–"


def _change(change: MetricChange | None, metric: Metric) -> list[str]:
    if change is None:
        return ["–", "–", "–"]
    difference = change.after - change.before
    sign = "+" if difference > 0 else ""
    return [_number(change.before, metric), f"{sign}{_number(difference, metric)}", f"{change.p:.3f}"]


def _groups(run: EvalRun) -> Table:
    names = [name for name in GROUP_METRICS if name in run.metrics]
    table = _table("group", *names)
    for group, metrics in run.groups.items():
        table.add_row(group, *(_value(metrics.get(name), METRICS[name]) for name in names))
    return table


def _outcome_changes(run: EvalRun) -> Table:
    turned = run.comparison.turned if run.comparison else ()
    more = f" (the first {MAX_CHANGED}):" if len(turned) > MAX_CHANGED else ":"
    title = f"{console.count_of(len(turned), 'question')} with a different outcome from the baseline{more}"
    table = _table("id", "before", "now", "question", title=title, texts=4)
    for one in turned[:MAX_CHANGED]:
        table.add_row(Text(one.id), one.before, one.after, Text(one.question))
    return table


def _thresholds(calibration: Calibration) -> Table:
    table = _table(
        "half b, not used for fitting",
        *(
            f"search {one.search:.3f}, answer {one.answer:.3f}, proof {one.proof:.3f}"
            for one in (calibration.old, calibration.new)
        ),
        title="thresholds fitted on half a",
    )
    for name in CALIBRATION_METRICS:
        before, after = calibration.before.get(name), calibration.after.get(name)
        table.add_row(name, _value(before, METRICS[name]), _value(after, METRICS[name]))
    return table


def _curve(calibration: Calibration, gate: str) -> Table:
    table = _table(
        "threshold", "answered", "wrong of these", title=f"risk by coverage, gate '{gate}', half a"
    )
    points = calibration.curves[gate]
    for at in sorted({round(nth * (len(points) - 1) / (CURVE_POINTS - 1)) for nth in range(CURVE_POINTS)}):
        if at < len(points):
            point = points[at]
            table.add_row(f"{point.threshold:.3f}", f"{point.coverage:.3f}", f"{point.risk:.3f}")
    return table


def _summary(run: EvalRun) -> str:
    outcomes = Counter(row.outcome for row in run.rows)
    parts = ", ".join(f"{count} {outcome}" for outcome, count in outcomes.most_common())
    model = f"model {run.model}" if run.model else "search only"
    return (
        f"{console.count_of(len(run.rows), 'question')} ({parts}); {model}; "
        f"collection {run.collection}; at most {run.memory_mb:,.0f} MB of memory"
    )
