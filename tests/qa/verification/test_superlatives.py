import pytest

from qa.verification.superlatives import is_outranked


@pytest.mark.parametrize(
    ("claim", "quote", "outranked"),
    [
        (
            "Ada Quill is the longest serving keeper.",
            "Ada Quill is the fourth longest - serving keeper.",
            True,
        ),
        ("It is the fifth largest port.", "It is the sixth-largest port of the coast.", True),
        ("Rovers have the most wins.", "Rovers have the second most wins, 56.", True),
        ("It is the oldest bridge.", "It is one of the oldest bridges.", True),
        ("It is the oldest bridge.", "The oldest bridge is the second longest.", False),
        ("It is the sixth largest port.", "It is the sixth-largest port of the coast.", False),
        ("It is one of the oldest bridges.", "It is one of the oldest bridges.", False),
        ("It is the oldest bridge.", "It was built before all others.", False),
        ("He won the test.", "He won the third test.", False),
    ],
)
def test_a_superlative_needs_its_rank(claim: str, quote: str, outranked: bool) -> None:
    assert is_outranked(claim, quote) == outranked
