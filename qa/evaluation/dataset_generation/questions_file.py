"""Appends questions to a file, and keeps its existing lines with all manual corrections."""

from __future__ import annotations

import json
from pathlib import Path

from qa.evaluation.questions import EvalQuestion, read_questions

_REQUIRED = ("id", "question", "answers", "answerable")


def to_line(question: EvalQuestion) -> str:
    """Returns the question as one line of the file, without empty optional fields."""
    fields = question.model_dump(mode="json", exclude={"labels"})
    written = {name: value for name, value in fields.items() if name in _REQUIRED or value}
    return json.dumps(written | question.labels, ensure_ascii=False)


def read_existing(file: Path) -> tuple[EvalQuestion, ...]:
    """Reads the questions of the file, none if it does not exist yet. Raises EvaluationInvalid."""
    return read_questions(file) if file.exists() and file.stat().st_size else ()


def append(file: Path, question: EvalQuestion) -> None:
    """Appends the question to the file."""
    ends_line = not file.exists() or not file.stat().st_size or file.read_bytes().endswith(b"\n")
    with file.open("a", encoding="utf-8", errors="replace") as out:
        out.write(("" if ends_line else "\n") + to_line(question) + "\n")
