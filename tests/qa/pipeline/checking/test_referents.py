"""Whom or what a sentence is about that does not name it."""

from __future__ import annotations

import pytest

from qa.pipeline.checking.referents import find_referent


@pytest.mark.parametrize(
    ("before", "sentence", "name"),
    [
        ("Henrike Sandoval, the mayor of Ostleigh, was angry.", "The mayor resigned.", "Henrike Sandoval"),
        ("The mayor of Lissa, Jan Brandt, said no.", "Later the mayor left.", "Jan Brandt"),
        ("They asked the mayor, Jan Brandt.", "The mayor is 51.", "Jan Brandt"),
        ("Harbour master Ida Gorse wants to dredge.", "The harbour master is sure.", "Ida Gorse"),
        ("Omar Reyes is the managing director of Veybus.", "The director resigned.", "Omar Reyes"),
        ("Ada Quill was elected mayor in 2020.", "The mayor is 51.", "Ada Quill"),
        ("The Vey Bridge was closed.", "The bridge cost 4 million.", "The Vey Bridge"),
        ("The bus operator Veybus runs 40 buses.", "The operator is young.", "Veybus"),
        ("Jan Brandt ist der Bürgermeister von Lissa.", "Der Bürgermeister ist 51.", "Jan Brandt"),
        ("In Lissa, Lena Voss leads the port.", "She was elected.", "Lena Voss"),
        ("In May Lena Voss left the port.", "She is 51.", "Lena Voss"),
        ("The Vey Bridge was closed.", "It is rusting.", "The Vey Bridge"),
    ],
)
def test_a_pronoun_or_noun_stands_for_a_name(before: str, sentence: str, name: str) -> None:
    found = find_referent(sentence, [before])
    assert found and found.name == name
    assert found.before(sentence) == f"{name}: {sentence}"


@pytest.mark.parametrize(
    ("before", "sentence"),
    [
        ("Jan Brandt is the mayor of Lissa.", "The mayor of Marren disagrees."),
        ("Jan Brandt is the mayor of Lissa.", "The mayor, Ada Quill, disagrees."),
        ("Jan Brandt is the mayor of Lissa.", "The new mayor disagrees."),
        ("Jan Brandt is the mayor of Lissa.", "Ada Quill met the mayor."),
        ("Lena Voss was on the ferry.", "The ferry sank."),
        ("Lena Voss leads the port.", "The weather was bad."),
        ("Lena Voss leads the port.", "It is the largest."),
        ("The Vey Bridge was closed.", "It rained all day."),
        ("The Vey Bridge was closed.", "It is clear that nobody was hurt."),
        ("Trade went to Ostleigh.", "She is 51."),
    ],
)
def test_what_says_itself_whom_it_means_or_means_nobody_stays(before: str, sentence: str) -> None:
    assert find_referent(sentence, [before]) is None


def test_a_name_is_found_some_sentences_back() -> None:
    before = ["Henrike Sandoval, the mayor, was angry.", "It rained.", "The hall was full."]
    assert find_referent("She left.", before) == find_referent("The mayor left.", before)
    many = [*before, *["It rained."] * 3]
    assert find_referent("She left.", many) is None
    assert find_referent("The mayor left.", many)
