"""Quoth: answers questions from your articles and proves every sentence by an exact quote.

`open_assistant(read_settings())` opens the articles of this machine; `Quoth(url)` and `AsyncQuoth(url)` are
clients of a running server with the same methods.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from index import imported_on_use

if TYPE_CHECKING:
    from index.errors import QuothError
    from index.schemas import Article, Filters
    from qa.assistant import Assistant, open_assistant, open_or_connect
    from qa.client import AsyncQuoth, Quoth
    from qa.evaluation import EvalQuestion, EvalRun, evaluate, read_questions
    from qa.schemas import (
        Answer,
        CheckedSentence,
        CheckedText,
        Citation,
        Evidence,
        Job,
        Question,
        RetrievedPassage,
        TextToCheck,
        Thresholds,
        Token,
        Turn,
    )
    from qa.settings import Settings, read_settings

__all__ = [
    "Answer",
    "Article",
    "Assistant",
    "AsyncQuoth",
    "CheckedSentence",
    "CheckedText",
    "Citation",
    "EvalQuestion",
    "EvalRun",
    "Evidence",
    "Filters",
    "Job",
    "Question",
    "Quoth",
    "QuothError",
    "RetrievedPassage",
    "Settings",
    "TextToCheck",
    "Thresholds",
    "Token",
    "Turn",
    "evaluate",
    "open_assistant",
    "open_or_connect",
    "read_questions",
    "read_settings",
]

if not TYPE_CHECKING:
    __getattr__ = imported_on_use(
        __name__,
        {
            "index.errors": ["QuothError"],
            "index.schemas": ["Article", "Filters"],
            "qa.assistant": ["Assistant", "open_assistant", "open_or_connect"],
            "qa.client": ["AsyncQuoth", "Quoth"],
            "qa.evaluation": ["EvalQuestion", "EvalRun", "evaluate", "read_questions"],
            "qa.schemas": [
                "Answer",
                "CheckedSentence",
                "CheckedText",
                "Citation",
                "Evidence",
                "Job",
                "Question",
                "RetrievedPassage",
                "TextToCheck",
                "Thresholds",
                "Token",
                "Turn",
            ],
            "qa.settings": ["Settings", "read_settings"],
        },
    )
