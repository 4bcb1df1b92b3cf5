"""Thresholds for the metrics of a run: `accuracy=0.7,wrongly_declined=0.1`."""

from __future__ import annotations

from qa.errors import EvaluationInvalid
from qa.evaluation.results import EvalRun
from qa.evaluation.scoring import METRICS


def parse_thresholds(text: str) -> dict[str, float]:
    """Returns the threshold of each metric. Raises EvaluationInvalid for an unknown metric or a missing
    number.
    """
    thresholds = {}
    for part in filter(None, text.replace(" ", "").split(",")):
        name, _, number = part.partition("=")
        if name not in METRICS:
            raise EvaluationInvalid(f"there is no metric '{name}'; choose from {', '.join(METRICS)}")
        try:
            thresholds[name] = float(number)
        except ValueError:
            raise EvaluationInvalid(f"'{part}' has no number; write it as {name}=0.7") from None
    return thresholds


def failures(run: EvalRun, thresholds: dict[str, float]) -> list[str]:
    """Returns a sentence for each metric that misses its threshold, which is a maximum where lower is better.
    A metric without eligible questions fails.
    """
    sentences = []
    for name, threshold in thresholds.items():
        estimate, lower = run.metrics.get(name), METRICS[name].lower_is_better
        if estimate is None:
            sentences.append(f"{name}: no question is eligible, but {threshold:g} is required")
        elif (estimate.value > threshold) if lower else (estimate.value < threshold):
            direction = "above" if lower else "below"
            sentences.append(f"{name} is {estimate.value:.3f}, {direction} {threshold:g}")
    return sentences
