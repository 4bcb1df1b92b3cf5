"""Which questions lean on the conversation, and what is searched then."""

import pytest

from qa.answers import Turn
from qa.followup import leans, searchable


@pytest.mark.parametrize(
    "question",
    ["And when?", "How old is he?", "What about the price?", "Why?", "When was it built?", "Und wann?"],
)
def test_leaning(question: str) -> None:
    assert leans(question)


@pytest.mark.parametrize(
    "question",
    [
        "How many people live on Skerrow?",
        "Who made Zelenskyy an offer of an alliance?",
        "What explosives turned up on the route of the dredger?",
        "What did Tsikhanouskaya say about her offer?",
    ],
)
def test_standing_alone(question: str) -> None:
    assert not leans(question)


def test_a_question_that_stands_alone_is_searched_as_it_is() -> None:
    history = [Turn(role="user", content="Who runs the museum?")]
    assert searchable("How many people live on Skerrow?", history) == "How many people live on Skerrow?"


def test_a_follow_up_is_searched_behind_all_it_leans_on() -> None:
    history = [
        Turn(role="user", content="Who won the Silver Heron?"),
        Turn(role="assistant", content="The Salt Ledger [1]."),
        Turn(role="user", content="And who directed it?"),
        Turn(role="assistant", content="Mirela Oskarsen [1]."),
    ]
    assert searchable("How old is she?", history) == (
        "Who won the Silver Heron? And who directed it? How old is she?"
    )


def test_a_follow_up_without_a_conversation_is_searched_as_it_is() -> None:
    assert searchable("And when?", []) == "And when?"
