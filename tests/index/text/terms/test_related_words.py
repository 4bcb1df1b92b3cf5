"""Names are known in other spellings and scripts, compounds by their parts."""

from __future__ import annotations

import pytest

from index.text.terms.related_words import Vocabulary, same_name, sound


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("Zelenskyy", "Selenskyj"),
        ("Zelenskiy", "Зеленский"),
        ("Tsikhanouskaya", "Zichanouskaja"),
        ("Lukashenko", "Lukaschenko"),
        ("Tschechow", "Chekhov"),
        ("Dostoyevsky", "Dostojewski"),
    ],
)
def test_spellings_of_a_name_sound_alike(one: str, two: str) -> None:
    assert same_name(one, two), (sound(one), sound(two))


@pytest.mark.parametrize(
    ("one", "two"), [("Merkel", "Merz"), ("Johnson", "Jackson"), ("Putin", "Rutte"), ("Biden", "Baden")]
)
def test_names_of_others_do_not(one: str, two: str) -> None:
    assert not same_name(one, two)


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    return Vocabulary(
        ["verteidigung", "minist", "verteidigungsminist", "selenskyj", "brot", "hau", "hausbrot"]
    )


def test_a_compound_is_found_by_its_parts_and_parts_by_the_compound(vocabulary: Vocabulary) -> None:
    assert set(vocabulary.related("Verteidigungsminister", {"de"}, known=True)) == {"verteidigung", "minist"}
    assert set(vocabulary.related("Hausbrot", {"de"}, known=True)) == {"hau", "brot"}
    assert "verteidigungsminist" in vocabulary.related("Minister", {"de"}, known=False)
    assert vocabulary.related("Verteidigungsminister", {"fr"}, known=True) == {}


def test_an_unknown_name_is_looked_for_in_other_spellings(vocabulary: Vocabulary) -> None:
    assert list(vocabulary.related("Zelenskyy", frozenset(), known=False)) == ["selenskyj"]
    assert vocabulary.related("Zelenskyy", frozenset(), known=True) == {}
    assert list(vocabulary.related("Zelenskyy", {"de", "ru"}, known=True)) == ["selenskyj"]
    assert vocabulary.related("brat", frozenset(), known=False) == {}
