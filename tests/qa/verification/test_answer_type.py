"""The kind of answer that a question expects, by its form."""

import pytest

from qa.verification.answer_type import ExpectedAnswer


@pytest.mark.parametrize(
    ("question", "answer", "other"),
    [
        ("How many were saved?", "Forty-seven were saved.", "They were saved."),
        ("When will it open?", "The doors open in March.", "The doors will open."),
        ("Who runs the museum?", "It is run by Tomas Relling.", "It is run well."),
        (
            "Which boat replaces the Saint Brannoc?",
            "It is the Saint Maude.",
            "The Saint Brannoc is replaced.",
        ),
    ],
)
def test_a_sentence_has_the_expected_kind_of_answer(question: str, answer: str, other: str) -> None:
    found_in = ExpectedAnswer.of(question).found_in
    assert found_in(answer)
    assert not found_in(other)


def test_a_question_of_another_form_expects_nothing() -> None:
    assert not ExpectedAnswer.of("Why was it shut?").found_in("It was shut in 1991 by Tomas Relling.")


@pytest.mark.parametrize(
    ("question", "asks"),
    [
        ("What did it cost?", True),
        ("What does a ticket cost now?", True),
        ("What did the council pay?", True),
        ("Which one cost him the most money?", False),
        ("What company paid the fine?", False),
        ("What did the council pay for?", False),
    ],
)
def test_only_questions_for_an_amount_expect_a_number(question: str, asks: bool) -> None:
    assert ExpectedAnswer.of(question).number == asks
