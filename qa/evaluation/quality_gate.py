"""Below which figures a run is not good enough: `accuracy=0.7,wrongly_declined=0.1`."""

from __future__ import annotations

from qa.errors import EvaluationInvalid
from qa.evaluation.results import EvalRun
from qa.evaluation.scoring import METRICS


def parsed(text: str) -> dict[str, float]:
    """The floor by metric. Raises EvaluationInvalid for a metric there is not, or no number."""
    floors = {}
    for part in filter(None, text.replace(" ", "").split(",")):
        name, _, number = part.partition("=")
        if name not in METRICS:
            raise EvaluationInvalid(f"there is no metric '{name}'; there are {', '.join(METRICS)}")
        try:
            floors[name] = float(number)
        except ValueError:
            raise EvaluationInvalid(f"'{part}' has no number; write it as {name}=0.7") from None
    return floors


def missed(run: EvalRun, floors: dict[str, float]) -> list[str]:
    """What is not reached, in a sentence each. Where less is better the number is a ceiling; a metric
    that no question is eligible for is not reached.
    """
    found = []
    for name, floor in floors.items():
        reached, lower = run.metrics.get(name), METRICS[name].lower_is_better
        if reached is None:
            found.append(f"{name}: no question is eligible for it, {floor:g} was asked for")
        elif (reached.value > floor) if lower else (reached.value < floor):
            found.append(f"{name} is {reached.value:.3f}, {'above' if lower else 'below'} {floor:g}")
    return found
