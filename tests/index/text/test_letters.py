"""Letters as people type them."""

from __future__ import annotations

import time
import unicodedata

import pytest

from index.text.letters import normalize_letters
from index.text.normalization import content_words, coverage, stems


@pytest.mark.parametrize(
    ("written", "typed"),
    [
        ("The ﬁrst oﬃcer ﬂed", "The first officer fled"),
        (unicodedata.normalize("NFD", "Łódź, Čapek, Brücke"), "Łódź, Čapek, Brücke"),
        ("Ｆｕｌｌ ｗｉｄｔｈ　１２３", "Full width 123"),
        ("light\xadhouse", "lighthouse"),
        ("the light-\nhouse and the light\xad\nhouse", "the lighthouse and the lighthouse"),
        ("Leucht\u2010\n  turm", "Leuchtturm"),
        ("zero\u200bwidth\ufeff", "zerowidth"),
        ("12\xa0000 m", "12 000 m"),
        # what has another value, or is no divided word
        ("10² m, the year 1951¹, ½ a mile …", "10² m, the year 1951¹, ½ a mile …"),
        ("north-\nWest, a dash -\nand 3-\n4", "north-\nWest, a dash -\nand 3-\n4"),
        ("north-west\nwind", "north-west\nwind"),
    ],
)
def test_letters_as_people_type_them(written: str, typed: str) -> None:
    assert normalize_letters(written) == typed
    assert normalize_letters(typed) == typed


def test_words_are_the_same_however_their_letters_are_written() -> None:
    assert stems("The ﬂag-\nship oﬃcer") == stems("The flagship officer")
    assert content_words("ﬁsh of Cafe\u0301") == ["fish", "Café"]
    assert coverage({"offic": 1.0, "lighthous": 1.0}, "oﬃce in the light\xadhouse") == 1.0


def test_long_texts_take_linear_time() -> None:
    start = time.perf_counter()
    for piece in ("a-", "a- \t", "\xad \n", "a-\n", "\xad", "é-" + " " * 50):
        normalize_letters(piece * 100_000 + "é")
    assert time.perf_counter() - start < 3
