"""Words are compared without case, accents and endings."""

from __future__ import annotations

import unicodedata

import pytest

from index.schemas import Query
from index.text.normalization import (
    CONTEXT_WEIGHT,
    WORD,
    content_words,
    context_names,
    coverage,
    is_stop_word,
    name_terms,
    stem,
    stems,
    weighted_words,
)


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("offers", "Offered"),
        ("Zürich", "zurich"),
        ("mayor’s", "mayor"),
        ("mayor's", "Mayors"),
        ("café", "cafe\u0301"),
        ("ﬁre", "fire"),
        ("DON’T", "don't"),
    ],
)
def test_one_family_has_one_stem(one: str, two: str) -> None:
    assert stem(one) == stem(two)


@pytest.mark.parametrize(("one", "two"), [("bridge", "bride"), ("2,600", "2600"), ("ferry", "fairy")])
def test_different_words_stay_apart(one: str, two: str) -> None:
    assert stem(one) != stem(two)


def test_marks_within_a_word_belong_to_it() -> None:
    text = "Jean-Pierre paid 2,600.50 to the U.S. for AT&T’s don't-care, didn’t he?"
    assert WORD.findall(text) == [
        "Jean-Pierre", "paid", "2,600.50", "to", "the", "U.S", "for", "AT&T’s", "don't-care", "didn’t", "he",
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["Der Müller aß Käse à la carte.", "Dvořák naïve résumé", "Việt Nam"])
def test_accents_that_stand_alone_break_no_word(text: str) -> None:
    apart = unicodedata.normalize("NFD", text)
    assert len(apart) > len(text)
    assert stems(apart) == stems(text)
    assert [unicodedata.normalize("NFC", word) for word in WORD.findall(apart)] == WORD.findall(text)


@pytest.mark.parametrize("text", ["", "?!…", "😀 — _ __", "\0", "\u0301"])
def test_there_may_be_no_words(text: str) -> None:
    assert stems(text) == content_words(text) == []


def test_content_words_leave_out_the_form_and_repetitions() -> None:
    assert content_words("When did the ferry burn, and which ferry was it?") == ["ferry", "burn"]
    assert content_words("Wann brannte die Fähre?") == ["brannte", "Fähre"]


def test_a_question_of_form_alone_keeps_its_words() -> None:
    assert content_words("What is it?") == ["What", "is", "it"]
    assert all(is_stop_word(word) for word in ("What", "IS", "it"))


@pytest.mark.parametrize(
    ("line", "weights"),
    [
        ("When did the ferry burn?", {"ferry": 1, "burn": 1}),
        ("Who put it out? (burn ferry)", {"put": 1, "burn": CONTEXT_WEIGHT, "ferry": CONTEXT_WEIGHT}),
        ("Who saw the ferries? (the ferry burns) ", {"saw": 1, "ferries": 1, "burns": CONTEXT_WEIGHT}),
        ("And when? (ferry)", {"ferry": CONTEXT_WEIGHT}),
        ("Who (of the crew) burned?", {"crew": 1, "burned": 1}),
        ("(ferry", {"ferry": 1}),
        ("What is it? ()", {"What": 1, "is": 1, "it": 1}),
        ("", {}),
    ],
)
def test_words_of_the_context_count_less(line: str, weights: dict[str, float]) -> None:
    query = Query.parse(line)
    assert weighted_words(query.text, query.context) == weights


@pytest.mark.parametrize(
    "line", ["When did it burn? (ferry)", "Who (of the crew) burned?", "(ferry)", "What is it? ()", "Why?"]
)
def test_a_query_is_shown_as_the_line_it_was_parsed_from(line: str) -> None:
    assert str(Query.parse(f" {line}\n")) == line


def test_coverage_is_the_weighted_share() -> None:
    weights = {stem("ferries"): 3.0, stem("winter"): 1.0}
    assert coverage(weights, "The ferry sank.") == 0.75
    assert coverage(weights, "Ferries in WINTER") == 1.0
    assert coverage(weights, "Nothing of the kind") == 0.0
    assert coverage({}, "The ferry sank.") == 0.0


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Who runs the bus operator Veybus?", {"veybus"}),
        ("Where was the 149th show held?", {"149th"}),
        ("When was it built? (Vey Bridge)", {"vey", "bridg"}),
        ("who plays for the rovers", set()),
        ("Buses stood still. Drivers want more. What do they earn?", set()),
        ("Trains stopped. Drivers of Veybus want more. Veybus pays what?", {"veybus"}),
        ("There was a fire. Saint Brannoc burned. Who was aboard?", {"saint", "brannoc"}),
        ("NATO met. What did it decide?", {"nato"}),
        ("Describe Veybus.", {"veybus"}),
        ("What did Dr. Lena Voss say?", {"dr", "lena", "voss"}),
        ("WHO RUNS VEYBUS?", set()),
        ("WHAT DID VEYBUS PAY IN 2024? TELL ME!", {"2024"}),
        ("IT IS URGENT! Who runs Veybus?", {"veybus"}),
    ],
)
def test_names_and_numbers_are_told_by_their_form(question: str, expected: set[str]) -> None:
    assert name_terms(question) == expected


def test_german_nouns_are_no_names() -> None:
    assert name_terms("Wie viele Menschen wurden bei den 3 Unfällen gerettet?", "de") == {"3"}


def test_the_names_of_a_list_of_words() -> None:
    assert context_names("Veybus strike 2024") == {"veybus", "2024"}
    assert context_names("Fähre Brand 2024", "de") == {"2024"}
