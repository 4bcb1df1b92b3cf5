"""Measures answers to test questions without an LLM judge: `evaluate(assistant, read_questions(file))`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from qa.evaluation.execution.evaluate import evaluate as evaluate
    from qa.evaluation.questions import EvalQuestion as EvalQuestion
    from qa.evaluation.questions import read_questions as read_questions
    from qa.evaluation.results import EvalRun as EvalRun

_MODULES = {
    "evaluate": "execution.evaluate",
    "EvalQuestion": "questions",
    "read_questions": "questions",
    "EvalRun": "results",
}


def __getattr__(name: str) -> Any:
    """Imports the names above on first use, so that the command line starts quickly."""
    from importlib import import_module

    if name not in _MODULES:
        raise AttributeError(f"module {__name__} has no attribute '{name}'")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
