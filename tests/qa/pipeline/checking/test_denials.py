"""A claim and a quote without the denial that one of them has."""

from __future__ import annotations

import pytest

from qa.pipeline.checking.denials import affirmed


@pytest.mark.parametrize(
    ("claim", "quote", "without"),
    [
        (
            "The school will be closed.",
            "The school will not be closed this summer.",
            ("The school will be closed.", "The school will be closed this summer."),
        ),
        ("It can't be seen.", "It can be seen.", ("It can be seen.", "It can be seen.")),
        ("It won't rain.", "It will rain.", ("It will rain.", "It will rain.")),
        ("Nobody was hurt.", "Two were hurt.", ("somebody was hurt.", "Two were hurt.")),
        ("The dog cannot swim.", "The dog can swim.", ("The dog can swim.", "The dog can swim.")),
    ],
)
def test_the_denial_is_left_out(claim: str, quote: str, without: tuple[str, str]) -> None:
    assert affirmed(claim, quote) == without


@pytest.mark.parametrize(
    ("claim", "quote"),
    [
        ("The school is open.", "The school is old."),
        ("The school is not open.", "The school will not open."),
        ("The school is open.", "The school is not only open."),
    ],
)
def test_without_one_denial_nothing_is_affirmed(claim: str, quote: str) -> None:
    assert affirmed(claim, quote) is None
