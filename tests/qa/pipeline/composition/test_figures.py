from decimal import Decimal

import pytest

from qa.pipeline.composition.evidence.figures import figures


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The repair will cost 8.4 million euros.", [("8400000", "euros")]),
        ("Forty-seven people were rescued.", [("47", "people")]),
        ("It rose by 3.2 per cent on 4 May 2024.", [("3.2", "per cent")]),
        ("They paid $5 at 8.06 a.m.", [("5", "dollars")]),
        ("Adults pay 14 euros rather than the 12 announced.", [("14", "euros"), ("12", "euros")]),
        ("It fell from 210,000 to 160,000 euros.", [("210000", "euros"), ("160000", "euros")]),
        ("In 1936 it was opened.", []),
        ("It closed on 12 Sept. and reopened on 3 March.", []),
        ("There were 12 Marchers and 40 people.", [("12", "people"), ("40", "people")]),
    ],
)
def test_figures(text: str, expected: list[tuple[str, str]]) -> None:
    assert [(one.value, one.unit) for one in figures(text)] == [
        (Decimal(value), unit) for value, unit in expected
    ]
