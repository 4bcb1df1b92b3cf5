import pytest

from qa.pipeline.understanding.question_parts import has_questions, split_parts


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        (
            "Who sold the mill, to whom, and for how much?",
            ["Who sold the mill?", "To whom?", "For how much?"],
        ),
        (
            "When and where was the treaty signed?",
            ["When was the treaty signed?", "Where was the treaty signed?"],
        ),
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


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        (
            "When do the trams in Lund stop, what do they cost, and is the union content?",
            [
                "When do the trams in Lund stop?",
                "What do the trams in Lund cost?",
                "Is the union content?",
            ],
        ),
        (
            "That new goalkeeper - where did she play, and how long has she signed for?",
            ["Where did that new goalkeeper play?", "How long has that new goalkeeper signed for?"],
        ),
        (
            "What is the tunnel repair costing, who's paying and when will it be finished?",
            [
                "What is the tunnel repair costing?",
                "Who's paying for the tunnel repair?",
                "When will the tunnel repair be finished?",
            ],
        ),
        (
            "Can you tell me when the zoo opens, what it costs and who runs it?",
            ["When the zoo opens?", "What the zoo costs?", "Who runs the zoo?"],
        ),
        (
            "When did the council close the pool, and why?",
            ["When did the council close the pool?", "Why did the council close the pool?"],
        ),
        ("Who owns the mill, and what is her dog called?", ["Who owns the mill?", "What is her dog called?"]),
        (
            "How old is the mayor, and how long does it take to vote?",
            ["How old is the mayor?", "How long does it take to vote?"],
        ),
    ],
)
def test_parts_name_their_subject(question: str, parts: list[str]) -> None:
    assert split_parts(question) == parts
