"""Reading questions files, and errors that name the line."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from qa.errors import EvaluationInvalid
from qa.evaluation.questions import EvalQuestion, read_questions, sample
from tests.paths import SEEDS

ASKED = {"id": "q1", "question": "Who keeps the light?", "answers": ["Ada Quill"], "answerable": True}


def written(folder: Path, *lines: Any) -> Path:
    file = folder / "questions.jsonl"
    text = "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines)
    file.write_text(text + "\n", "utf-8")
    return file


def test_questions_are_read_and_unknown_fields_become_labels(tmp_path: Path) -> None:
    given = ASKED | {
        "date": "2024-03-18",
        "evidence": ["", "Ada Quill keeps it."],
        "history": [{"role": "user", "content": "Is there a light?"}],
        "kind": "plain",
        "difficulty": 3,
    }
    [question] = read_questions(written(tmp_path, "", given, ""))
    assert question.date == date(2024, 3, 18)
    assert question.evidence == ("Ada Quill keeps it.",)
    assert question.history[0].content == "Is there a light?"
    assert question.labels == {"kind": "plain", "difficulty": 3}
    assert question.kind == "plain"
    assert EvalQuestion.model_validate_json(question.model_dump_json()) == question


def test_a_byte_order_mark_and_a_numeric_id_are_accepted(tmp_path: Path) -> None:
    file = tmp_path / "questions.jsonl"
    file.write_bytes(b"\xef\xbb\xbf" + json.dumps(ASKED | {"id": 7}).encode())
    assert read_questions(file)[0].id == "7"


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("{not json", "line 2: not JSON"),
        ("[1, 2]", "line 2: the line is not usable"),
        ({"id": "q2", "question": "Who?", "answers": []}, "line 2: answerable"),
        (ASKED | {"id": "q2", "date": "soon"}, "line 2: date"),
        (ASKED, "line 2: the id 'q1' is already used in line 1"),
    ],
)
def test_errors_name_the_line(tmp_path: Path, line: Any, says: str) -> None:
    with pytest.raises(EvaluationInvalid, match=says):
        read_questions(written(tmp_path, ASKED, line))


def test_a_missing_or_empty_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(EvaluationInvalid, match=r"missing\.jsonl cannot be read"):
        read_questions(tmp_path / "missing.jsonl")
    with pytest.raises(EvaluationInvalid, match="no questions"):
        read_questions(written(tmp_path, ""))


def test_a_sample_is_the_same_for_the_same_seed() -> None:
    questions = read_questions(SEEDS / "questions.jsonl")
    first = sample(questions, 10, seed=1)
    assert first == sample(questions, 10, seed=1)
    assert first != sample(questions, 10, seed=2)
    assert [question.id for question in first] == sorted(question.id for question in first)
    assert sample(questions, 1_000, seed=1) == questions


def test_the_halves_are_about_even_and_depend_on_the_id_alone() -> None:
    questions = read_questions(SEEDS / "questions.jsonl")
    firsts = sum(question.half == "a" for question in questions)
    assert 0.35 < firsts / len(questions) < 0.65
    one = questions[0]
    assert one.model_copy(update={"question": "another"}).half == one.half
