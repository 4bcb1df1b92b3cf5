"""A questions file that grows: what stands in it, a person's corrections too, stays."""

from __future__ import annotations

import json
from pathlib import Path

from qa.evaluation.questions import EvalQuestion, read_questions

_ALWAYS = ("id", "question", "answers", "answerable")


def line(question: EvalQuestion) -> str:
    """The question as one line of the file, without what it does not have."""
    fields = question.model_dump(mode="json", exclude={"labels"})
    told = {name: value for name, value in fields.items() if name in _ALWAYS or value}
    return json.dumps(told | question.labels, ensure_ascii=False)


def standing(file: Path) -> tuple[EvalQuestion, ...]:
    """The questions of the file, none if there is no file yet. Raises EvaluationInvalid."""
    return read_questions(file) if file.exists() and file.stat().st_size else ()


def append(file: Path, question: EvalQuestion) -> None:
    """Writes the question at the end of the file at once."""
    whole = not file.exists() or not file.stat().st_size or file.read_bytes().endswith(b"\n")
    with file.open("a", encoding="utf-8", errors="replace") as out:
        out.write(("" if whole else "\n") + line(question) + "\n")
