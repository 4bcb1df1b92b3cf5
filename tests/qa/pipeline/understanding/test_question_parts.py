import pytest

from qa.pipeline.understanding.question_parts import has_questions, split_parts


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        (
            "Who sold the mill, to whom, and for how much?",
            ["Who sold the mill?", "To whom?", "For how much?"],
        ),
        ("When and where was the treaty signed?", ["When?", "Where was the treaty signed?"]),
        ("Wer leitet die Schule und seit wann?", ["Wer leitet die Schule?", "Seit wann?"]),
        ("Who is the captain?", ["Who is the captain?"]),
        (
            "Who said that the mill, which burned, was empty?",
            ["Who said that the mill, which burned, was empty?"],
        ),
        ("The mill burned down, and who paid?", ["The mill burned down, and who paid?"]),
    ],
)
def test_parts(question: str, parts: list[str]) -> None:
    assert split_parts(question) == parts


@pytest.mark.parametrize(
    ("question", "asks"),
    [
        ("Who stole the crown, what's it called and what was it worth?", True),
        ("Who bought the mill, and for how much?", True),
        ("Who owns the mill, which burned down?", False),
        ("Who is the captain?", False),
    ],
)
def test_a_relative_clause_is_no_question(question: str, asks: bool) -> None:
    assert has_questions(split_parts(question)) == asks
