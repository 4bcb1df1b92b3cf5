"""Generates test questions from negative feedback."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator

from pydantic import JsonValue

from qa.evaluation.questions import EvalQuestion
from qa.telemetry.feedback import Feedback

KIND = "thumbs down"


def questions_from_feedback(
    feedback: Iterable[Feedback], collection: str = "default"
) -> Iterator[EvalQuestion]:
    """Yields each question whose latest feedback is negative, oldest first, without expected answers. The
    label `said` has the rejected answer, `reason` the user's comment.
    """
    latest: dict[str, Feedback] = {}
    for one in feedback:
        if one.collection == collection:
            latest[_id(one)] = one
    for id_, one in latest.items():
        if one.verdict == "down":
            labels: dict[str, JsonValue] = {"kind": KIND, "said": one.answer}
            yield EvalQuestion(
                id=id_,
                question=one.question,
                answers=(),
                answerable=True,
                date=one.as_of,
                history=one.history,
                labels=labels | ({"reason": one.reason} if one.reason else {}),
            )


def _id(feedback: Feedback) -> str:
    history = [turn.content for turn in feedback.history]
    basis = json.dumps([feedback.question, history, str(feedback.as_of)])
    return f"feedback-{hashlib.sha256(basis.encode()).hexdigest()[:12]}"
