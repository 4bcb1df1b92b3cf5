"""Numbers by value, and the names of months."""

import re

import pytest

from index.text.calendar_words import MONTH, is_calendar_word, month_number
from index.text.numbers import number_value


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("1,200", "1200"),
        ("3.50", "3.5"),
        ("27th", "27"),
        ("3bn", "3000000000"),
        ("Forty-seven", "47"),
        ("million", "1000000"),
        ("9am", "9am"),
        ("first", None),
        ("five-five", None),
    ],
)
def test_a_number_has_the_same_value_in_digits_and_in_words(word: str, value: str | None) -> None:
    assert number_value(word) == value


@pytest.mark.parametrize("month", ["September", "Sept.", "Sept", "Sep.", "Sep"])
def test_an_abbreviated_month_is_the_same_month(month: str) -> None:
    assert re.fullmatch(MONTH, month) and month_number(month) == 9
    assert is_calendar_word(month.rstrip("."))
