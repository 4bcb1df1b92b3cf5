"""Measures answers to test questions without an LLM judge: `evaluate(assistant, read_questions(file))`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from index import imported_on_use

if TYPE_CHECKING:
    from qa.evaluation.execution.evaluate import evaluate
    from qa.evaluation.questions import EvalQuestion, read_questions
    from qa.evaluation.results import EvalRun

__all__ = ["EvalQuestion", "EvalRun", "evaluate", "read_questions"]

if not TYPE_CHECKING:
    __getattr__ = imported_on_use(
        __name__,
        {
            "qa.evaluation.execution.evaluate": ["evaluate"],
            "qa.evaluation.questions": ["EvalQuestion", "read_questions"],
            "qa.evaluation.results": ["EvalRun"],
        },
    )
