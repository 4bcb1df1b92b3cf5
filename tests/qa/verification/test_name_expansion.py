"""A bare name is told in full where its quote has it in full."""

import pytest

from qa.verification.name_expansion import in_full


@pytest.mark.parametrize(
    ("name", "told", "full"),
    [
        ("Gulls", "Since 1934 the Marren Gulls have played there.", "Marren Gulls"),
        ("Quill", "It was led by Sen. Ada Quill, who left.", "Sen. Ada Quill"),
        # What stands behind may be about something else.
        ("Marren", "It was the Marren Gulls who won.", "Marren"),
        # Neither the first word of a sentence nor a day is of the name.
        ("Quill", "Yesterday Quill came. On Monday Quill left, as she had said.", "Quill"),
        ("Quill", "She lives there in Marren. Quill came by ferry.", "Quill"),
        # Two who are called so.
        ("Quill", "It was Ada Quill who came, and Olga Quill who left.", "Quill"),
        ("Quill", "Mayor Meets Senator Quill", "Quill"),
        ("rain", "it was the Heavy rain that fell", "rain"),
    ],
)
def test_a_name_has_the_names_before_it(name: str, told: str, full: str) -> None:
    assert in_full(name, told) == full
