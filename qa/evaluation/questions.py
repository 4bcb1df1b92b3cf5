"""Test questions: what is asked, and what a right answer would be."""

from __future__ import annotations

import datetime
import hashlib
import json
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

from pydantic import ConfigDict, Field, JsonValue, ValidationError, field_validator, model_validator

from qa.errors import EvaluationInvalid
from qa.schemas import Schema, Turn

Half = Literal["a", "b"]


class EvalQuestion(Schema):
    """One line of a questions file. Fields that are not known, such as `kind`, are kept in `labels`.

    `gold` are the ids of the articles that answer it, `evidence` sentences of them, word for word. It is
    asked as if the articles `without` were not there.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", coerce_numbers_to_str=True)

    id: str = Field(min_length=1)
    question: str = Field(min_length=1)
    answers: tuple[str, ...]
    answerable: bool
    date: datetime.date | None = None
    distractors: tuple[str, ...] = ()
    gold: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    history: tuple[Turn, ...] = ()
    without: tuple[str, ...] = ()
    labels: dict[str, JsonValue] = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _labels(cls, given: Any) -> Any:
        if not isinstance(given, dict) or "labels" in given:
            return given
        others = {name: value for name, value in given.items() if name not in cls.model_fields}
        known = {name: value for name, value in given.items() if name in cls.model_fields}
        return known | {"labels": others}

    @field_validator("answers", "distractors", "gold", "evidence")
    @classmethod
    def _without_blanks(cls, given: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(text for text in given if text.strip())

    @property
    def kind(self) -> str:
        """What the file calls this kind of question; empty where it does not say."""
        kind = self.labels.get("kind")
        return kind if isinstance(kind, str) else ""

    @property
    def half(self) -> Half:
        """Which half the question is in; its id alone decides, so that it stays there in every file."""
        return "a" if hashlib.sha256(self.id.encode("utf-8", "surrogatepass")).digest()[0] % 2 else "b"


def read_questions(file: Path) -> tuple[EvalQuestion, ...]:
    """The questions of a `.jsonl` file, in order. Raises EvaluationInvalid, which names the line."""
    try:
        text = file.read_text("utf-8-sig")
    except OSError as error:
        raise EvaluationInvalid(f"{file} cannot be read: {error.strerror}; name a .jsonl file") from None
    except UnicodeDecodeError:
        raise EvaluationInvalid(f"{file} is not UTF-8; save it as UTF-8 .jsonl, one object a line") from None
    return questions_of(text, str(file))


def questions_of(text: str, name: str) -> tuple[EvalQuestion, ...]:
    """The questions of the text of a `.jsonl` file, as `read_questions` reads them; errors call it `name`."""
    seen: dict[str, int] = {}
    questions = []
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        question = _question(line, f"{name} line {number}")
        if question.id in seen:
            raise EvaluationInvalid(
                f"{name} line {number}: the id '{question.id}' is line {seen[question.id]}'s; give it its own"
            )
        seen[question.id] = number
        questions.append(question)
    if not questions:
        raise EvaluationInvalid(f"{name} has no questions; write one JSON object a line")
    return tuple(questions)


def _question(line: str, place: str) -> EvalQuestion:
    try:
        return EvalQuestion.model_validate(json.loads(line))
    except json.JSONDecodeError as error:
        raise EvaluationInvalid(f"{place}: not JSON ({error.msg}); write one object a line") from None
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(map(str, first["loc"])) or "the line"
        raise EvaluationInvalid(f"{place}: {field} is not usable: {first['msg']}") from None


def sampled(questions: Sequence[EvalQuestion], size: int, seed: int) -> tuple[EvalQuestion, ...]:
    """A random sample of at most `size`, the same for the same seed, in the order of the file."""
    chosen = random.Random(seed).sample(range(len(questions)), min(size, len(questions)))
    return tuple(questions[at] for at in sorted(chosen))
