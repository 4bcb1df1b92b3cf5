"""The figures of a run as cards and as a table, in the words and units of people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from qa.evaluation.metrics.metric import Metric
from qa.evaluation.results import Estimate, EvalRun, MetricChange
from qa.evaluation.scoring import FAMILIES, METRICS

# What is looked at first, and in a run of search alone what is there instead.
HEADLINES = (
    "accuracy",
    "wrongly_declined",
    "declining_recall",
    "quotes_exact",
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
MOST = 8
# Below this chance, a difference is called one.
SURE = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricDelta:
    """The change against the baseline; `verdict` is "none" where there is none, "chance" where it
    may well be that.
    """

    before: str
    difference: str
    p: str
    count: int
    verdict: Literal["better", "worse", "chance", "none"]


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricCard:
    """A metric as it is shown. `bounds` are where its interval begins and ends and where the value
    stands between 0 and 100, for shares; `halves` its value in either half of the questions.
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
    """Those of the headlines that the run has."""
    return [_card(run, METRICS[name]) for name in HEADLINES if name in run.metrics][:MOST]


def table(run: EvalRun) -> dict[str, list[MetricCard]]:
    """All metrics the run has, by family."""
    found = {
        family: [_card(run, metric) for metric in metrics if metric.name in run.metrics]
        for family, metrics in FAMILIES.items()
    }
    return {family: part for family, part in found.items() if part}


def _card(run: EvalRun, metric: Metric) -> MetricCard:
    found = run.metrics[metric.name]
    change = run.comparison.changes.get(metric.name) if run.comparison else None
    shares = (found.low * 100, found.high * 100, found.value * 100)
    return MetricCard(
        name=metric.name,
        about=metric.about,
        value=_shown(found.value, metric),
        interval=f"{_number(found.low, metric)}–{_shown(found.high, metric)}",
        count=found.count,
        lower_is_better=metric.lower_is_better,
        bounds=shares if metric.unit == "share" else None,
        halves=(_half(run, "a", metric), _half(run, "b", metric)),
        delta=_delta(change, metric) if change else None,
    )


def _half(run: EvalRun, half: str, metric: Metric) -> str:
    found: Estimate | None = run.groups.get(f"half {half}", {}).get(metric.name)
    return _shown(found.value, metric) if found else "–"


def _delta(change: MetricChange, metric: Metric) -> MetricDelta:
    difference = change.after - change.before
    good = (difference < 0) if metric.lower_is_better else (difference > 0)
    none = difference == 0
    sign = "" if none else "+" if difference > 0 else "−"
    unit = " points" if metric.unit == "share" else _unit(metric)
    return MetricDelta(
        before=_shown(change.before, metric),
        difference=f"{sign}{_number(abs(difference), metric)}{unit}",
        p=f"= {change.p:.3f}" if change.p >= 0.001 else "< 0.001",
        count=change.count,
        verdict="none" if none else "chance" if change.p >= SURE else "better" if good else "worse",
    )


def _shown(value: float, metric: Metric) -> str:
    return _number(value, metric) + _unit(metric)


def _number(value: float, metric: Metric) -> str:
    if metric.unit == "share":
        return f"{value * 100:.1f}".removesuffix(".0")
    return f"{value:,.0f}"


def _unit(metric: Metric) -> str:
    return {"share": " %", "ms": " ms", "tokens": ""}[metric.unit]
