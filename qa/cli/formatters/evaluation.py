"""The figures of a run, as a terminal shows them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from rich.table import Table
from rich.text import Text

from qa.cli import console
from qa.evaluation.metrics.metric import Metric
from qa.evaluation.results import Calibration, Estimate, EvalRun, MetricChange
from qa.evaluation.scoring import FAMILIES, METRICS

# Wide enough for all columns where the output is no terminal.
WIDTH = 130
MAX_TURNED = 20
# What the parts of the questions are compared by.
OF_PARTS = ("recall@5", "found@5", "mrr", "accuracy", "wrongly_declined", "declining_recall", "quotes_exact")
OF_CALIBRATION = ("accuracy", "accuracy_of_answered", "wrongly_declined", "declining_recall", "declining_f1")
POINTS = 12


def show(run: EvalRun) -> None:
    """Everything on standard output."""
    screen = console.PlainConsole()
    if not screen.is_terminal:
        screen.width = WIDTH
    for table in _tables(run):
        screen.print(table)
        screen.print()
    screen.say(_summary(run))


def _tables(run: EvalRun) -> Iterator[Table]:
    yield _metrics(run)
    if len(run.groups) > 2:
        yield _parts(run)
    if run.comparison and run.comparison.turned:
        yield _outcome_changes(run)
    if run.calibration:
        yield _fitted(run.calibration)
        yield from (_curve(run.calibration, gate) for gate in run.calibration.curves)


def _table(*columns: str, title: str = "", texts: int = 1) -> Table:
    """A table whose first `texts` columns are words, the others numbers."""
    table = Table(box=None, pad_edge=False, title=title or None, title_justify="left", title_style="bold")
    for at, column in enumerate(columns):
        table.add_column(column, justify="left" if at < texts else "right", no_wrap=at >= texts)
    return table


def _metrics(run: EvalRun) -> Table:
    changes = run.comparison.changes if run.comparison else {}
    baseline = ["baseline", "difference", "p"] if changes else []
    table = _table("metric", "", "value", "95 %", "n", "half a", "half b", *baseline, texts=2)
    for family, metrics in FAMILIES.items():
        had = [metric for metric in metrics if metric.name in run.metrics]
        if had:
            table.add_row(Text(family, "bold"))
        for metric in had:
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


def _parts(run: EvalRun) -> Table:
    names = [name for name in OF_PARTS if name in run.metrics]
    table = _table("part", *names)
    for part, metrics in run.groups.items():
        table.add_row(part, *(_value(metrics.get(name), METRICS[name]) for name in names))
    return table


def _outcome_changes(run: EvalRun) -> Table:
    turned = run.comparison.turned if run.comparison else ()
    more = f", {MAX_TURNED} of them:" if len(turned) > MAX_TURNED else ":"
    title = f"{console.many(len(turned), 'question')} with another outcome than in the baseline{more}"
    table = _table("id", "before", "now", "question", title=title, texts=4)
    for one in turned[:MAX_TURNED]:
        table.add_row(Text(one.id), one.before, one.after, Text(one.question))
    return table


def _fitted(calibration: Calibration) -> Table:
    old, new = calibration.old, calibration.new
    table = _table(
        "half b, which was not fitted on",
        f"search {old.search:.3f}, answer {old.answer:.3f}",
        f"search {new.search:.3f}, answer {new.answer:.3f}",
        title="thresholds fitted on half a",
    )
    for name in OF_CALIBRATION:
        before, after = calibration.before.get(name), calibration.after.get(name)
        table.add_row(name, _value(before, METRICS[name]), _value(after, METRICS[name]))
    return table


def _curve(calibration: Calibration, gate: str) -> Table:
    table = _table(
        "threshold", "answered", "of these wrong", title=f"risk over coverage, gate '{gate}', half a"
    )
    points = calibration.curves[gate]
    for at in sorted({round(nth * (len(points) - 1) / (POINTS - 1)) for nth in range(POINTS)}):
        if at < len(points):
            point = points[at]
            table.add_row(f"{point.threshold:.3f}", f"{point.coverage:.3f}", f"{point.risk:.3f}")
    return table


def _summary(run: EvalRun) -> str:
    outcomes = Counter(row.outcome for row in run.rows)
    parts = ", ".join(f"{count} {outcome}" for outcome, count in outcomes.most_common())
    model = f"model {run.model}" if run.model else "search alone"
    return (
        f"{console.many(len(run.rows), 'question')} ({parts}); {model}; "
        f"collection {run.collection}; {run.memory_mb:,.0f} MB at most"
    )
