"""Names and numbers by value, whatever their spelling."""

import pytest

from qa.verification.entities import extract_entities, missing_entities, negated_words


@pytest.mark.parametrize(
    ("text", "entities"),
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
def test_entities_are_names_and_numbers_by_value(text: str, entities: set[str]) -> None:
    assert extract_entities(text) == entities


def test_missing_entities_are_those_not_in_the_text() -> None:
    assert missing_entities({"marren", "47"}, "Forty-seven were saved off MARREN") == set()
    assert missing_entities({"52"}, "47 were saved") == {"52"}


@pytest.mark.parametrize(
    ("text", "missing"),
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
def test_a_number_includes_its_scale(text: str, missing: set[str]) -> None:
    assert missing_entities(extract_entities(text), "It cost $3 million, 4 per cent more.") == missing


@pytest.mark.parametrize(
    ("claim", "quote", "supported"),
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
def test_a_percentage_or_sum_must_be_one_in_the_quote(claim: str, quote: str, supported: bool) -> None:
    assert bool(missing_entities(extract_entities(claim), quote)) != supported


def test_a_range_shares_its_scale() -> None:
    assert missing_entities({"3000000", "4000000"}, "3 to 4 million people came") == set()


def test_another_spelling_of_a_name_is_not_missing() -> None:
    assert (
        missing_entities(
            extract_entities("as Volodymyr Zelenskyj said"), "Zelenskyy was made an offer, Volodymyr too"
        )
        == set()
    )


@pytest.mark.parametrize(
    ("claimed", "quoted"),
    [("Zelensky", "Selenskyj"), ("Tsikhanouskaya", "Zichanouskaja"), ("Zelenskyy", "Зеленский")],
)
def test_a_name_is_known_as_other_languages_and_scripts_spell_it(claimed: str, quoted: str) -> None:
    assert missing_entities(extract_entities(f"as {claimed} said"), f"Das sagte {quoted}.") == set()


def test_a_similar_name_of_somebody_else_is_missing() -> None:
    assert missing_entities(extract_entities("as Lukashenko said"), "Das sagte Lukashuk.") == {"lukashenko"}


def test_ordinals_from_third_on_count() -> None:
    assert missing_entities({"3"}, "it is the club's third title") == set()
    assert missing_entities({"1"}, "it is the club's first title") == {"1"}


def test_the_spacing_of_initials_does_not_matter() -> None:
    assert (
        missing_entities(extract_entities("as J. K. Rowling said"), "J.K. Rowling wrote it in the U.S.")
        == set()
    )


def test_a_similar_number_is_missing() -> None:
    assert missing_entities(extract_entities("all 1,234,567 of them"), "it was 1234568") == {"1234567"}


@pytest.mark.parametrize(
    ("text", "negated"),
    [("It didn’t open", {"open"}), ("Nobody was hurt", {"hurt"}), ("It opened", set()), ("or not", {"not"})],
)
def test_a_negation_applies_to_the_next_content_word(text: str, negated: set[str]) -> None:
    assert negated_words(text) == negated
