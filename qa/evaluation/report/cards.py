"""The metrics of a run as cards and as a table, formatted for display."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from qa.evaluation.metrics.metric import Metric
from qa.evaluation.results import Estimate, EvalRun, MetricChange
from qa.evaluation.scoring import FAMILIES, METRICS

# The first that a run has are shown as cards; the last ones are for runs without answers.
HEADLINE_METRICS = (
    "accuracy",
    "wrongly_declined",
    "declining_recall",
    "quotes_exact",
    "proven",
    "citation_recall",
    "found@5",
    "first_token_ms_p50",
    "total_ms_p50",
    "recall@1",
    "recall@5",
    "mrr",
    "ndcg@10",
    "answer_in_evidence",
    "evidence_ms_p50",
)
MAX_CARDS = 8
# The p-value below which a difference counts as significant.
SIGNIFICANCE = 0.05

Verdict = Literal["better", "worse", "chance", "none"]


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricDelta:
    """The change from the baseline. `verdict` is "none" if there is no change, "chance" if it is not
    significant.
    """

    before: str
    difference: str
    p: str
    count: int
    verdict: Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricCard:
    """A metric formatted for display. `bounds` has the low end, the high end and the value in percent, None
    for metrics that are not shares; `halves` the values of both halves of the questions.
    """

    name: str
    about: str
    value: str
    interval: str
    count: int
    lower_is_better: bool
    bounds: tuple[float, float, float] | None
    halves: tuple[str, str]
    delta: MetricDelta | None


def cards(run: EvalRun) -> list[MetricCard]:
    """Returns the cards of the headline metrics that the run has."""
    return [_card(run, METRICS[name]) for name in HEADLINE_METRICS if name in run.metrics][:MAX_CARDS]


def table(run: EvalRun) -> dict[str, list[MetricCard]]:
    """Returns all metrics of the run, by family."""
    families = {
        family: [_card(run, metric) for metric in metrics if metric.name in run.metrics]
        for family, metrics in FAMILIES.items()
    }
    return {family: metrics for family, metrics in families.items() if metrics}


def _card(run: EvalRun, metric: Metric) -> MetricCard:
    estimate = run.metrics[metric.name]
    change = run.comparison.changes.get(metric.name) if run.comparison else None
    percentages = (estimate.low * 100, estimate.high * 100, estimate.value * 100)
    return MetricCard(
        name=metric.name,
        about=metric.about,
        value=_formatted(estimate.value, metric),
        interval=f"{_number(estimate.low, metric)}–{_formatted(estimate.high, metric)}",
        count=estimate.count,
        lower_is_better=metric.lower_is_better,
        bounds=percentages if metric.unit == "share" else None,
        halves=(_half(run, "a", metric), _half(run, "b", metric)),
        delta=_delta(change, metric) if change else None,
    )


def _half(run: EvalRun, half: str, metric: Metric) -> str:
    estimate: Estimate | None = run.groups.get(f"half {half}", {}).get(metric.name)
    return _formatted(estimate.value, metric) if estimate else "–"


def _delta(change: MetricChange, metric: Metric) -> MetricDelta:
    difference = change.after - change.before
    improved = (difference < 0) if metric.lower_is_better else (difference > 0)
    unchanged = difference == 0
    sign = "" if unchanged else "+" if difference > 0 else "−"
    unit = " points" if metric.unit == "share" else _unit(metric)
    return MetricDelta(
        before=_formatted(change.before, metric),
        difference=f"{sign}{_number(abs(difference), metric)}{unit}",
        p=f"= {change.p:.3f}" if change.p >= 0.001 else "< 0.001",
        count=change.count,
        verdict="none"
        if unchanged
        else "chance"
        if change.p >= SIGNIFICANCE
        else "better"
        if improved
        else "worse",
    )


def _verdict(p: float, *, unchanged: bool, improved: bool) -> Verdict:
    if unchanged:
        return "none"
    if p >= SIGNIFICANCE:
        return "chance"
    return "better" if improved else "worse"


def _formatted(value: float, metric: Metric) -> str:
    return _number(value, metric) + _unit(metric)


def _number(value: float, metric: Metric) -> str:
    if metric.unit == "share":
        return f"{value * 100:.1f}".removesuffix(".0")
    return f"{value:,.0f}"


def _unit(metric: Metric) -> str:
    return {"share": " %", "ms": " ms", "tokens": ""}[metric.unit]
