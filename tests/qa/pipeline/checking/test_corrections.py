"""A claim with the values of a quote that has others."""

from __future__ import annotations

import pytest

from qa.pipeline.checking.corrections import corrections
from qa.verification.draft_sentence import DraftSentence


@pytest.mark.parametrize(
    ("claim", "quote", "corrected"),
    [
        (
            "The wall costs 460,000 euros.",
            "The wall will cost 640,000 euros, the town said.",
            ["The wall costs 640,000 euros."],
        ),
        (
            "The museum opens on 18 March 2024.",
            "It opens on 16 March 2024, after a delay.",
            ["The museum opens on 16 March 2024."],
        ),
        ("It starts on Monday.", "The work will start on Tuesday.", ["It starts on Tuesday."]),
        ("The bill is 3 million.", "The bill was 4.5 million, it said.", ["The bill is 4.5 million."]),
        (
            "The dredger works in Port Skerrow.",
            "The dredger works off Marren now.",
            ["The dredger works in Marren."],
        ),
        (
            "Relling has worked there since 2018.",
            "Relling, 41, has worked there since 2020.",
            ["Relling has worked there since 2020.", "Relling has worked there since 41."],
        ),
        ("The book cost £21m.", "The town spent £12 million on the book.", ["The book cost £12 million."]),
        (
            "It took 72 days to shoot.",
            "Oskarsen, 34, shot it in 27 days.",
            ["It took 27 days to shoot.", "It took 34 days to shoot."],
        ),
        (
            "There were 52 people on it.",
            "Forty-seven people were on it.",
            ["There were Forty-seven people on it."],
        ),
        (
            "The transport minister, Bruno Marr, expects more.",
            "Transport Minister Ann Bell expects more.",
            ["The transport minister, Ann Bell, expects more."],
        ),
        (
            "The budget passed by 21 votes to 16.",
            "The budget passed by 20 votes to 17 on Tuesday.",
            ["The budget passed by 20 votes to 17."],
        ),
        ("Prices rose 5 percent.", "Prices rose by 7 percent.", ["Prices rose 7 percent."]),
    ],
)
def test_a_value_is_replaced_by_one_of_its_kind(claim: str, quote: str, corrected: list[str]) -> None:
    assert [one.text for one in corrections(DraftSentence.of(claim), quote)] == corrected


@pytest.mark.parametrize(
    ("claim", "quote"),
    [
        ("The wall costs 640,000 euros.", "The wall will cost 640,000 euros."),
        ("The wall is old.", "The wall will cost 640,000 euros."),
        ("The roof cost 300,000 euros in 2018.", "The wall will cost 640,000 euros."),
        ("Ada Quill leads the port.", "The port has 12 boats."),
    ],
)
def test_nothing_is_replaced_that_agrees_or_has_no_counterpart(claim: str, quote: str) -> None:
    assert corrections(DraftSentence.of(claim), quote) == []


def test_few_are_tried() -> None:
    assert len(corrections(DraftSentence.of("Ten won 12 games."), "They won 3, 4, 5 and 6 games.")) <= 2


def test_days_and_numbers_of_the_same_things_are_alike() -> None:
    def alike(claim: str, quote: str) -> list[bool]:
        return [one.alike for one in corrections(DraftSentence.of(claim), quote)]

    assert alike("It took 72 days to shoot.", "Oskarsen, 34, shot it in 27 days.") == [True, False]
    assert alike("It starts on Monday.", "The work will start on Tuesday.") == [True]
    assert alike("It works off Port Skerrow.", "The dredger works off Marren now.") == [False]


@pytest.mark.parametrize(
    ("claim", "quote", "alike"),
    [
        ("It opens on 18 March.", "It opens on 16 March.", True),
        ("It opens on 18 Sept. 2024.", "It opens on 16 Sept. 2024.", True),
        # Names that begin as months do.
        ("Junction 12 was closed.", "Junction 14 was closed.", False),
        ("Marina 2 was built first.", "Marina 3 was built first.", False),
    ],
)
def test_only_a_month_makes_a_day_of_a_number(claim: str, quote: str, alike: bool) -> None:
    [corrected] = corrections(DraftSentence.of(claim), quote)
    assert (corrected.text, corrected.alike) == (quote, alike)
