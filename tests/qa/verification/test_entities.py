"""Names and numbers, and when two spellings are one."""

import pytest

from qa.verification.answer_type import asks_number, expected
from qa.verification.entities import denied, facts, missing


@pytest.mark.parametrize(
    ("text", "expected_facts"),
    [
        ("Two of the 1,200 fans", {"2", "1200"}),
        ("It was raining when Idris Pellow came.", {"idri", "pellow"}),
        ("On Oct. 27 the mayor of Marren spoke", {"oct", "27", "marren"}),
        ("on the 27th of October", {"27", "oct"}),
        ("about forty-seven people", {"47"}),
        ("it cost 8.4 million", {"8400000"}),
        ("the $3.5bn deal of two hundred thousand", {"3500000000$", "200000"}),
        ("3 cars, 4 million riders, hundred", {"3", "4000000", "100"}),
        ("a book by J. K. Rowling of the U. S. Senate", {"jk", "rowl", "senat"}),
        ("5%, $ 6, six per cent and 7 percent; 8 of £9", {"5%", "6$", "6%", "7%", "8", "9£"}),
        ("nothing to see here", set()),
    ],
)
def test_facts_are_names_and_numbers_by_value(text: str, expected_facts: set[str]) -> None:
    assert facts(text) == expected_facts


def test_missing_tells_what_a_text_does_not_have() -> None:
    assert missing({"marren", "47"}, "Forty-seven were saved off MARREN") == set()
    assert missing({"52"}, "47 were saved") == {"52"}


@pytest.mark.parametrize(
    ("said", "lacking"),
    [
        ("$3 million", set()),
        ("3,000,000", set()),
        ("4 percent", set()),
        ("4%", set()),
        ("4 million", {"4000000"}),
        ("1 million", {"1000000"}),
        ("3", set()),
    ],
)
def test_a_figure_goes_with_its_scale(said: str, lacking: set[str]) -> None:
    assert missing(facts(said), "It cost $3 million, 4 per cent more.") == lacking


@pytest.mark.parametrize(
    ("said", "told", "holds"),
    [
        ("487%", "around 487 million workers", False),
        ("12%", "12 people came", False),
        ("12%", "from 12 to 14 per cent", True),
        ("$40", "40 people paid €5", False),
        ("$40", "€40", False),
        ("$40", "40 dollars", True),
        ("$3 million", "$3m", True),
        ("$3 million", "3 to 4 million dollars", True),
        ("12", "12 per cent", True),
    ],
)
def test_a_share_or_a_sum_is_one_in_the_text_too(said: str, told: str, holds: bool) -> None:
    assert bool(missing(facts(said), told)) != holds


def test_a_range_shares_its_scale() -> None:
    assert missing({"3000000", "4000000"}, "3 to 4 million people came") == set()


def test_another_spelling_of_a_name_is_not_missing() -> None:
    assert (
        missing(facts("as Volodymyr Zelenskyj said"), "Zelenskyy was made an offer, Volodymyr too") == set()
    )


def test_a_third_title_tells_of_three_and_a_first_one_of_nothing() -> None:
    assert missing({"3"}, "it is the club's third title") == set()
    assert missing({"1"}, "it is the club's first title") == {"1"}


def test_initials_are_one_however_spaced() -> None:
    assert missing(facts("as J. K. Rowling said"), "J.K. Rowling wrote it in the U.S.") == set()


def test_another_number_is_missing_however_alike() -> None:
    assert missing(facts("all 1,234,567 of them"), "it was 1234568") == {"1234567"}


@pytest.mark.parametrize(
    ("text", "about"),
    [("It didn’t open", {"open"}), ("Nobody was hurt", {"hurt"}), ("It opened", set()), ("or not", {"not"})],
)
def test_what_a_negation_is_about(text: str, about: set[str]) -> None:
    assert denied(text) == about


@pytest.mark.parametrize(
    ("question", "fits", "does_not"),
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
def test_expected_kind_of_answer(question: str, fits: str, does_not: str) -> None:
    has_expected = expected(question)
    assert has_expected(fits)
    assert not has_expected(does_not)


def test_a_question_of_no_known_form_expects_nothing() -> None:
    assert not expected("Why was it shut?")("It was shut in 1991 by Tomas Relling.")


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
def test_who_paid_is_no_question_for_a_number(question: str, asks: bool) -> None:
    assert asks_number(question) == asks
