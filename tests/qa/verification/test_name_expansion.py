"""A bare name is expanded to the full name in its quote."""

import pytest

from qa.verification.name_expansion import expand_name


@pytest.mark.parametrize(
    ("name", "text", "expanded"),
    [
        ("Gulls", "Since 1934 the Marren Gulls have played there.", "Marren Gulls"),
        ("Quill", "It was led by Sen. Ada Quill, who left.", "Sen. Ada Quill"),
        # Words after the name can be about something else.
        ("Marren", "It was the Marren Gulls who won.", "Marren"),
        # Neither the first word of a sentence nor a weekday belongs to the name.
        ("Quill", "Yesterday Quill came. On Monday Quill left, as she had said.", "Quill"),
        ("Quill", "She lives there in Marren. Quill came by ferry.", "Quill"),
        # Two persons with the same surname.
        ("Quill", "It was Ada Quill who came, and Olga Quill who left.", "Quill"),
        ("Quill", "Mayor Meets Senator Quill", "Quill"),
        ("rain", "it was the Heavy rain that fell", "rain"),
    ],
)
def test_a_name_gets_the_capitalised_words_before_it(name: str, text: str, expanded: str) -> None:
    assert expand_name(name, text) == expanded
