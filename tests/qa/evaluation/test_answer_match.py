"""Whether a text states an answer, independent of spelling."""

from __future__ import annotations

import pytest

from qa.evaluation.metrics.answer_match import is_short, stated_choices, states_answer, tokens


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("51.3%", "51.3 per cent"),
        ("Forty-seven", "47"),
        ("2 million", "Two million"),
        ("2 million", "2,000,000"),
        ("$20 trillion", "20 trillion dollars"),
        ("Beyoncé’s", "Beyonce"),
        ("“House of the Dragon”", "House of Dragon"),
        ("William & Mary", "William and Mary"),
        ("U.S.", "US"),
        ("twelve-year-old", "12 year old"),
    ],
)
def test_spellings_of_one_value_have_the_same_tokens(one: str, other: str) -> None:
    assert tokens(one) == tokens(other)


@pytest.mark.parametrize(
    ("one", "other"), [("COVID-19", "19"), ("3.5", "35"), ("2 million", "2 billion"), ("May 3", "May 30")]
)
def test_different_values_have_different_tokens(one: str, other: str) -> None:
    assert tokens(one) != tokens(other)


@pytest.mark.parametrize(
    ("text", "choice", "is_said"),
    [
        ("The light is kept by Ada Quill.", "Ada Quill", True),
        ("The light is kept by Ada and Ben Quill.", "Ada Quill", False),
        ("It drew forty-seven boats.", "47", True),
        ("It drew 147 boats.", "47", False),
        ("Jinnah spoke.", "Jin", False),
        ("", "Ada Quill", False),
        ("Nobody knows.", "?", False),
    ],
)
def test_short_choices_must_be_verbatim(text: str, choice: str, is_said: bool) -> None:
    assert bool(stated_choices(text, [choice])) == is_said


@pytest.mark.parametrize(
    ("text", "choice", "is_said"),
    [
        ("Finland and Sweden joined.", "Sweden and Finland", True),
        ("It was about simple possession of amber.", "Simple amber possession", True),
        ("It opened on 3 May.", "May 3", True),
        ("Ada was seen with Ben Quill.", "Ada Quill", False),
        ("It ended 2-3.", "3-2", False),
        ("Finland joined.", "Sweden and Finland", False),
    ],
)
def test_short_choices_may_be_reordered(text: str, choice: str, is_said: bool) -> None:
    assert bool(stated_choices(text, [choice])) == is_said


LONG = "To provide mental health services to firefighters"


@pytest.mark.parametrize(
    ("text", "is_said"),
    [
        # provide, mental, health, services, firefighters: five words that carry matter
        ("The programme provides firefighters with mental health services.", True),
        ("It offers mental health services for every firefighter.", True),  # four of five
        ("It offers health services for every firefighter.", False),  # three of five
        ("It has mental health services. They are for firefighters.", False),  # in two sentences
    ],
)
def test_long_choices_may_be_paraphrased_in_one_sentence(text: str, is_said: bool) -> None:
    assert bool(stated_choices(text, [LONG])) == is_said


def test_of_similar_long_choices_the_closest_counts() -> None:
    upheld, ended = (f"A ruling that {word} the state's early voting system" for word in ("upheld", "ended"))
    assert stated_choices("The ruling upheld the early voting system of the state.", [upheld, ended]) == {
        upheld
    }
    assert stated_choices("The ruling was about the state's early voting system.", [upheld, ended]) == {
        upheld,
        ended,
    }


def test_the_numbers_of_a_long_choice_must_match() -> None:
    choice = "Seven boats from the northern harbour sank in the storm"
    assert stated_choices("In the storm, 7 boats of the northern harbour sank.", [choice])
    assert not stated_choices("In the storm, 8 boats of the northern harbour sank.", [choice])


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("Ada Quill keeps it.", True),
        ("Ben Hart keeps it.", False),
        ("Ada Quill or Ben Hart keeps it.", False),
        ("Somebody keeps it.", False),
    ],
)
def test_an_answer_is_right_without_a_distractor(text: str, right: bool) -> None:
    assert states_answer(text, "Who keeps the light?", ["Ada Quill"], ["Ben Hart", "Cy Moss"]) == right


def test_a_distractor_within_the_answer_or_the_question_is_ignored() -> None:
    assert states_answer("The Ostleigh Mets won.", "Who won?", ["Ostleigh Mets"], ["Ostleigh"])
    question = "Marren or Skerrow: which port is older?"
    assert states_answer("Skerrow is older than Marren.", question, ["Skerrow"], ["Marren"])
    # An answer that contains the right one but is another is still wrong.
    assert not states_answer("North Skerrow and Marren.", "Which?", ["Skerrow"], ["North Skerrow"])


def test_one_of_several_answers_is_enough() -> None:
    assert states_answer("Quill keeps it.", "Who?", ["Ada Quill", "Quill"], ["Hart"])


def test_long_answers_are_not_expected_verbatim() -> None:
    assert is_short("Ada Quill")
    assert not is_short("one two three four five six seven eight nine ten eleven")
    assert not is_short("?")
