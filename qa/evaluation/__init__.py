"""How good the answers are, without a judge: `evaluate(assistant, read_questions(file))`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from qa.evaluation.execution.evaluate import evaluate as evaluate
    from qa.evaluation.questions import EvalQuestion as EvalQuestion
    from qa.evaluation.questions import read_questions as read_questions
    from qa.evaluation.results import EvalRun as EvalRun

_HOMES = {
    "evaluate": "execution.evaluate",
    "EvalQuestion": "questions",
    "read_questions": "questions",
    "EvalRun": "results",
}


def __getattr__(name: str) -> Any:
    """The names above, imported when first used: the command line must start quickly."""
    from importlib import import_module

    if name not in _HOMES:
        raise AttributeError(f"module {__name__} has no attribute '{name}'")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
