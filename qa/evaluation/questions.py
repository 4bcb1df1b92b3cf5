"""Test questions with their expected answers, and the file format."""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

from pydantic import ConfigDict, Field, JsonValue, ValidationError, field_validator, model_validator

from index.text.messages.phrase import Phrase
from qa.errors import EvaluationInvalid
from qa.schemas import IsoDate, Schema, Turn

Half = Literal["a", "b"]


class EvalQuestion(Schema):
    """One line of a questions file. Unknown fields, such as `kind`, are kept in `labels`.

    `gold` has the ids of the articles that answer the question, `evidence` verbatim sentences of them. The
    articles in `without` are excluded from the search.

    A broad question has no one answer: each of `must` has to be said, in one of its alternative wordings,
    nothing of `must_not`, in at least `min_sentences` sentences.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", coerce_numbers_to_str=True)

    id: str = Field(min_length=1)
    question: str = Field(min_length=1)
    answers: tuple[str, ...]
    answerable: bool
    date: IsoDate | None = None
    distractors: tuple[str, ...] = ()
    gold: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    history: tuple[Turn, ...] = ()
    without: tuple[str, ...] = ()
    must: tuple[tuple[str, ...], ...] = ()
    must_not: tuple[str, ...] = ()
    min_sentences: int | None = Field(None, ge=1)
    labels: dict[str, JsonValue] = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _collect_labels(cls, fields: Any) -> Any:
        if not isinstance(fields, dict) or "labels" in fields:
            return fields
        labels = {name: value for name, value in fields.items() if name not in cls.model_fields}
        known = {name: value for name, value in fields.items() if name in cls.model_fields}
        return known | {"labels": labels}

    @field_validator("answers", "distractors", "gold", "evidence")
    @classmethod
    def _drop_blank(cls, texts: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(text for text in texts if text.strip())

    @property
    def is_broad(self) -> bool:
        """Whether it says what has to be in an answer, instead of an answer."""
        return bool(self.must or self.must_not or self.min_sentences)

    @property
    def kind(self) -> str:
        """The `kind` label; empty if there is none."""
        kind = self.labels.get("kind")
        return kind if isinstance(kind, str) else ""

    @property
    def half(self) -> Half:
        """The half the question belongs to. It depends on the id alone, so it is the same in every file."""
        return "a" if hashlib.sha256(self.id.encode("utf-8", "surrogatepass")).digest()[0] % 2 else "b"


def read_questions(file: Path) -> tuple[EvalQuestion, ...]:
    """Reads the questions of a `.jsonl` file, in order. Raises EvaluationInvalid, which names the line."""
    try:
        text = file.read_text("utf-8-sig")
    except OSError as error:
        raise EvaluationInvalid(
            Phrase("{file} cannot be read: {reason}; name a .jsonl file", file=file, reason=error.strerror)
        ) from None
    except UnicodeDecodeError:
        raise EvaluationInvalid(
            Phrase("{file} is not UTF-8; save it as UTF-8 .jsonl, one object a line", file=file)
        ) from None
    return parse_questions(text, str(file))


def parse_questions(text: str, name: str) -> tuple[EvalQuestion, ...]:
    """Parses the text of a `.jsonl` file. Errors refer to the file as `name`."""
    lines: dict[str, int] = {}
    questions = []
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        question = _parse_line(line, f"{name} line {number}")
        if question.id in lines:
            raise EvaluationInvalid(
                Phrase(
                    "{name} line {number}: the id '{id}' is already used in line {line}; make it unique",
                    name=name,
                    number=number,
                    id=question.id,
                    line=lines[question.id],
                )
            )
        lines[question.id] = number
        questions.append(question)
    if not questions:
        raise EvaluationInvalid(Phrase("{name} has no questions; write one JSON object a line", name=name))
    return tuple(questions)


def _parse_line(line: str, place: str) -> EvalQuestion:
    try:
        return EvalQuestion.model_validate(json.loads(line))
    except json.JSONDecodeError as error:
        raise EvaluationInvalid(
            Phrase("{place}: not JSON ({error}); write one object a line", place=place, error=error.msg)
        ) from None
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(map(str, first["loc"])) or "the line"
        raise EvaluationInvalid(
            Phrase("{place}: {field} is not usable: {reason}", place=place, field=field, reason=first["msg"])
        ) from None


def sample(questions: Sequence[EvalQuestion], size: int, seed: int) -> tuple[EvalQuestion, ...]:
    """Returns a random sample of at most `size` questions, in file order. The same seed gives the same
    sample.
    """
    chosen = random.Random(seed).sample(range(len(questions)), min(size, len(questions)))
    return tuple(questions[index] for index in sorted(chosen))
