"""Sentences are found by exact offsets, whatever the text is made of."""

from __future__ import annotations

import json
import random
import unicodedata

import pytest

from index.text.sentences import sentence_spans
from tests.paths import FILES

LETTERS = (
    "abcdefgh   XYZ   ...??!!\"'“”’,;:\n\n\r\t\0😀🏴é\u0301日本語。"
    "\u200b\u200d\ufe0f\ufeff\ufffd\u2028\u0085\x1c\u00a0-—[]()#*１２ßﬁİ"
)


def sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in sentence_spans(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One came. Two went.", ["One came.", "Two went."]),
        ("  One came.  \n Two went. \t", ["One came.", "Two went."]),
        ("Mr. Smith met Dr. Adler in the U.S. Senate. He left.", None),
        ("“It is over,” she said. “We lost.” They left.", None),
        ("It grew by 3.5 percent in Jan. 2020. Then it fell.", None),
        ("A heading\n\nThe first sentence stands here.", ["A heading", "The first sentence stands here."]),
        (
            "A heading\r\n\r\nThe first sentence stands here.\r\n",
            ["A heading", "The first sentence stands here."],
        ),
        (
            "A heading\n \t \nThe first sentence stands here.",
            ["A heading", "The first sentence stands here."],
        ),
        ("one\n\n\n\ntwo", ["one", "two"]),
        ("A line that\nruns on over\r\nthree lines.", ["A line that\nruns on over\r\nthree lines."]),
        ("😀😀 The cat sat. 🏴󠁧󠁢󠁥󠁮󠁧󠁿 Then it ran.", None),
        ("No stop", ["No stop"]),
        ("...", ["..."]),
        ("東京で会った。雨が降った。", ["東京で会った。", "雨が降った。"]),
    ],
)
def test_sentences_are_those_of_a_reader(text: str, expected: list[str] | None) -> None:
    found = sentences(text)
    if expected is not None:
        assert found == expected
    assert "".join("".join(found).split()) == "".join(text.split())


def test_abbreviations_and_numbers_end_no_sentence() -> None:
    assert sentences("Mr. Smith met Dr. Adler in the U.S. Senate. He left.")[-1] == "He left."
    assert len(sentences("Mr. Smith met Dr. Adler in the U.S. Senate. He left.")) == 2
    assert sentences("It grew by 3.5 percent. Then it fell.") == ["It grew by 3.5 percent.", "Then it fell."]


def test_offsets_count_code_points_beyond_the_basic_plane() -> None:
    text = "😀𝔘𝔫𝔦 opened. The 𝒞ity cheered 🎉. Nobody slept."
    assert sentences(text)[0] == "😀𝔘𝔫𝔦 opened."
    assert sentences(text)[-1] == "Nobody slept."


def test_a_null_character_hides_nothing_that_follows() -> None:
    text = "The first\0 came. The second came.\0 The third came."
    found = sentences(text)
    assert found[0] == "The first\0 came."
    assert found[-1] == "The third came."


@pytest.mark.parametrize("text", ["", " ", "\n\n\n", " \t\r\n \u00a0\u2003\u2028", "\r\n\r\n"])
def test_white_space_has_no_sentences(text: str) -> None:
    assert sentence_spans(text) == []


@pytest.mark.parametrize("text", ["word " * 20_000, "x" * 100_000, "語" * 100_000, "a\n" * 50_000])
def test_a_hundred_thousand_characters_without_a_stop_are_covered(text: str) -> None:
    spans = sentence_spans(text)
    assert spans[0][0] == 0
    assert spans[-1][1] == len(text.rstrip())
    assert sum(end - start for start, end in spans) >= len(text.rstrip()) - len(spans)


def test_a_paragraph_of_two_megabytes_is_no_burden() -> None:
    text = "A sentence of the usual kind, neither long nor short. " * 40_000
    spans = sentence_spans(text)
    assert len(spans) == 40_000
    assert {text[start:end] for start, end in spans} == {text[:53]}


@pytest.mark.parametrize("seed", range(20))
def test_whatever_the_characters_spans_are_ordered_and_cover_what_can_be_seen(seed: int) -> None:
    dice = random.Random(seed)
    for _ in range(100):
        text = "".join(dice.choices(LETTERS, k=dice.randrange(1, 200)))
        covered: set[int] = set()
        before = 0
        for start, end in sentence_spans(text):
            assert before <= start < end <= len(text)
            assert text[start:end] == text[start:end].strip()
            covered.update(range(start, end))
            before = end
        missed = {text[n] for n in range(len(text)) if n not in covered}
        # Byte order marks, joiners and the like between two sentences belong to neither.
        assert all(c.isspace() or unicodedata.category(c) in {"Cf", "Cc"} for c in missed), (text, missed)


def test_a_control_sequence_stays_whole_before_its_sentence() -> None:
    text = "\x1b[31mThe tunnel is long. It is new."
    assert [text[start:end] for start, end in sentence_spans(text)] == [
        "\x1b[31mThe tunnel is long.",
        "It is new.",
    ]


PARAGRAPHS = [
    json.loads(line) for line in (FILES / "languages/paragraphs.jsonl").read_text("utf-8").splitlines()
]


@pytest.mark.parametrize(
    ("language", "least"),
    [("ru", 0.95), ("zh", 1), ("ar", 1), ("de", 0.95), ("fr", 0.95), ("es", 1)]
    + [(language, 1) for language in ("hi", "ur", "ja", "he", "el", "ko", "hy", "am")],
)
def test_sentences_of_other_languages_end_where_a_reader_ends_them(language: str, least: float) -> None:
    right = []
    for one in PARAGRAPHS:
        if one["language"] == language:
            text = ("" if language in ("zh", "ja") else " ").join(one["sentences"])
            right.append(sentences(text) == one["sentences"])
    assert sum(right) / len(right) >= least


def test_english_is_split_as_before_where_other_languages_abbreviate() -> None:
    assert sentences("He loves modern art. Then he paints. She said no. He left the room at once.") == [
        "He loves modern art.", "Then he paints.", "She said no.", "He left the room at once.",
    ]  # fmt: skip


def test_thai_is_divided_where_it_has_spaces_into_parts_of_some_length() -> None:
    text = (
        "นายกเทศมนตรีเปิดสะพานใหม่ข้ามแม่น้ำเมื่อวันจันทร์ที่ผ่านมาในเมืองมาร์เรน "
        "การก่อสร้างใช้เวลา 14 เดือนและมีค่าใช้จ่ายสามล้านห้าแสนยูโร รวม ภาษี "
        "ชาวบ้านต้องใช้ทางอ้อมก่อนที่สะพานจะเปิด"
    )
    found = sentences(text)
    assert len(found) == 3
    assert " ".join(found) == text
    assert sentences("ฝนตกหนัก ถนนปิด") == ["ฝนตกหนัก ถนนปิด"]


@pytest.mark.parametrize(
    "sentence",
    [
        "Nach dem Rechtsstreit Holt v. Marren organisierten sich die Familien vieler kleiner Orte.",
        "Después del pleito Holt v. Marren las familias de muchos pueblos se organizaron.",
    ],
)
def test_a_law_case_keeps_its_name_in_every_language(sentence: str) -> None:
    assert sentences(sentence) == [sentence]
